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
    parent = program,
  ) {
    return parent
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
    .option('--images-lock <file>', imagesLockHelp, once)
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
    .option('--images-lock <file>', imagesLockHelp, once)
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
    .option(
      '--lock [file]',
      'ask the registries what each tag means now, and write it down (default: images.lock.json beside the product)',
    )
    .option(
      '--platform <os/arch>',
      'with --lock: a platform that each image has to have; may be given more than once',
      platforms,
    )
    .option(
      '--mirror <registry>',
      'say where each image goes in another registry: HOST[/path], its path and digest kept',
      once,
    )
    .option('--registry <registry>', registryHelp, once)
    .option('--insecure <host>', insecureHelp, collect)
    .addHelpText(
      'after',
      examples(
        'waybill images product.json --instance instance.yaml',
        'waybill images product.json --lock --platform linux/amd64 --platform linux/arm64',
        'waybill images product.json --instance instance.yaml --mirror registry.example/mirror',
      ),
    )

  const bundle = program
    .command('bundle')
    .description('carry a product to where there is no network: images, rendered targets, programs, in one signed file')
    .exitOverride()

  command(
    'create',
    'write a bundle',
    async () => (await import('./commands/bundle/create.ts')).create,
    eventsHelp,
    bundle,
  )
    .argument('<product>', productHelp)
    .requiredOption('--out <file>', 'file to write', once)
    .option('--instance <file>', 'only what this instance uses, and its rendered targets', once)
    .option('--target <name>', targetHelp, collect)
    .option('--platform <os/arch>', 'platform to take along; may be given more than once (default: all)', platforms)
    .option('--since <bundle>', 'leave out what this earlier bundle has', once)
    .option('--split <size>', 'write parts of this size, such as 4 GB: FILE.001, FILE.002 …', once)
    .option('--sign <file>', 'secret key of minisign to sign with', once)
    .option('--password-file <file>', 'password of the secret key, in the first line', once)
    .option('--cli <file>', 'archive of this program to take along; may be given more than once', collect)
    .option('--images-lock <file>', imagesLockHelp, once)
    .option('--registry <registry>', registryHelp, once)
    .option('--insecure <host>', insecureHelp, collect)
    .addHelpText(
      'after',
      examples(
        'waybill bundle create product.json --platform linux/amd64 --sign vendor.key --out shop-1.2.0.tar',
        'waybill bundle create product.json --since shop-1.1.0.tar --sign vendor.key --out shop-1.2.0-update.tar --split "4 GB"',
      ),
    )

  const trusted = (made: Command) =>
    made
      .argument('<file>', 'the bundle, its first part, or the folder that it lies in')
      .option(
        '--key <key>',
        'public key of minisign that is trusted: its file or its text; may be given more than once',
        collect,
      )
      .option('--trust <file>', 'trusted keys with their time, as JSON', once)
      .option('--allow-unsigned', 'go on without a key')
      .option('--product <id>', 'product that it has to hold: id or id@version', once)

  trusted(
    command(
      'verify',
      'compare a bundle with its signature',
      async () => (await import('./commands/bundle/verify.ts')).verify,
      eventsHelp,
      bundle,
    ),
  ).addHelpText('after', examples('waybill bundle verify shop-1.2.0.tar --key vendor-2026.pub --key vendor-2027.pub'))

  trusted(
    command(
      'load',
      'write the images of a bundle into a registry',
      async () => (await import('./commands/bundle/load.ts')).load,
      eventsHelp,
      bundle,
    ),
  )
    .requiredOption('--registry <registry>', 'HOST[/path], as site.registry of the instance has it', once)
    .option('--insecure <host>', insecureHelp, collect)
    .addHelpText(
      'after',
      examples('waybill bundle load shop-1.2.0.tar --registry registry.example/mirror --key vendor.pub'),
    )

  trusted(
    command(
      'extract',
      'write the files of a bundle into a new folder',
      async () => (await import('./commands/bundle/extract.ts')).extract,
      eventsHelp,
      bundle,
    ),
  )
    .requiredOption('--out <dir>', 'folder to make', once)
    .addHelpText('after', examples('waybill bundle extract shop-1.2.0.tar --out shop --key vendor.pub'))

  command(
    'overlays',
    'say how the overlays of an instance stand to the product, or export them as patches',
    async () => (await import('./commands/overlays.ts')).overlays,
  )
    .argument('<product>', productHelp)
    .requiredOption('--instance <file>', instanceHelp, once)
    .option('--export <dir>', "write them as the engine's own patches into custom/ of this target's folder", once)
    .option('--target <name>', 'target to export for (default: the one of the instance)', once)
    .addHelpText(
      'after',
      `${examples('waybill overlays product.json --instance instance.yaml', 'waybill overlays product.json --instance instance.yaml --export out/kubernetes --target kubernetes')}\n\nExit code 3 when one of them is conflicting, wrong or hits nothing.`,
    )

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
    .option('--product <file>', 'with instance: only what this product takes, with its own settings', once)
    .addHelpText(
      'after',
      examples(
        'waybill schema instance > instance.schema.json',
        'waybill schema instance --product product.json > instance.schema.json',
      ),
    )

  command(
    'settings',
    'list all that can be chosen for an instance: settings, features, dependencies, load',
    async () => (await import('./commands/settings.ts')).settings,
  )
    .argument('<product>', productHelp)
    .option('--instance <file>', 'show the values of this instance, too', once)
    .addOption(new Option('--markdown', 'print a page for the manual').conflicts('json'))
    .addHelpText(
      'after',
      examples('waybill settings product.json --instance instance.yaml', 'waybill settings product.json --markdown'),
    )

  const instance = program
    .command('instance')
    .description('make an instance file, look at its values and change them')
    .exitOverride()
    .helpCommand(false)
  const ofInstance = <Args extends unknown[]>(
    usage: string,
    description: string,
    load: () => Promise<(...args: Args) => Promise<number>>,
  ) => command(usage, description, load, undefined, instance)
  const yes = (): Option => new Option('--yes', 'change the file without asking')

  ofInstance(
    'new',
    'write an instance file: asks on a terminal, takes flags elsewhere',
    async () => (await import('./commands/instance/new.ts')).newInstance,
  )
    .argument('<product>', productHelp)
    .option('--id <id>', 'name of the installation', once)
    .option('--target <name>', 'where it runs', once)
    .option('--profile <name>', 'size by name', once)
    .option('--load <factor=amount>', 'a number that sizes it; may be given more than once', collect)
    .option('--set <group.key=value>', 'a setting; may be given more than once', collect)
    .option('--feature <name>', 'switch a feature on; may be given more than once', collect)
    .option('--without-feature <name>', 'switch a feature off; may be given more than once', collect)
    .option('--dependency <id=mode>', 'bundled, external or operator; may be given more than once', collect)
    .option('--input <id.key=value>', 'something of your own dependency; may be given more than once', collect)
    .option('--out <file>', 'file to write', named, 'instance.yaml')
    .option('--schema <file>', 'write the JSON Schema for editors, too, and name it in the file', once)
    .option('--overwrite', 'replace the file if it is there')
    .addOption(new Option('--yes', 'ask nothing'))
    .addHelpText(
      'after',
      examples(
        'waybill instance new product.json',
        'waybill instance new product.json --id shop --set site.host=shop.example --dependency db=external --input db.host=db.example',
      ),
    )

  ofInstance(
    'set',
    'change values of an instance file; shows the change first',
    async () => (await import('./commands/instance/set.ts')).set,
  )
    .argument('<product>', productHelp)
    .argument('<instance>', instanceHelp)
    .argument('[path=value...]', 'what to set, such as settings.site.host=shop.example')
    .option('--unset <path>', 'take a value away; may be given more than once', collect)
    .option('--before-install', 'nothing is installed yet: settings that cannot change later may change')
    .addOption(yes())
    .addHelpText(
      'after',
      `${examples('waybill instance set product.json instance.yaml settings.site.host=shop.example load.users=500', 'waybill instance set product.json instance.yaml --unset features.photos --yes')}\n\nExit code 3 when nothing was changed because there is no terminal to ask on and no --yes.`,
    )

  ofInstance(
    'get',
    'show the values in effect, and where each comes from',
    async () => (await import('./commands/instance/get.ts')).get,
  )
    .argument('<product>', productHelp)
    .argument('<instance>', instanceHelp)
    .argument('[path]', 'one value, or all below it, such as settings.site')
    .addHelpText('after', examples('waybill instance get product.json instance.yaml settings.site.host'))

  ofInstance(
    'migrate',
    'write the present names of what was renamed; shows the change first',
    async () => (await import('./commands/instance/migrate.ts')).migrate,
  )
    .argument('<product>', productHelp)
    .argument('<instance>', instanceHelp)
    .addOption(yes())
    .addHelpText('after', examples('waybill instance migrate product.json instance.yaml'))

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

const registryHelp =
  'read the images from this registry: HOST[/path] (default: site.registry of the instance, else where they come from)'
const insecureHelp = 'registry without TLS; may be given more than once'
const imagesLockHelp = 'lock to pin images with (default: images.lock.json beside the product)'
const eventsHelp = 'print events and the result as JSON, one document per line'

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, named(value)]

function platforms(value: string, before: readonly string[] = []): readonly string[] {
  if (!/^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9]+)?$/.test(value))
    throw new InvalidArgumentError('Write for example linux/amd64.')
  return [...before, value]
}

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
