import type { Command } from 'commander'
import { nearest } from '@waybill/model'
import { targets } from '@waybill/generate'
import { print, printError, printJson } from '../display/print.ts'

const shells = { bash, zsh, fish } as const

/** Prints a script with which a shell completes commands, options, targets and files. */
export async function completion(
  program: Command,
  shell: string,
  { json = false }: { readonly json?: boolean },
): Promise<number> {
  const words = wordsOf(program)
  if (shell === 'bash' || shell === 'zsh' || shell === 'fish') {
    const script = shells[shell](words)
    if (json) printJson({ ok: true, problems: [], shell, script })
    else print(script)
    return 0
  }
  const near = nearest(shell, Object.keys(shells))
  printError(`error: no completion for '${shell}'; there are ${Object.keys(shells).join(', ')}`)
  if (near !== undefined) printError(`(Did you mean ${near}?)`)
  return 2
}

interface Words {
  readonly targets: readonly string[]
  readonly commands: readonly CommandWords[]
}
interface CommandWords {
  readonly name: string
  readonly title: string
  readonly options: readonly { readonly flag: string; readonly title: string; readonly takesFile: boolean }[]
  /** Words that its argument may be; empty for files. */
  readonly words: readonly string[]
}

const argumentWords: Readonly<Record<string, readonly string[]>> = {
  completion: Object.keys(shells),
  schema: ['product', 'instance'],
}

function wordsOf(program: Command): Words {
  const targetNames = targets.map(({ id }) => id)
  const commands = program.commands.map((command) => ({
    name: command.name(),
    title: command.description(),
    options: [
      ...optionsOf(command).map(({ long, description, required }) => ({
        flag: long ?? '',
        title: description,
        takesFile: required,
      })),
      { flag: '--help', title: 'show help', takesFile: false },
    ],
    words:
      command.name() === 'explain'
        ? ['settings', 'load', ...targetNames]
        : (argumentWords[command.name()] ?? command.commands.map((each) => each.name())),
  }))
  const help = { name: 'help', title: 'show help for a command', options: [], words: commands.map(({ name }) => name) }
  return { targets: targetNames, commands: [...commands, help] }
}

/** Its own options, and those of the commands below it, each once. */
const optionsOf = ({ options, commands }: Command): Command['options'] => [
  ...new Map([...options, ...commands.flatMap((each) => each.options)].map((option) => [option.long, option])).values(),
]

const flagsOf = ({ options }: CommandWords): string => options.map(({ flag }) => flag).join(' ')

function bash({ targets: names, commands }: Words): string {
  const cases = commands.map(
    (command) => `    ${command.name}) flags='${flagsOf(command)}' words='${command.words.join(' ')}' ;;`,
  )
  return `# bash completion for waybill: source <(waybill completion bash)
_waybill() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} flags= words=
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} --help --version' -- "$current"))
    return
  fi
  if [[ $previous == --target ]]; then
    COMPREPLY=($(compgen -W '${names.join(' ')}' -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ -n $words && $previous != --* && ( $COMP_CWORD == 2 || \${COMP_WORDS[1]} != instance ) ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    compopt -o filenames 2>/dev/null
    local IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _waybill waybill`
}

const single = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

function zsh({ targets: names, commands }: Words): string {
  const list = commands.map(({ name, title }) => `    ${single(`${name}:${title.replaceAll(':', '\\:')}`)}`)
  const cases = commands.map((command) => {
    const options = command.options.map(({ flag, title, takesFile }) => {
      const value = flag === '--target' ? `:target:(${names.join(' ')})` : takesFile ? ':file:_files' : ''
      return `        ${single(`*${flag}[${title.replace(/[[\]:]/g, '\\$&')}]${value}`)}`
    })
    const rest = command.words.length > 0 ? `:word:(${command.words.join(' ')})` : ':file:_files'
    return `    ${command.name})\n      _arguments \\\n${[...options, `        ${single(`*${rest}`)}`].join(' \\\n')} ;;`
  })
  return `#compdef waybill
# zsh completion for waybill: waybill completion zsh > a folder of $fpath/_waybill
_waybill() {
  local -a commands=(
${list.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _waybill ]]; then _waybill "$@"; else compdef _waybill waybill; fi`
}

function fish({ targets: names, commands }: Words): string {
  const lines = commands.flatMap((command) => [
    `complete -c waybill -n __fish_use_subcommand -f -a ${command.name} -d ${fishText(command.title)}`,
    ...command.options.map(({ flag, title, takesFile }) => {
      const value = flag === '--target' ? ` -x -a ${fishText(names.join(' '))}` : takesFile ? ' -r' : ''
      return `complete -c waybill -n '__fish_seen_subcommand_from ${command.name}' -l ${flag.slice(2)}${value} -d ${fishText(title)}`
    }),
    ...(command.words.length > 0
      ? [
          `complete -c waybill -n '__fish_seen_subcommand_from ${command.name}' -f -a ${fishText(command.words.join(' '))}`,
        ]
      : []),
  ])
  return [
    '# fish completion for waybill: waybill completion fish > ~/.config/fish/completions/waybill.fish',
    ...lines,
  ].join('\n')
}

const fishText = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`
