/**
 * Every problem that Waybill can report. Codes are permanent: wording may change, a code never gets another meaning.
 * `what` says what happened, `why` why that is a problem, `fix` what to do. The first two digits say where to look:
 * 10 the definition's form, 11 names, 12 references and conditions, 13 meaning, 20 the instance file,
 * 30 formats and versions, 40 files, 50 rendering, 60 registries and images, 61 bundles.
 */
export interface Entry<P> {
  readonly title: string
  readonly severity?: 'error' | 'warning'
  readonly what: (params: P) => string
  readonly why: string
  readonly fix: (params: P) => string
}

const entry = <P>(definition: Entry<P>): Entry<P> => definition
/** A parser's message as a sentence. */
const ended = (message: string): string => (/[.!?]$/.test(message) ? message : `${message}.`)
const orMean = (near: string | undefined) => (near === undefined ? '' : `Did you mean "${near}"? `)

export const catalogue = {
  WB1001: entry<{ key: string; near?: string; known: readonly string[] }>({
    title: 'Unknown key',
    what: ({ key }) => `"${key}" is not a key here.`,
    why: 'An unknown key would be ignored without a word, and what it was meant to set would not be set.',
    fix: ({ near, known }) =>
      `${orMean(near)}Keys here: ${known.slice(0, 24).join(', ')}${known.length > 24 ? ', …' : ''}.`,
  }),
  WB1002: entry<{ expected: string; found: string }>({
    title: 'Wrong form',
    what: ({ expected, found }) => `Expected ${expected}, found ${found}.`,
    why: 'The format is strict so that nothing has to be guessed.',
    fix: ({ expected }) => `Write ${expected}.`,
  }),
  WB1003: entry<{ key: string }>({
    title: 'Missing key',
    what: ({ key }) => `"${key}" is missing.`,
    why: 'It has no default that would be right for every product.',
    fix: ({ key }) => `Add "${key}".`,
  }),
  WB1004: entry<{ found: string }>({
    title: 'Not data',
    what: ({ found }) => `Found ${found} where data is expected.`,
    why: 'A definition becomes JSON that customers evaluate without your code; JSON cannot carry it.',
    fix: () => 'Use the expression builders (text, when, all, any, not, equals …) instead.',
  }),
  WB1005: entry<{ text: string; why: string; fix: string }>({
    title: 'Wrong quantity',
    what: ({ why }) => `${why}.`,
    why: 'g, G and Gi are different things, and a number without a unit has several readings.',
    fix: ({ fix }) => `${fix[0]!.toUpperCase()}${fix.slice(1)}.`,
  }),
  WB1006: entry<{ what: string }>({
    title: 'Reference in a plain string',
    what: ({ what }) => `${what} stands in a plain string or a template literal.`,
    why: 'What it stands for is only known per target and per instance, so it cannot become text here.',
    fix: () => 'Tag the template: write text`…` instead of `…`.',
  }),
  WB1007: entry<{ where: string }>({
    title: 'Definition that is not reproducible',
    what: ({ where }) => `Two builds of the same definition differ at ${where}.`,
    why: 'The same source must give the same product.json on every machine; clock, randomness and environment must not reach it.',
    fix: () => 'Make the value a literal, a setting or a secret.',
  }),
  WB1008: entry<{ message: string }>({
    title: 'Definition that does not load',
    what: ({ message }) => message,
    why: 'The file has to run and to export the product as its default export.',
    fix: () =>
      'Correct what is said above, end the file with `export default product(…)`, and check it with your editor or `tsc`.',
  }),
  WB1009: entry<{ what: string }>({
    title: 'Text that no container can receive',
    what: ({ what }) => `The text holds ${what}.`,
    why: 'Environment variables and commands end at a NUL, and half a character has no UTF-8 form.',
    fix: () => 'Remove it, or carry the bytes in a file in base64.',
  }),

  WB1101: entry<{ kind: string; id: string }>({
    title: 'Duplicate id',
    what: ({ kind, id }) => `There are two of ${kind} "${id}".`,
    why: 'Objects, addresses and alerts are named by ids, so an id belongs to one thing.',
    fix: () => 'Rename one of them.',
  }),
  WB1102: entry<{ kind: string; id: string; rule: string }>({
    title: 'Invalid name',
    what: ({ kind, id }) => `"${id}" cannot be the name of a ${kind}.`,
    why: 'Names become DNS labels, container names and file names on the targets.',
    fix: ({ rule }) => `Use ${rule}.`,
  }),
  WB1104: entry<{ name: string; first: string; second: string }>({
    title: 'Name clash',
    what: ({ name, first, second }) => `${first} and ${second} are both called "${name}" on a target.`,
    why: 'Shards and parts get a suffix, and two things of one name would overwrite each other.',
    fix: () => 'Rename one of the two.',
  }),
  WB1105: entry<{ name: string; rule: string }>({
    title: 'Invalid environment variable',
    what: ({ name }) => `"${name}" cannot be the name of an environment variable.`,
    why: 'Not every engine accepts it.',
    fix: ({ rule }) => `Use ${rule}.`,
  }),
  WB1106: entry<{ port: number; first: string; second: string }>({
    title: 'Port clash',
    what: ({ port, first, second }) => `${first} and ${second} both listen on port ${port} in one place.`,
    why: 'Containers that share an address cannot listen on the same port.',
    fix: () => 'Give one of them another port.',
  }),
  WB1107: entry<{ path: string; why: string }>({
    title: 'Invalid path',
    what: ({ path, why }) => `"${path}" ${why}.`,
    why: 'Files, mounts and scratch folders each need a place of their own inside the container.',
    fix: () => 'Write an absolute path without "..", ":" or a closing slash that nothing else uses.',
  }),

  WB1201: entry<{ kind: string; id: string; near?: string }>({
    title: 'Dangling reference',
    what: ({ kind, id }) => `There is no ${kind} "${id}".`,
    why: 'What is referred to has to be part of the product.',
    fix: ({ kind, near }) => `${orMean(near)}Add the ${kind} to product(…) or correct the name.`,
  }),
  WB1202: entry<{ cycle: readonly string[] }>({
    title: 'Cycle in the start order',
    what: ({ cycle }) => `Each waits for the next: ${cycle.join(' → ')}.`,
    why: 'None of them could ever start. Services may refer to each other in a circle, but not wait in one.',
    fix: () => 'Remove one of the `needs`, or let one of them retry instead of waiting.',
  }),
  WB1203: entry<{ what: string; example: string }>({
    title: 'Reference to something that may be absent',
    what: ({ what, example }) => `${what} is absent when ${example}, but the reference is used then.`,
    why: 'The instance would get an address or a value that does not exist.',
    fix: () =>
      'Put the reference under `when(…)` with a condition that implies its presence; for a setting that is `.isSet()`.',
  }),
  WB1204: entry<{ condition: string }>({
    title: 'Condition that can never hold',
    what: ({ condition }) => `No choice of features, modes and settings makes this true: ${condition}.`,
    why: 'What stands under it would never exist in any instance.',
    fix: () => 'Correct the condition, or remove what stands under it.',
  }),
  WB1205: entry<{ expected: string; found: string }>({
    title: 'Expression of the wrong type',
    what: ({ expected, found }) => `This gives ${found}; ${expected} is needed here.`,
    why: 'Quantities of different units, texts and conditions are different things.',
    fix: () => 'Convert with `.in(…)` for text, or use a value of the right unit.',
  }),
  WB1206: entry<{ secret: string; place: string }>({
    title: 'Secret in a public place',
    what: ({ secret, place }) => `The secret "${secret}" would stand in ${place}.`,
    why: 'Configuration files and commands are rendered, stored and shown; a secret must never be in them.',
    fix: () => 'Move it to `secretFiles` or `env`.',
  }),
  WB1207: entry<{ found: string }>({
    title: 'Condition over something open',
    what: ({ found }) => `The condition depends on ${found}.`,
    why: 'Conditions range over features, dependency modes and boolean or choice settings, so that every combination can be tested.',
    fix: () => 'Use a choice setting, a feature or a validation instead.',
  }),
  WB1208: entry<{ service: string }>({
    title: 'Shard list of a service without shards',
    what: ({ service }) => `"${service}" has no shards, so it has no list of shard addresses.`,
    why: 'Only a sharded service has one stable address per replica.',
    fix: () => 'Declare the service with `sharded(…)`, or use `.url()` or `.host()`.',
  }),
  WB1209: entry<{ on: string; state: string; kind: string }>({
    title: 'Waiting for a state that never comes',
    what: ({ on, state, kind }) => `"${on}" is ${kind}; it never becomes ${state}.`,
    why: 'Services become healthy, jobs complete.',
    fix: ({ state }) => `Use ${state === 'completed' ? 'healthy(…)' : 'completed(…)'} instead.`,
  }),
  WB1210: entry<{ job: string }>({
    title: 'One-shot without a completion check',
    what: ({ job }) => `Something waits for "${job}", which does not say how to see that it is done.`,
    why: 'Whoever waits runs that check from the image of the job, without token or shell.',
    fix: () => 'Add `completed: [command …]`, which exits 0 once the work is done.',
  }),
  WB1211: entry<{ fact: string; place: string }>({
    title: 'Run-time fact out of place',
    what: ({ fact, place }) => `${fact} is only known to the running replica, but stands in ${place}.`,
    why: 'Files and secrets are made before the replica is, and serve all of them.',
    fix: () => 'Pass it in a variable of its own and read it from there.',
  }),
  WB1212: entry<{ op: string }>({
    title: 'Probe address outside of a probe',
    what: ({ op }) => `${op} stands outside of a health command.`,
    why: 'It means the address under test, which only a health command has.',
    fix: () => 'Use `port.url()` or `port.host()`.',
  }),
  WB1213: entry<{ count: number; limit: number }>({
    title: 'Condition too wide to prove',
    what: ({ count, limit }) => `The conditions here have ${count} combinations; ${limit} can be proved.`,
    why: 'Every combination is tried, so that no impossible one ships.',
    fix: () => 'Introduce a feature that stands for the combination.',
  }),
  WB1214: entry<{ cycle: readonly string[] }>({
    title: 'Circular definition',
    what: ({ cycle }) => `Each is defined by the next: ${cycle.join(' → ')}.`,
    why: 'The value could not be computed.',
    fix: () => 'Give one of them a value of its own.',
  }),
  WB1215: entry<{ output: string; other: string }>({
    title: 'Output made of another output',
    what: ({ output, other }) => `The output "${output}" is made of the output "${other}".`,
    why: 'Outputs are made of inputs, addresses and secrets; chains of outputs can grow without end.',
    fix: () => 'Write what the other output is made of.',
  }),

  WB1301: entry<{ volume: string; users: readonly string[] }>({
    title: 'Volume in several places',
    what: ({ volume, users }) => `The volume "${volume}" is mounted by ${users.join(' and ')} but is not shared.`,
    why: 'Most clusters attach a volume to one machine only; the second pod would never start.',
    fix: () => 'Declare `shared: true`, make one a sidecar of the other, or use two volumes.',
  }),
  WB1302: entry<{ service: string; why: string }>({
    title: 'Wrong number of replicas',
    what: ({ service, why }) => `"${service}" ${why}.`,
    why: 'The data or the work would be split or doubled.',
    fix: () => 'Use `sharded(…)`, remove the replicas, or remove `singleton`.',
  }),
  WB1303: entry<{ setting: string }>({
    title: 'Secret with a literal',
    what: ({ setting }) => `"${setting}" looks like a secret and has a literal value.`,
    why: 'A default password is the same at every customer and known to all of them.',
    fix: () => 'Use `secret.password(…)`, which is generated on site; if it is no secret, say `public: true`.',
  }),
  WB1304: entry<{ setting: string; why: string }>({
    title: 'Wrong default',
    what: ({ setting, why }) => `The default of "${setting}" ${why}.`,
    why: 'An untouched instance would be refused.',
    fix: () => 'Correct the default or the rule.',
  }),
  WB1306: entry<{ service: string; why: string }>({
    title: 'Impossible shape',
    what: ({ service, why }) => `"${service}" ${why}.`,
    why: 'A sidecar or an init step lives in the pod of a service that runs on its own.',
    fix: () => 'Point to a service with a shape of its own, or leave `shape` out.',
  }),
  WB1307: entry<{ schedule: string }>({
    title: 'Wrong schedule',
    what: ({ schedule }) => `"${schedule}" is not a cron schedule of five fields.`,
    why: 'Engines read minute, hour, day of month, month and day of week.',
    fix: () => "Write for example '15 3 * * *' for 03:15 each day.",
  }),
  WB1308: entry<{ why: string }>({
    title: 'Wrong sizing law',
    what: ({ why }) => `The law ${why}.`,
    why: 'A size is read off it for every load a customer may have.',
    fix: () => 'List at least one point, with rising loads.',
  }),
  WB1309: entry<{ image: string; why: string }>({
    title: 'Wrong image',
    what: ({ image, why }) => `The image "${image}" ${why}.`,
    why: 'What runs at the customer has to be exactly what was tested.',
    fix: () => 'Write repository:tag or repository@sha256:…, with a tag that does not move.',
  }),
  WB1310: entry<{ address: string; first: string; second: string }>({
    title: 'Two services behind one address',
    what: ({ address, first, second }) => `${first} and ${second} are both published at ${address}.`,
    why: 'A request could reach only one of them.',
    fix: () => 'Give them different hosts or paths.',
  }),
  WB1311: entry<{ service: string }>({
    title: 'Public port without an edge',
    what: ({ service }) => `"${service}" publishes a port, but the product has no edge.`,
    why: 'Targets without an ingress of their own need a proxy that ends TLS and routes.',
    fix: () => 'Add `edge: caddy({ image, area })` to product(…).',
  }),
  WB1312: entry<{ kind: string; id: string }>({
    title: 'Unused declaration',
    severity: 'warning',
    what: ({ kind, id }) => `The ${kind} "${id}" is declared but nothing uses it.`,
    why: 'Customers would be asked for something without effect.',
    fix: () => 'Use it or remove it.',
  }),
  WB1313: entry<{ what: string; request: string; limit: string }>({
    title: 'Request above the limit',
    what: ({ what, request, limit }) => `${what}: the request (${request}) is above the limit (${limit}).`,
    why: 'Kubernetes refuses such a container.',
    fix: () => 'Raise the limit or lower the request.',
  }),
  WB1314: entry<{ from: string; why: string }>({
    title: 'Wrong rename',
    what: ({ from, why }) => `The rename of "${from}" ${why}.`,
    why: 'Renames are followed at upgrades, so each has to lead from a gone name to a living one.',
    fix: () => 'Name what existed before as `from` and what exists now as `to`.',
  }),
  WB1315: entry<{ service: string; probe: string }>({
    title: 'Health check without a command',
    what: ({ service, probe }) => `"${service}" is checked over ${probe}, but its image names no command for that.`,
    why: 'Docker runs health checks inside the container, and whoever waits on Kubernetes runs them from this image.',
    fix: () =>
      "Add for example `prober: { http: ['wget', '-qO', '/dev/null', probe.url] }` with a program of the image.",
  }),
  WB1316: entry<{ why: string }>({
    title: 'Wrong raw object',
    what: ({ why }) => `The raw object ${why}.`,
    why: 'It is applied with the others and belongs to the same instance.',
    fix: () => 'Write a complete object with apiVersion, kind and metadata.name, namespaced.',
  }),

  WB1317: entry<{ secret: string }>({
    title: 'Secret of several lines in a variable',
    what: ({ secret }) => `The variable takes a part of "${secret}", which has several lines.`,
    why: 'Docker reads secret variables from a file with one line for each.',
    fix: () => 'Take it as a file: `secretFiles`.',
  }),
  WB1318: entry<{ dependency: string; why: string }>({
    title: 'Operator that does not fit',
    what: ({ dependency, why }) => `The dependency "${dependency}" ${why}.`,
    why: 'Customers choose between the modes that are offered, and each has to say all that is needed.',
    fix: () => 'Give `operator: { … }` and leave `modes` out, or name the mode in both places.',
  }),

  WB2001: entry<{ message: string }>({
    title: 'Not YAML',
    what: ({ message }) => ended(message),
    why: 'The file could not be read.',
    fix: () => 'Correct the YAML at this place.',
  }),
  WB2002: entry<{ key: string }>({
    title: 'Duplicate key',
    what: ({ key }) => `"${key}" is written twice.`,
    why: 'Readers differ in which of the two they take.',
    fix: () => 'Remove one of them.',
  }),
  WB2003: entry<Record<never, never>>({
    title: 'Not UTF-8',
    what: () => 'The file is not UTF-8.',
    why: 'Other encodings change letters without a word.',
    fix: () => 'Save the file as UTF-8.',
  }),
  WB2004: entry<{ what: string }>({
    title: 'YAML that is not plain data',
    what: ({ what }) => `The file uses ${what}.`,
    why: 'Aliases, tags and merge keys hide what a value is, and nested aliases can fill the memory.',
    fix: () => 'Write the value out.',
  }),
  WB2005: entry<{ text: string; reading: string; fix: string }>({
    title: 'Value that YAML readers take for different things',
    what: ({ text, reading }) => `${text} is ${reading} for some YAML readers and a text for others.`,
    why: 'The same file has to mean the same everywhere.',
    fix: ({ fix }) => fix,
  }),
  WB2006: entry<{ found: string; product: string }>({
    title: 'Instance of another product',
    what: ({ found, product }) => `The instance is of "${found}", the definition is "${product}".`,
    why: 'Its settings belong to the other product.',
    fix: ({ product }) => `Use the instance file of ${product}, or correct "product".`,
  }),
  WB2007: entry<{ setting: string; near?: string }>({
    title: 'Unknown setting',
    what: ({ setting }) => `The product has no setting "${setting}".`,
    why: 'It would have no effect.',
    fix: ({ near }) => `${orMean(near)}Run \`waybill explain settings\` for the list.`,
  }),
  WB2008: entry<{ what: string; expected: string; found: string }>({
    title: 'Wrong value',
    what: ({ what, expected, found }) => `${what} has to be ${expected}; found ${found}.`,
    why: 'The product would not start with it or would behave in another way than meant.',
    fix: ({ expected }) => `Write ${expected}.`,
  }),
  WB2009: entry<{ what: string }>({
    title: 'Missing value',
    what: ({ what }) => `${what} is required and has no value.`,
    why: 'It has no default that would be right for every site.',
    fix: () => 'Add it to the instance file.',
  }),
  WB2010: entry<{ what: string; message: string }>({
    title: 'Value against a rule of the product',
    what: ({ what, message }) => `${what}: ${message}`,
    why: 'The vendor declared this rule for the value.',
    fix: () => 'Choose a value that keeps it.',
  }),
  WB2011: entry<{ what: string; condition: string }>({
    title: 'Value without effect',
    severity: 'warning',
    what: ({ what, condition }) => `${what} is set but has no effect unless ${condition}.`,
    why: 'You may expect it to do something.',
    fix: () => 'Remove it or fulfil the condition.',
  }),
  WB2012: entry<{ what: string; before: string; after: string }>({
    title: 'Changed value that cannot change',
    what: ({ what, before, after }) =>
      `${what} was ${before} and is now ${after}, but cannot change after the installation.`,
    why: 'The data of the running instance was made for the old value.',
    fix: () => 'Put the old value back, or install a new instance and move the data.',
  }),
  WB2013: entry<{ at: string; near?: string }>({
    title: 'Overlay that hits nothing',
    what: ({ at }) => `The overlay at "${at}" hits nothing.`,
    why: 'A patch that misses would be lost without a word.',
    fix: ({ near }) => `${orMean(near)}Correct the address or remove the overlay.`,
  }),
  WB2014: entry<{ at: string; base: string; now: string }>({
    title: 'Overlay made for another value',
    what: ({ at, base, now }) => `The overlay at "${at}" was made against ${base}; the product now has ${now}.`,
    why: 'The reason for the patch may be gone, or it may undo a fix of the vendor.',
    fix: ({ now }) => `Look at the new value, then set "base" to ${now} to keep the overlay, or remove it.`,
  }),
  WB2034: entry<{ at: string; now: string }>({
    title: 'Overlay that changes nothing any more',
    severity: 'warning',
    what: ({ at, now }) => `The product now has ${now} at "${at}", which is what the overlay sets.`,
    why: 'It has done its work, and would hide the next change of the product.',
    fix: () => 'Remove it.',
  }),
  WB2035: entry<{ target: string; why: string }>({
    title: 'Overlays that cannot be exported',
    what: ({ target, why }) => `The overlays cannot become files in custom/ of the target "${target}": ${why}.`,
    why: 'The output without them would not fit the files.',
    fix: () => 'Leave them in the instance file: every render applies them.',
  }),
  WB2015: entry<{ factor: string; near?: string }>({
    title: 'Unknown load factor',
    what: ({ factor }) => `The product is not sized by "${factor}".`,
    why: 'It would have no effect.',
    fix: ({ near }) => `${orMean(near)}Run \`waybill explain load\` for the list.`,
  }),
  WB2016: entry<{ dependency: string; mode: string; offered: readonly string[] }>({
    title: 'Mode that is not offered',
    what: ({ dependency, mode }) => `"${dependency}" cannot be ${mode}.`,
    why: 'The product was not built or tested that way.',
    fix: ({ offered }) => `Use ${offered.join(' or ')}.`,
  }),
  WB2017: entry<{ kind: string; id: string; near?: string }>({
    title: 'Unknown name in the instance',
    what: ({ kind, id }) => `The product has no ${kind} "${id}".`,
    why: 'It would have no effect.',
    fix: ({ near }) => `${orMean(near)}Correct the name or remove it.`,
  }),
  WB2018: entry<{ feature: string; condition: string }>({
    title: 'Feature that cannot be on',
    what: ({ feature, condition }) => `The feature "${feature}" is on, but needs ${condition}.`,
    why: 'It would not work.',
    fix: () => 'Fulfil the condition or switch the feature off.',
  }),
  WB2019: entry<{ instance: string; product: string }>({
    title: 'Instance of another version',
    severity: 'warning',
    what: ({ instance, product }) => `The instance says version ${instance}, the definition is ${product}.`,
    why: 'Rendering another version than the one that runs is an upgrade.',
    fix: ({ product }) => `Set "version: ${product}" if that is what you want.`,
  }),
  WB2020: entry<{ target: string; offered: readonly string[] }>({
    title: 'Target that is not offered',
    what: ({ target }) => `The product does not offer the target "${target}".`,
    why: 'The vendor has not tested it there.',
    fix: ({ offered }) => `Use ${offered.join(', ')}.`,
  }),
  WB2021: entry<{ what: string; load: string; range: string }>({
    title: 'Load outside of what was measured',
    severity: 'warning',
    what: ({ what, load, range }) => `${what} is extrapolated: ${load} lies outside of ${range}.`,
    why: 'Nobody has run the product at this load.',
    fix: () => 'Watch it closely, or give your own number under "sizes".',
  }),
  WB2022: entry<{ setting: string; advice: string }>({
    title: 'Deprecated setting',
    severity: 'warning',
    what: ({ setting }) => `The setting "${setting}" is deprecated.`,
    why: 'It goes away in a later version.',
    fix: ({ advice }) => advice,
  }),
  WB2023: entry<{ what: string }>({
    title: 'Size that does not fit',
    what: ({ what }) => `${what}.`,
    why: 'The service would not run with it.',
    fix: () => 'Choose another number under "sizes".',
  }),
  WB2050: entry<{ source: string; needs: string; example: string }>({
    title: 'Source of secrets without what it needs',
    what: ({ source, needs }) => `The source "${source}" needs ${needs}.`,
    why: 'Without it nobody knows where the values come from.',
    fix: ({ example }) => `Add it, for example \`${example}\`, or choose another source.`,
  }),
  WB2051: entry<{ secret: string; example: string; users: string }>({
    title: 'Secret that is mapped to nothing',
    what: ({ secret, users }) => `"${secret}" is used by ${users}, and "existing" does not say where it is.`,
    why: 'With the source "existing" nothing makes a value, so it would be missing.',
    fix: ({ example }) => `Add \`${example}\` under "secrets.existing".`,
  }),
  WB2052: entry<{ key: string; why: string; fix: string }>({
    title: 'Wrong mapping of a secret',
    what: ({ key, why }) => `The mapping of "${key}" ${why}.`,
    why: 'The value would not be found, or a wrong one would be taken.',
    fix: ({ fix }) => fix,
  }),
  WB2053: entry<{ source: string; target: string; instead: string }>({
    title: 'Source of secrets that the target does not have',
    what: ({ source, target }) => `The target ${target} cannot take secrets from the source "${source}".`,
    why: 'What it runs on has nothing that would read the values from there.',
    fix: ({ instead }) => instead,
  }),
  WB2054: entry<{ secret: string; target: string; needs: string }>({
    title: 'Mapping of a secret for another target',
    what: ({ secret, target, needs }) =>
      `The mapping of "${secret}" has no ${needs}, which the target ${target} needs.`,
    why: 'Kubernetes takes existing values from Secrets by name and key, a Docker host from files.',
    fix: ({ needs }) => `Add the ${needs} to the mapping; one mapping may have both.`,
  }),
  WB2024: entry<{ kind: string; from: string; to: string }>({
    title: 'Old and new name together',
    what: ({ kind, from, to }) => `The ${kind} "${from}" is called "${to}" now, and the instance has both.`,
    why: 'Nobody can tell which of the two values is meant.',
    fix: ({ from, to }) => `Keep the value that is right under "${to}" and remove "${from}".`,
  }),
  WB2025: entry<{ kind: string; from: string; to: string }>({
    title: 'Old name',
    severity: 'warning',
    what: ({ kind, from, to }) => `The ${kind} "${from}" is called "${to}" now.`,
    why: 'The old name works as long as the product remembers it.',
    fix: () => 'Run `waybill instance migrate`, which writes the present names.',
  }),
  WB2026: entry<{ path: string }>({
    title: 'Place that cannot be edited',
    what: ({ path }) => `"${path}" cannot be changed without touching other lines of the file, or is not there.`,
    why: 'An edit leaves every other line, comment and quote as it is.',
    fix: () => 'Correct the path, or change the file with an editor and run `waybill check`.',
  }),
  WB2027: entry<{ path: string }>({
    title: 'Secret in the instance file',
    what: ({ path }) => `"${path}" names a secret.`,
    why: 'The instance file is kept in repositories and read by many; values of secrets never stand in it.',
    fix: () => 'Give the value where the secrets of the site are kept; the rendered README says how.',
  }),
  WB2028: entry<{ file: string }>({
    title: 'File that changed meanwhile',
    what: ({ file }) => `${file} was changed by somebody else while this command ran.`,
    why: 'Writing it would lose that change.',
    fix: () => 'Run the command again.',
  }),
  WB2029: entry<{ file: string }>({
    title: 'File that is there already',
    what: ({ file }) => `${file} is there already.`,
    why: 'What is in it would be lost.',
    fix: () => 'Choose another file with --out, change the one there with `waybill instance set`, or use --overwrite.',
  }),
  WB2030: entry<{ first: string; second: string; number: number }>({
    title: 'One port of the machine for two',
    what: ({ first, second, number }) => `"${first}" and "${second}" are both published at port ${number}.`,
    why: 'A port of the machine belongs to one of them only.',
    fix: () => 'Give them different numbers under "site.publish".',
  }),

  WB3001: entry<{ file: string; found: number; known: number }>({
    title: 'Format of a newer version',
    what: ({ file, found, known }) => `${file} has schema ${found}; this version reads up to ${known}.`,
    why: 'A newer format may hold what this version would lose.',
    fix: () => 'Use the version of waybill that came with it, or a newer one.',
  }),
  WB3002: entry<{ file: string; found: string }>({
    title: 'Unknown format',
    what: ({ file, found }) => `${file} has ${found} where "schema: 1" is expected.`,
    why: 'Without it nobody can tell how to read the rest.',
    fix: () => 'Add "schema: 1" at the top.',
  }),

  WB4001: entry<{ file: string }>({
    title: 'No such file',
    what: ({ file }) => `There is no file ${file}.`,
    why: 'It is needed for this.',
    fix: () => 'Correct the path.',
  }),
  WB4002: entry<{ file: string }>({
    title: 'A folder instead of a file',
    what: ({ file }) => `${file} is a folder.`,
    why: 'A file is needed here.',
    fix: () => 'Name the file inside of it.',
  }),
  WB4003: entry<{ file: string; message: string }>({
    title: 'File that cannot be read or written',
    what: ({ file, message }) => `${file}: ${message}.`,
    why: 'The operating system refused.',
    fix: () => 'Check the permissions and the free space.',
  }),
  WB4004: entry<{ file: string }>({
    title: 'Edited file of ours',
    what: ({ file }) => `${file} was changed by hand since it was rendered.`,
    why: 'Rendering again would lose the change.',
    fix: () => 'Move the change to custom/ or to an overlay in the instance file, or use --overwrite to drop it.',
  }),
  WB4005: entry<{ folder: string }>({
    title: 'Folder that is not ours',
    what: ({ folder }) => `${folder} exists, and no base/waybill.manifest.json in it says that waybill made it.`,
    why: 'What is in it would be lost.',
    fix: () =>
      'Choose an empty or a new folder. If it is a render whose manifest was lost or broken, render with --overwrite.',
  }),
  WB4006: entry<{ message: string }>({
    title: 'Not JSON',
    what: ({ message }) => ended(message),
    why: 'product.json could not be read.',
    fix: () => 'Build it again with `waybill build`.',
  }),
  WB4007: entry<{ file: string; limit: string }>({
    title: 'File too large',
    what: ({ file, limit }) => `${file} is larger than ${limit}.`,
    why: 'No real file of this kind is.',
    fix: () => 'Check that it is the right file.',
  }),
  WB4008: entry<{ file: string; limit: number }>({
    title: 'Nested too deeply',
    what: ({ file, limit }) => `${file} is nested more than ${limit} levels deep here.`,
    why: 'No real file of this kind is, and reading it could exhaust the memory.',
    fix: () => 'Check that it is the right file.',
  }),
  WB4009: entry<{ folder: string; found: string; rendered: string }>({
    title: 'Folder of another product or instance',
    what: ({ folder, found, rendered }) => `${folder} holds ${found}; this is ${rendered}.`,
    why: 'One installation would silently replace another one.',
    fix: () => 'Choose another folder, or use --overwrite to replace what is there.',
  }),
  WB4010: entry<{ file: string }>({
    title: 'File that is not ours',
    what: ({ file }) => `${file} exists and is not a built product.`,
    why: 'What is in it would be lost.',
    fix: () => 'Choose another file for --out.',
  }),
  WB4011: entry<{ folder: string; process: number; lock: string }>({
    title: 'Folder that is being written',
    what: ({ folder, process }) => `Another waybill (process ${process}) is writing into ${folder}.`,
    why: 'Two renders at once would mix their files.',
    fix: ({ lock }) => `Wait until it is done and try again. If there is no such process, remove ${lock}.`,
  }),

  WB5001: entry<{ what: string; size: string; limit: string }>({
    title: 'File too large for the target',
    what: ({ what, size, limit }) => `${what} takes ${size}; the target carries at most ${limit}.`,
    why: 'Kubernetes refuses larger ConfigMaps and Secrets.',
    fix: () => 'Put the file into the image or into a volume.',
  }),
  WB5002: entry<{ name: string; limit: number; what: string }>({
    title: 'Name too long for the target',
    what: ({ name, limit, what }) => `"${name}" is too long for ${what} (at most ${limit}).`,
    why: 'The engine would refuse it.',
    fix: () => 'Shorten the id.',
  }),
  WB5003: entry<{ loss: string; reason: string }>({
    title: 'Loss that nobody accepted',
    what: ({ loss, reason }) => `The target cannot express ${loss}: ${reason}`,
    why: 'In strict mode each loss has to be accepted with a reason.',
    fix: () => "Accept it in the definition, for example `compose({ accepts: [{ loss: '…', reason: '…' }] })`.",
  }),
  WB5004: entry<{ what: string; targets: string; first: string; second: string }>({
    title: 'Targets that disagree',
    what: ({ what, targets, first, second }) => `${what} differs between ${targets}: ${first} and ${second}.`,
    why: 'The same product has to behave in the same way on every target.',
    fix: () => 'This is a fault of waybill unless a raw object or an overlay causes it; please report it.',
  }),
  WB5005: entry<{ name: string; first: string; second: string }>({
    title: 'Two objects of one name',
    what: ({ name, first, second }) => `${first} and ${second} would both become "${name}" on this target.`,
    why: 'The second would overwrite the first.',
    fix: () => 'Rename one of the two.',
  }),
  WB5006: entry<{ volume: string; service: string; first: string }>({
    title: 'Existing claim for a service of several shards',
    what: ({ volume, service }) =>
      `site.claims names a claim for "${volume}", but "${service}" has one for each of its shards.`,
    why: 'A StatefulSet names the claims of its shards itself and takes no others.',
    fix: ({ first }) =>
      `Remove it here, and name the claims ${first}, …-1 and so on before the first start: what is there under these names is used.`,
  }),
  WB5007: entry<{ file: string }>({
    title: 'Certificates of authorities in a file of a machine',
    what: ({ file }) => `site.certificateAuthority names the file ${file}, and neither a ConfigMap nor a Secret.`,
    why: 'Pods do not see the files of a machine.',
    fix: () =>
      'Make a ConfigMap with `kubectl create configmap site-ca --from-file=ca.crt=FILE`, and name it in site.certificateAuthority.configMap.',
  }),
  WB5008: entry<{ dependency: string; target: string }>({
    title: 'Operator where there is none',
    what: ({ dependency, target }) => `"${dependency}" is to be run by an operator, and ${target} knows none.`,
    why: 'Operators are programs of a Kubernetes cluster.',
    fix: () => 'Choose another mode for the dependency, or a Kubernetes target.',
  }),
  WB5009: entry<Record<never, never>>({
    title: 'Certificates of authorities in an object of a cluster',
    what: () => 'site.certificateAuthority names no file, only an object of a cluster.',
    why: 'Containers on a Docker host see the files of the machine.',
    fix: () =>
      'Name the file of the machine that holds the certificates: `certificateAuthority: { file: /etc/…/ca.crt }`.',
  }),
  WB5010: entry<{ number: number; first: string; second: string; reference: string }>({
    title: 'One port for two processes',
    what: ({ number, first, second }) => `${first} and ${second} both listen on ${number}.`,
    why: 'In one container there is one of each port, and nothing tells either process to take another one.',
    fix: ({ reference }) =>
      `Let the service read its port from a variable with the value ${reference}: then it gets a free one. Or leave it out of this target with shape: { processes: absent('…') }.`,
  }),

  WB5020: entry<{ file: string; what: string }>({
    title: 'Expression that a chart cannot hold',
    what: ({ file, what }) => `The template ${file} would need something that Helm cannot compute: ${what}.`,
    why: 'A chart computes its values on the customer’s machine, and must give what Waybill gives.',
    fix: () => 'Say it with other expressions in the definition, or leave the target helm out.',
  }),

  WB6001: entry<{ registry: string; message: string }>({
    title: 'Registry that does not answer',
    what: ({ registry, message }) => `${registry} cannot be reached: ${message}.`,
    why: 'Images are read from it or written to it.',
    fix: () =>
      'Check its name, the network, the proxy (HTTPS_PROXY, NO_PROXY) and the certificate (NODE_EXTRA_CA_CERTS). A registry without TLS needs --insecure HOST.',
  }),
  WB6002: entry<{ registry: string; repository: string }>({
    title: 'Registry that needs a login',
    what: ({ registry, repository }) => `${registry} wants a login for ${repository}, or refuses the one that it got.`,
    why: 'The images there are not public.',
    fix: ({ registry }) => `Run \`docker login ${registry}\` (or write the same into $DOCKER_CONFIG/config.json).`,
  }),
  WB6003: entry<{ registry: string; repository: string; action: string }>({
    title: 'Registry that refuses',
    what: ({ registry, repository, action }) => `${registry} does not let this account ${action} ${repository}.`,
    why: 'The login is known there, but has no right to do this.',
    fix: () => 'Ask the owner of the registry for the right, or use another account or path.',
  }),
  WB6004: entry<{ image: string; registry: string }>({
    title: 'Image that is not there',
    what: ({ image, registry }) => `${registry} has no ${image}.`,
    why: 'The deployment uses it.',
    fix: () => 'Push the image, correct the reference, or name the registry that has it with --registry.',
  }),
  WB6005: entry<{ image: string; platform: string; has: readonly string[] }>({
    title: 'Image without a platform',
    what: ({ image, platform, has }) => `${image} has no ${platform}, only ${has.join(', ')}.`,
    why: 'It would not run on machines of that platform.',
    fix: ({ platform }) => `Build the image for ${platform} too, or leave that platform out.`,
  }),
  WB6006: entry<{ registry: string; request: string; status: number; message: string }>({
    title: 'Registry that fails',
    what: ({ registry, request, status, message }) => ended(`${registry} answered ${status} to ${request}: ${message}`),
    why: 'The transfer cannot go on. What was sent completely stays; no tag leads to anything incomplete.',
    fix: () =>
      'Look into the log of the registry (a full disk is the most frequent reason), then run the same command again.',
  }),
  WB6007: entry<{ what: string; expected: string; found: string }>({
    title: 'Content that is not what its digest says',
    what: ({ what, expected, found }) => `${what} should be ${expected}, but is ${found}.`,
    why: 'It was damaged or replaced on its way or where it is kept.',
    fix: () => 'Try again. If it stays so, do not use what is there and tell its owner.',
  }),
  WB6008: entry<{ image: string }>({
    title: 'Image that is not locked',
    what: ({ image }) => `The lock has no ${image}.`,
    why: 'With a lock, every image of the product is pinned to what was tested.',
    fix: () => 'Make the lock again: `waybill images <product> --lock`.',
  }),
  WB6009: entry<{ file: string; message: string }>({
    title: 'Lock or list that cannot be read',
    what: ({ file, message }) => ended(`${file}: ${message}`),
    why: 'The file is JSON that a program wrote.',
    fix: () => 'Make it again, or take it from where it came.',
  }),
  WB6010: entry<{ helper: string; registry: string; message: string }>({
    title: 'Credential helper that fails',
    what: ({ helper, registry, message }) =>
      ended(`docker-credential-${helper} gave no login for ${registry}: ${message}`),
    why: "Docker's configuration names it for this registry.",
    fix: () => 'Run `docker login` again, or correct credHelpers and credsStore in $DOCKER_CONFIG/config.json.',
  }),
  WB6011: entry<{ image: string; mediaType: string }>({
    title: 'Image of an unknown kind',
    what: ({ image, mediaType }) => `${image} is "${mediaType}".`,
    why: 'Images are OCI or Docker (schema 2) manifests or indexes.',
    fix: () => 'Push the image again with a current program.',
  }),

  WB6101: entry<{ file: string; why: string }>({
    title: 'Not a bundle',
    what: ({ file, why }) => `${file} is no bundle: ${why}.`,
    why: 'Nothing in it can be trusted to be what it should.',
    fix: () => 'Check that it is the right file, and get it again.',
  }),
  WB6102: entry<{ file: string; has: number; needs: number }>({
    title: 'Truncated bundle',
    what: ({ file, has, needs }) => `${file} has ${has} bytes, but needs ${needs}.`,
    why: 'The copy was cut off.',
    fix: () => 'Copy it again. Nothing was written.',
  }),
  WB6103: entry<{ file: string; entry: string }>({
    title: 'Damaged bundle',
    what: ({ file, entry }) => `"${entry}" in ${file} is not what the bundle says.`,
    why: 'It was damaged on its way, or somebody changed it.',
    fix: () => 'Copy the bundle again and compare its checksum with the one of its maker. No image of it was tagged.',
  }),
  WB6104: entry<{ file: string; key: string }>({
    title: 'Wrong signature',
    what: ({ file, key }) => `The signature of ${file} by key ${key} does not fit its content.`,
    why: 'Content or signature were changed after signing.',
    fix: () => 'Do not use it. Get the bundle again from its maker.',
  }),
  WB6105: entry<{ file: string; key: string; trusted: readonly string[] }>({
    title: 'Unknown key',
    what: ({ file, key, trusted }) => `${file} is signed with key ${key}; trusted are ${trusted.join(', ')}.`,
    why: 'Anybody can sign with a key of their own.',
    fix: () =>
      'Get the new key from the maker over another way than the bundle, compare it, then give it with --key too.',
  }),
  WB6106: entry<{ file: string; key: string; name: string; why: string }>({
    title: 'Retired key',
    what: ({ file, key, name, why }) => `${file} is signed with key ${key} ("${name}"), which ${why}.`,
    why: 'What a retired key signs may come from somebody else.',
    fix: () => 'Get a bundle that is signed with a key in force.',
  }),
  WB6107: entry<{ file: string }>({
    title: 'Bundle without a signature',
    what: ({ file }) => `${file} is not signed.`,
    why: 'Nobody could tell whether it comes from the vendor.',
    fix: () => 'Get a signed one, or use --allow-unsigned if you know where it comes from.',
  }),
  WB6108: entry<{ file: string; found: string; expected: string }>({
    title: 'Bundle of another product',
    what: ({ file, found, expected }) => `${file} holds ${found}, not ${expected}.`,
    why: 'It would be loaded or extracted over something else.',
    fix: () => 'Take the bundle of the right product, or correct --product.',
  }),
  WB6109: entry<{ part: string; parts: readonly string[] }>({
    title: 'Part of a bundle that is missing',
    what: ({ part, parts }) => `${part} is not there or not complete (parts: ${parts.join(', ')}).`,
    why: 'The bundle was split, and all parts are needed.',
    fix: () => 'Put all parts and the .sha256 file into one folder.',
  }),
  WB6110: entry<{ file: string; base: string; missing: number; registry: string }>({
    title: 'Earlier bundle that has to be loaded first',
    what: ({ file, base, missing, registry }) =>
      `${file} builds on ${base}, and ${missing} of the parts that it leaves out are not in ${registry}.`,
    why: 'It holds only what that bundle does not.',
    fix: ({ base }) => `Load ${base} first, then this one, or ask for a complete bundle. Nothing was written.`,
  }),
  WB6111: entry<{ file: string; why: string }>({
    title: 'Key that cannot be used',
    what: ({ file, why }) => `${file} ${why}.`,
    why: 'Bundles are signed with keys of minisign.',
    fix: () => 'Make a pair with `minisign -G -s vendor.key -p vendor.pub`: sign with the first, give away the second.',
  }),
  WB6112: entry<{ file: string; message: string }>({
    title: 'Bundle that could not be written or read',
    what: ({ file, message }) => `${file}: ${message}.`,
    why: 'The operating system refused.',
    fix: () =>
      'Make space or correct the permissions, then run the same command again. What was half written is removed.',
  }),
  WB6113: entry<{ folder: string }>({
    title: 'Folder that is not empty',
    what: ({ folder }) => `${folder} exists and is not empty.`,
    why: 'A bundle is extracted into a folder of its own, so that nothing of somebody else is replaced.',
    fix: () => 'Name a folder that does not exist yet.',
  }),
  WB6114: entry<Record<never, never>>({
    title: 'No key to trust',
    what: () => 'Neither --key nor --trust says whose signature counts.',
    why: 'Checksums show damage; only a signature shows who made the bundle.',
    fix: () =>
      "Give the vendor's public key with --key, or use --allow-unsigned if you know where the bundle comes from.",
  }),
} satisfies Readonly<Record<`WB${number}`, Entry<never>>>

/** A permanent code of the catalogue. */
export type Code = keyof typeof catalogue

/** What the wording of a code is filled with. */
export type ParamsOf<C extends Code> = (typeof catalogue)[C] extends Entry<infer P> ? P : never
