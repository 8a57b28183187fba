import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { WaybillError, problem } from '@waybill/model'
import { z } from 'zod'

/** A login for a registry: a name and password, or a token that stands for them. */
export type Credentials = { readonly user: string; readonly password: string } | { readonly identityToken: string }

const DockerConfig = z.looseObject({
  auths: z
    .record(
      z.string(),
      z.looseObject({
        auth: z.string().exactOptional(),
        username: z.string().exactOptional(),
        password: z.string().exactOptional(),
        identitytoken: z.string().exactOptional(),
      }),
    )
    .exactOptional(),
  credHelpers: z.record(z.string(), z.string()).exactOptional(),
  credsStore: z.string().exactOptional(),
})
type DockerConfig = z.infer<typeof DockerConfig>

const HelperAnswer = z.looseObject({ Username: z.string(), Secret: z.string() })

/** The login that `docker login` left for a registry; undefined where there is none. */
export async function credentialsFor(host: string, env: NodeJS.ProcessEnv): Promise<Credentials | undefined> {
  const config = await readConfig(env)
  if (!config) return undefined
  const names = namesOf(host)
  const helper = names.map((name) => config.credHelpers?.[name]).find((each) => each !== undefined) ?? config.credsStore
  if (helper !== undefined) {
    const found = await askHelper(helper, names[0]!, env)
    if (found) return found
  }
  return names.map((name) => storedIn(config, name)).find((each) => each !== undefined)
}

/** How Docker writes a registry down; Docker Hub has a name of its own there. */
const namesOf = (host: string): readonly string[] =>
  host === 'docker.io'
    ? ['https://index.docker.io/v1/', 'docker.io', 'index.docker.io']
    : [host, `https://${host}`, `http://${host}`]

async function readConfig(env: NodeJS.ProcessEnv): Promise<DockerConfig | undefined> {
  const folder = env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? homedir(), '.docker')
  const file = join(folder, 'config.json')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch {
    return undefined
  }
  try {
    return DockerConfig.parse(JSON.parse(text))
  } catch {
    throw new WaybillError([problem('WB6009', [], { file, message: 'this is not the configuration of Docker' })])
  }
}

function storedIn({ auths }: DockerConfig, name: string): Credentials | undefined {
  const entry = auths?.[name]
  if (!entry) return undefined
  if (entry.identitytoken !== undefined && entry.identitytoken !== '') return { identityToken: entry.identitytoken }
  if (entry.username !== undefined && entry.password !== undefined)
    return { user: entry.username, password: entry.password }
  const [, user, password] = /^([^:]*):([\s\S]*)$/.exec(Buffer.from(entry.auth ?? '', 'base64').toString()) ?? []
  return user === undefined || password === undefined ? undefined : { user, password }
}

/** Runs `docker-credential-<helper> get`: the registry on standard input, JSON on standard output. */
async function askHelper(helper: string, registry: string, env: NodeJS.ProcessEnv): Promise<Credentials | undefined> {
  const { code, out } = await run(`docker-credential-${helper}`, registry, env)
  if (code === 0) {
    const answer = HelperAnswer.safeParse(jsonIn(out))
    if (!answer.success) throw failed(helper, registry, 'its answer cannot be read')
    const { Username: user, Secret: password } = answer.data
    return user === '<token>' ? { identityToken: password } : { user, password }
  }
  if (/credentials not found/i.test(out)) return undefined
  throw failed(helper, registry, out.trim().split('\n')[0] ?? `exit code ${code}`)
}

const failed = (helper: string, registry: string, message: string): WaybillError =>
  new WaybillError([problem('WB6010', [], { helper, registry, message: message === '' ? 'it said nothing' : message })])

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function run(program: string, input: string, env: NodeJS.ProcessEnv): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, ['get'], { env, stdio: ['pipe', 'pipe', 'pipe'] })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.on('error', ({ message }) => resolve({ code: -1, out: message }))
    child.on('close', (code) => resolve({ code: code ?? -1, out }))
    child.stdin.on('error', () => undefined).end(input)
  })
}
