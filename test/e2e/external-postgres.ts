import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRun, run, until } from './program.ts'

/** A database that the customer brings: Debian's PostgreSQL on this machine, outside of every engine. */
export interface ExternalPostgres {
  readonly port: number
  readonly password: string
  stop(): Promise<void>
}

/** The password has the characters that break unescaped URLs, shells and YAML. */
export const awkwardPassword = `p@ss/:%$'" {#}`

export async function startExternalPostgres(folder: string, port: number): Promise<ExternalPostgres> {
  const found = await run('sh', ['-c', 'ls -d /usr/lib/postgresql/*/bin | tail -n 1'])
  const bin = found.out.trim()
  if (!bin) throw new Error('needs PostgreSQL from Debian: apt-get install postgresql')
  const data = join(folder, 'external-postgres')
  await mkdir(data, { recursive: true })
  const passwordFile = join(folder, 'external-postgres-password')
  await writeFile(passwordFile, `${awkwardPassword}\n`)
  await mustRun('chown', ['-R', 'postgres:postgres', data, passwordFile])
  await mustRun('chmod', ['a+x', folder])
  const asPostgres = (program: string, args: readonly string[]) =>
    mustRun('runuser', ['-u', 'postgres', '--', join(bin, program), ...args], { cwd: data })
  await asPostgres('initdb', [
    '-D',
    join(data, 'main'),
    '-U',
    'app',
    '--pwfile',
    passwordFile,
    '-A',
    'scram-sha-256',
    '--no-sync',
  ])
  await writeFile(join(data, 'main/pg_hba.conf'), 'host all all 0.0.0.0/0 scram-sha-256\n')
  const settings = `-c listen_addresses=* -c port=${port} -c unix_socket_directories= -c fsync=off`
  const start = asPostgres('pg_ctl', ['-D', join(data, 'main'), '-l', join(data, 'log'), '-w', '-o', settings, 'start'])
  await start.catch(async (error: unknown) => {
    throw new Error(`Postgres says: ${await readFile(join(data, 'log'), 'utf8')}`, { cause: error })
  })
  const env = { ...process.env, PGPASSWORD: awkwardPassword }
  await until(20, () =>
    mustRun(
      'psql',
      ['-h', '127.0.0.1', '-p', String(port), '-U', 'app', '-d', 'postgres', '-c', 'create database app'],
      { env },
    ),
  )
  return {
    port,
    password: awkwardPassword,
    async stop() {
      await asPostgres('pg_ctl', ['-D', join(data, 'main'), '-m', 'immediate', '-w', 'stop'])
    },
  }
}
