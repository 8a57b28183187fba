import { Command, InvalidArgumentError, Option } from 'commander'
import { version } from './version.ts'

/** Declares every command. A command's code is loaded when it runs, so that help and start stay fast. */
export function makeProgram(finish: (exitCode: number) => void): Command {
  const program = new Command('waybill')
    .description('Declare a product once; render, check and compare its deployments.')
    .version(version(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .exitOverride()
    .configureOutput({ writeOut: (text) => process.stdout.write(text), writeErr: (text) => process.stderr.write(text) })
    .showHelpAfterError('(run the command with --help for its options and examples)')

  /** A command whose function gives the exit code. */
  function command<Args extends unknown[]>(
    usage: string,
    description: string,
    load: () => Promise<(...args: Args) => Promise<number>>,
    jsonHelp = 'print one JSON document instead of text',
  ) {
    return program
      .command(usage)
      .description(description)
      .exitOverride()
      .addOption(new Option('--json', jsonHelp))
      .action(async (...args: unknown[]) => {
        const run = await load()
        // commander adds itself as the last argument
        finish(await run(...(args.slice(0, -1) as Args)))
      })
  }

  command('init', 'write a small product to start from', async () => (await import('./commands/init.ts')).init)
    .argument('[dir]', 'folder to write to', named, '.')
    .option('--id <id>', 'id of the product, asked for on a terminal')
    .addHelpText('after', examples('waybill init my-product', 'waybill init my-product --id shop'))

  command(
    'check',
    'check a definition, its instances and what every target makes of them',
    async () => (await import('./commands/check.ts')).check,
  )
    .argument('<product>', productHelp)
    .option('--instance <file>', 'instance to check with; may be given more than once', collect)
    .option('--strict', 'refuse losses that the definition does not accept')
    .addHelpText(
      'after',
      examples('waybill check product.ts', 'waybill check product.json --instance instance.yaml --strict'),
    )

  command('render', 'render deployments into a folder', async () => (await import('./commands/render.ts')).render)
    .argument('<product>', productHelp)
    .option('--instance <file>', instanceHelp, once)
    .option('--target <name>', targetHelp, collect)
    .addOption(allTargets())
    .requiredOption('--out <dir>', 'folder to write to; each target gets a folder of its own in it', once)
    .option('--strict', 'refuse losses that the definition does not accept')
    .option('--overwrite', 'drop edits of files that waybill rendered')
    .addHelpText(
      'after',
      examples(
        'waybill render product.json --instance instance.yaml --target compose --out out',
        'waybill render product.ts --instance instance.yaml --all --out out --strict',
      ),
    )

  command(
    'build',
    'build product.json, the form in which a product travels',
    async () => (await import('./commands/build.ts')).build,
  )
    .argument('<product>', 'product.ts')
    .option('--out <file>', 'file to write; a map of source positions goes beside it', named, 'product.json')
    .addHelpText('after', examples('waybill build product.ts', 'waybill build product.ts --out dist/product.json'))

  command(
    'diff',
    'compare two versions of a product, or two instances of one',
    async () => (await import('./commands/diff.ts')).diff,
  )
    .argument('<a>', 'product before; with --product, instance file before')
    .argument('<b>', 'product after; with --product, instance file after')
    .option('--product <file>', 'compare two instances of this product', once)
    .option('--instance <file>', 'instance for both sides', once)
    .option('--instance-a <file>', 'instance of the first side', once)
    .option('--instance-b <file>', 'instance of the second side', once)
    .option('--target <name>', 'compare what this target renders, object by object', once)
    .addHelpText(
      'after',
      `${examples('waybill diff 1.0.json 1.1.json --instance instance.yaml', 'waybill diff --product product.json before.yaml after.yaml --target compose')}\n\nExit code 0 when nothing differs, 3 when something does.`,
    )

  command('images', 'list the images that a deployment uses', async () => (await import('./commands/images.ts')).images)
    .argument('<product>', productHelp)
    .option('--instance <file>', instanceHelp, once)
    .option('--target <name>', targetHelp, collect)
    .addHelpText('after', examples('waybill images product.json --instance instance.yaml'))

  command(
    'explain',
    'explain a code, a target, a loss, a setting or why a value is what it is',
    async () => (await import('./commands/explain.ts')).explain,
  )
    .argument('<what>', 'WB1203, compose, settings, load, site.host, health.liveness or services/api/env/STORES')
    .option('--product <file>', productHelp, once)
    .option('--instance <file>', instanceHelp, once)
    .addHelpText(
      'after',
      examples(
        'waybill explain WB1203',
        'waybill explain settings --product product.json',
        'waybill explain services/api/replicas --product product.json --instance instance.yaml',
      ),
    )

  command(
    'schema',
    'print the JSON Schema of product.json or instance.yaml',
    async () => (await import('./commands/schema.ts')).schema,
  )
    .argument('<document>', 'product or instance')
    .addHelpText('after', examples('waybill schema instance > instance.schema.json'))

  command(
    'watch',
    'render again at each change',
    async () => (await import('./commands/watch.ts')).watch,
    'print one JSON document per line, one for each render',
  )
    .argument('<product>', productHelp)
    .option('--instance <file>', instanceHelp, once)
    .option('--target <name>', targetHelp, collect)
    .addOption(allTargets())
    .requiredOption('--out <dir>', 'folder to write to; each target gets a folder of its own in it', once)
    .option('--strict', 'refuse losses that the definition does not accept')
    .option('--overwrite', 'drop edits of files that waybill rendered')
    .addHelpText('after', examples('waybill watch product.ts --instance instance.yaml --target compose --out out'))

  command('completion', 'print a completion script for a shell', async () => {
    const { completion } = await import('./commands/completion.ts')
    return (shell: string, options: { readonly json?: boolean }) => completion(program, shell, options)
  })
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText(
      'after',
      examples(
        'source <(waybill completion bash)',
        'waybill completion fish > ~/.config/fish/completions/waybill.fish',
      ),
    )

  return program
}

const productHelp = 'product.ts or product.json'
const instanceHelp = 'instance file of the installation'
const targetHelp = 'target to work on; may be given more than once (default: the one of the instance, else all)'

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, named(value)]

/** An option that says which one is meant cannot say it twice. */
function once(value: string, before: string | undefined): string {
  if (before !== undefined) throw new InvalidArgumentError('It is given twice.')
  return named(value)
}

/** An empty name is most often a variable of a script that was not set. */
function named(value: string): string {
  if (value === '') throw new InvalidArgumentError('It is empty.')
  return value
}

const allTargets = (): Option => new Option('--all', 'all targets that the product offers').conflicts('target')

const examples = (...lines: readonly string[]): string =>
  ['\nExamples:', ...lines.map((line) => `  ${line}`)].join('\n')
