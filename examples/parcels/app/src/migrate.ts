import { parseArgs } from 'node:util'
import manifest from '../package.json' with { type: 'json' }
import { applied, migrateUp } from './schema/migrate.ts'
import { judge } from './schema/migrations.ts'
import { connection, connectWithin } from './schema/postgres.ts'
import { databaseUrl, readSettings, SettingsError, sslMode } from './service/settings.ts'
import { reasonOf } from './service/watch.ts'

const usage = `usage: migrate up [--wait SECONDS]
       migrate status [--expect VERSION] [--wait SECONDS]

Both read DATABASE_URL (or DATABASE_URL_FILE) and SSL_MODE, and wait up to 30 seconds for Postgres to answer.
up      brings the schema to ${manifest.version}; safe to run again and at the same time as another one
status  ends with 0 when the schema serves VERSION (default ${manifest.version}), with 1 when it does not`

const say = (level: 'info' | 'fatal', msg: string, more: object = {}) =>
  process.stdout.write(
    `${JSON.stringify({ level, time: new Date().toISOString(), service: 'migrate', version: manifest.version, ...more, msg })}\n`,
  )

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { expect: { type: 'string', default: manifest.version }, wait: { type: 'string', default: '30' } },
  })
  const [command] = positionals
  const wait = Number(values.wait)
  const usable =
    positionals.length === 1 &&
    (command === 'up' || command === 'status') &&
    wait >= 0 &&
    /^\d+\.\d+(\.\d+)?$/.test(values.expect)
  if (!usable) {
    process.stderr.write(`${usage}\n`)
    return 2
  }
  const settings = readSettings({ DATABASE_URL: databaseUrl, SSL_MODE: sslMode }, ['DATABASE_URL'])
  const client = await connectWithin(wait, connection(settings.DATABASE_URL, settings.SSL_MODE))
  try {
    if (command === 'up') {
      const done = await migrateUp(client)
      say('info', done.length > 0 ? 'the schema is up to date now' : 'the schema was up to date', { applied: done })
      return 0
    }
    const verdict = judge(await applied(client), values.expect)
    say('info', verdict.why, { expect: values.expect, ok: verdict.ok })
    return verdict.ok ? 0 : 1
  } finally {
    await client.end()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  const wrongUsage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  if (wrongUsage) process.stderr.write(`${(error as Error).message}\n${usage}\n`)
  else if (error instanceof SettingsError)
    say('fatal', 'the settings are not usable', { problems: error.message.split('\n') })
  else say('fatal', reasonOf(error))
  process.exitCode = wrongUsage ? 2 : 1
}
