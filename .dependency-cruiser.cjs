/** Which package may import which; a package that is not listed may import none. */
const arrows = {
  model: [],
  generate: ['model'],
  operate: ['model', 'generate'],
  fleet: ['model', 'generate'],
  console: ['generate', 'fleet'],
  cli: ['model', 'generate', 'operate'],
}

const arrowRules = Object.entries(arrows).map(([name, allowed]) => ({
  name: `arrows-${name}`,
  comment: `packages/${name} may import ${allowed.length ? allowed.join(', ') : 'no other package'}`,
  severity: 'error',
  from: { path: `^packages/${name}/` },
  to: { path: '^packages/', pathNot: `^packages/(?:${[name, ...allowed].join('|')})/` },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...arrowRules,
    {
      name: 'arrows-unlisted',
      comment: 'a new package needs its line in `arrows` before it may import another one',
      severity: 'error',
      from: { path: '^packages/([^/]+)/', pathNot: `^packages/(?:${Object.keys(arrows).join('|')})/` },
      to: { path: '^packages/', pathNot: '^packages/$1/' },
    },
    {
      name: 'by-name-between-packages',
      comment: 'another package is imported by its name, so that its exports map decides what is public',
      severity: 'error',
      from: { path: '^(packages|examples)/([^/]+)/' },
      to: { path: '^packages/', pathNot: '^$1/$2/', dependencyTypes: ['local'], dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'authors-see-two-packages',
      comment: 'an example imports what a vendor would: the model, and the option builders of targets',
      severity: 'error',
      from: { path: '^examples/([^/]+)/', pathNot: '\\.test(-d)?\\.ts$' },
      to: { path: '^(packages|examples|test|tools)/', pathNot: '^(packages/(model|generate)|examples/$1)/' },
    },
    {
      name: 'packages-stand-alone',
      comment: 'a package never imports an example, a tool or something from the test folder of the repository',
      severity: 'error',
      from: { path: '^packages/', pathNot: '\\.test(-d)?\\.ts$' },
      to: { path: '^(examples|test|tools)/' },
    },
    {
      name: 'sibling-targets',
      comment: 'a target never imports another target; what they share lives outside targets/<id>/',
      severity: 'error',
      from: { path: '^packages/generate/src/targets/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/generate/src/targets/[^/]+/', pathNot: '^packages/generate/src/targets/$1/' },
    },
    {
      name: 'pure-packages',
      comment: 'model and generate also run in a browser: no Node built-ins, except in tests',
      severity: 'error',
      from: { path: '^packages/(model|generate)/', pathNot: '\\.test(-d)?\\.ts$|/test/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'an import that nothing answers escapes every rule above (app/ folders of examples install their own)',
      severity: 'error',
      from: { path: '^(packages|examples|test|tools)/', pathNot: '^examples/[^/]+/app/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|out|fixtures|__snapshots__)/' },
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
}
