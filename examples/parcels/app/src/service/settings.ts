import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Refusal } from './refusal.ts'

type Environment = Record<string, string | undefined>

/** What is wrong with the environment: every finding at once, names and reasons only, never a value. */
export class SettingsError extends Refusal {
  override name = 'SettingsError'
}

/**
 * The settings that `shape` describes, read from the environment. An empty value counts as unset. Each name in `secrets` may also be
 * given as `<NAME>_FILE`, the path of a file that holds the value (one trailing line break is dropped). Throws a SettingsError.
 */
export function readSettings<S extends z.ZodRawShape>(
  shape: S,
  secrets: readonly (keyof S & string)[] = [],
  env: Environment = process.env,
): z.output<z.ZodObject<S>> {
  const values: Environment = {}
  const problems: string[] = []
  for (const name of Object.keys(shape)) {
    if (env[name]) values[name] = env[name]
    const file = env[`${name}_FILE`]
    if (!file || !secrets.includes(name)) continue
    if (env[name]) problems.push(`${name}: is set together with ${name}_FILE; keep one of them`)
    try {
      values[name] = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    } catch (error) {
      problems.push(`${name}_FILE: cannot read ${file} (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
    }
  }
  const parsed = z.object(shape).safeParse(values)
  for (const issue of parsed.error?.issues ?? []) {
    const name = issue.path.join('.')
    if (problems.some((problem) => problem.startsWith(name))) continue
    problems.push(`${name}: ${name in values ? issue.message : 'is not set'}`)
  }
  if (!parsed.success || problems.length > 0) throw new SettingsError(problems.join('\n'))
  return parsed.data
}

const port = (standard: number) => z.coerce.number().int().min(0).max(65_535).default(standard)

/** What every service of Parcels reads. `DRAIN_SECONDS` is how long it goes on serving after SIGTERM while /ready says no. */
export const commonSettings = {
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  LOG_FORMAT: z.enum(['json', 'text']).default('json'),
  METRICS_PORT: port(9090),
  DRAIN_SECONDS: z.coerce.number().min(0).max(600).default(1),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
}

export const portSetting = port
export const address = z.url({ protocol: /^https?$/, error: 'is not an http or https address' })

/** `require` encrypts without asking who answers; `verify-full` also checks the certificate (add your own CA with NODE_EXTRA_CA_CERTS). */
export const sslMode = z.enum(['disable', 'require', 'verify-full']).optional()
export type SslMode = z.output<typeof sslMode>
export const databaseUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'is not a postgres:// address' })
export const queueUrl = z.url({ protocol: /^rediss?$/, error: 'is not a redis:// address' })
