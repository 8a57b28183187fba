import { cancel, confirm, intro, isCancel, log, outro, select, text } from '@clack/prompts'

/** Thrown when somebody leaves a question with Ctrl-C. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

interface Ask {
  readonly message: string
  /** What an empty answer stands for. */
  readonly preset?: string
  /** Why an answer does not do; it is asked again then. */
  readonly check?: (answer: string) => string | undefined
}
interface Choice {
  readonly value: string
  readonly label?: string
}

/** Questions on a terminal; the only place that knows how they are drawn. */
export const ui = {
  begin: (title: string): void => intro(title),
  say: (message: string): void => log.info(message),
  warn: (message: string): void => log.warn(message),
  end: (message: string): void => outro(message),
  stop: (message: string): void => cancel(message),

  async text({ message, preset, check }: Ask): Promise<string> {
    return answered(
      await text({
        message,
        ...(preset !== undefined && { placeholder: preset, defaultValue: preset }),
        validate: (answer = '') => (answer === '' && preset !== undefined ? undefined : check?.(answer)),
      }),
    )
  },
  async choose(message: string, options: readonly Choice[], preset: string | undefined): Promise<string> {
    return answered(
      await select<string>({
        message,
        options: options.map(({ value, label }) => ({ value, label: label ?? value })),
        ...(preset !== undefined && { initialValue: preset }),
      }),
    )
  },
  async agree(message: string, preset: boolean): Promise<boolean> {
    return answered(await confirm({ message, initialValue: preset }))
  },
}

/** What was said, unless it was Ctrl-C. */
function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw new Cancelled()
  return answer as Exclude<T, symbol>
}
