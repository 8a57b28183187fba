import { pino, type Logger } from 'pino'

export type { Logger }

type Options = {
  service: string
  version: string
  level: string
  format: 'json' | 'text'
  traceId: () => string | undefined
}

const asText = {
  write(line: string) {
    const {
      time,
      level,
      msg,
      service: _service,
      version: _version,
      err,
      ...rest
    } = JSON.parse(line) as Record<string, unknown>
    const facts = Object.entries(rest).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`)
    const problem = err ? `\n  ${(err as { stack?: string }).stack ?? ''}` : ''
    process.stdout.write(
      `${time as string} ${(level as string).padEnd(5)} ${msg as string}${facts.join('')}${problem}\n`,
    )
  },
}

/** A logger that writes one JSON object per line to standard output. Settings are never logged; the redaction is a second net. */
export function createLog({ service, version, level, format, traceId }: Options): Logger {
  const options = {
    level,
    base: { service, version },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => {
      const id = traceId()
      return id ? { trace_id: id } : {}
    },
    redact: {
      paths: [
        '*.password',
        '*.authorization',
        '*.cookie',
        '*.secret',
        '*.connectionString',
        'password',
        'authorization',
        'cookie',
        'secret',
      ],
      censor: '[redacted]',
    },
  }
  return format === 'text' ? pino(options, asText) : pino(options)
}
