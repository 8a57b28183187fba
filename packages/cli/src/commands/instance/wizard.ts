import { type Catalog, type Json, type Problem, valuesOf, wordingOf } from '@waybill/model'
import { type Draft, withAnswer, without } from './draft.ts'
import { type Question, nextQuestion, readAnswer, withoutEffect } from './questions.ts'
import { ui } from './ui.ts'

/**
 * Asks what applies until all of it fits together; what was given as a flag is not asked.
 *
 * @throws Cancelled when somebody leaves it
 */
export async function askAll(
  catalog: Catalog,
  given: Draft,
  mistakesOf: (draft: Draft) => readonly Problem[],
): Promise<Draft> {
  let draft = given
  const asked = new Set(given.keys())
  for (;;) {
    const question = nextQuestion(catalog, draft, asked)
    if (question) {
      asked.add(question.path.join('/'))
      const value = await answerTo(question)
      draft = value === undefined ? without(draft, question.path) : withAnswer(draft, question.path, value)
      continue
    }
    for (const path of withoutEffect(catalog, draft)) if (!given.has(path.join('/'))) draft = without(draft, path)
    const mistakes = mistakesOf(draft)
    const again = mistakes.map(({ path }) => keyOf(path, asked)).filter((key) => key !== undefined && !given.has(key))
    // nothing that a question could put right: the caller reports it
    if (again.length === 0) return draft
    for (const each of mistakes) ui.warn(`${wordingOf(each).what} ${wordingOf(each).fix}`)
    for (const key of again) asked.delete(key!)
  }
}

/** The question that a mistake belongs to. */
const keyOf = (path: readonly string[], asked: ReadonlySet<string>): string | undefined =>
  path.map((_, i) => path.slice(0, path.length - i).join('/')).find((key) => asked.has(key))

/** The answer, or undefined for what is left as it is. */
async function answerTo(question: Question): Promise<Json | undefined> {
  const { title, help, kind, preset, choices = [], required, read } = question
  const message = help === undefined ? title : `${title}\n${help}`
  switch (kind) {
    case 'truth': {
      const answer = await ui.agree(message, preset === true)
      return answer === preset ? undefined : answer
    }
    case 'choice': {
      const answer = await ui.choose(message, choices, typeof preset === 'string' ? preset : undefined)
      const said = question.path[0] === 'target' || question.path[0] === 'profile'
      return answer === '' || (answer === preset && !said) ? undefined : answer
    }
    case 'text': {
      const shown = preset === undefined ? (required ? undefined : '') : wordsOf(preset)
      const check = (answer: string) => {
        const result = read(answer)
        return 'wrong' in result ? result.wrong : undefined
      }
      const answer = await ui.text({ message, check, ...(shown !== undefined && { preset: shown }) })
      if (answer === shown && question.path[0] !== 'id') return undefined
      const result = read(answer)
      return 'value' in result ? result.value : undefined
    }
    case 'map':
      return mapOf(question, message)
    case 'list':
      return listOf(question, message)
  }
}

/** A preset as somebody would type it. */
const wordsOf = (preset: Json): string => (typeof preset === 'string' ? preset : JSON.stringify(preset))

const more = 'Empty when there are no more.'

async function mapOf({ shape, preset }: Question, message: string): Promise<Json | undefined> {
  const members: Record<string, Json> = {}
  if (preset !== undefined) ui.say(`There are: ${JSON.stringify(preset)}`)
  for (;;) {
    const name = await ui.text({ message: `${message}: name of an entry. ${more}`, preset: '' })
    if (name === '') return Object.keys(members).length > 0 ? members : undefined
    members[name] = await valueOf(valuesOf(shape!), `Value of ${name}`, true)
  }
}

async function listOf({ shape, preset }: Question, message: string): Promise<Json | undefined> {
  const entries: Json[] = []
  if (preset !== undefined) ui.say(`There are: ${JSON.stringify(preset)}`)
  for (;;) {
    const id = await ui.text({ message: `${message}: id of an entry. ${more}`, preset: '' })
    if (id === '') return entries.length > 0 ? entries : undefined
    const entry: Record<string, Json> = { id }
    for (const field of shape?.fields ?? []) {
      const value = await valueOf(field, `${id}: ${field.title ?? field.id}`, field.required === true)
      if (value !== '') entry[field.id] = value
    }
    entries.push(entry)
  }
}

async function valueOf(shape: Parameters<typeof readAnswer>[0], message: string, required: boolean): Promise<Json> {
  const check = (answer: string) => {
    const result = readAnswer(shape, answer)
    return 'wrong' in result ? result.wrong : undefined
  }
  const answer = await ui.text({ message, check, ...(!required && { preset: '' }) })
  const result = readAnswer(shape, answer)
  return 'value' in result && answer !== '' ? result.value : ''
}
