#!/usr/bin/env node
// Plain ES2020 without imports at the top: an old Node must be able to read this file in order to say that it is too old.
const needed = 24

const args = process.argv.slice(2)
process.stdout.on('error', ({ code, message }) => {
  // whoever reads may stop at any time, as `| head` does: no reason to say anything, nor to leave work half done
  if (code === 'EPIPE') {
    if (args[0] === 'watch') process.exit(0)
    return
  }
  const reason = code === 'ENOSPC' ? 'no space left on the device' : message
  process.stderr.write(`waybill: standard output: ${reason}\n`)
  process.exit(1)
})
if (Number.parseInt(process.versions.node, 10) < needed) {
  process.stderr.write(
    `waybill needs Node ${needed} or newer; this is Node ${process.versions.node}.\n` +
      `Inside its repository run it with \`npx waybill\` or \`npm run\`, which use the Node that comes with the repository. ` +
      `Anywhere else install Node ${needed} or newer.\n`,
  )
  process.exitCode = 2
} else if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${version()}\n`)
} else {
  cacheCompiledCode()
  void import('../src/main.ts')
    .then(({ main }) => main(args))
    .then((code) => {
      process.exitCode = code
    })
}

/** Compiled code is kept where only this user writes: Node's own choice, a folder for everybody, would run what others put there. */
function cacheCompiledCode() {
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA, NODE_COMPILE_CACHE } = process.env
  const own = XDG_CACHE_HOME || (HOME && `${HOME}/.cache`) || LOCALAPPDATA
  const { enableCompileCache } = process.getBuiltinModule('node:module')
  if (own && !NODE_COMPILE_CACHE && enableCompileCache) enableCompileCache(`${own}/waybill/compiled`)
}

/** The build replaces WAYBILL_VERSION; the sources read their package's manifest. */
function version() {
  if (typeof WAYBILL_VERSION === 'string') return WAYBILL_VERSION
  const manifest = new URL('../package.json', import.meta.url)
  return JSON.parse(process.getBuiltinModule('node:fs').readFileSync(manifest, 'utf8')).version
}
