import type { Loss } from '@waybill/generate'
import { onOutput } from './style.ts'
import { table } from './table.ts'

const severities = ['unsupported', 'degraded', 'note'] as const
const colours = { unsupported: 'red', degraded: 'yellow', note: 'dim' } as const

/** Losses as a table, the worst first; equal ones of several places share a line. */
export function describeLosses(losses: readonly Loss[], indent: string): string {
  const rows = severities.flatMap((severity) => {
    const some = losses.filter((loss) => loss.severity === severity)
    return [...Map.groupBy(some, ({ loss }) => loss)].map(([loss, all]) => [
      severity,
      loss,
      placesOf(all),
      all[0]!.reason,
    ])
  })
  return table(rows, indent)
    .split('\n')
    .map((line, i) => line.replace(rows[i]![0]!, (word) => onOutput(colours[word as Loss['severity']], word)))
    .join('\n')
}

function placesOf(losses: readonly Loss[]): string {
  const places = [...new Set(losses.map(({ at }) => at.split('/').slice(0, 2).join('/')))]
  return places.length <= 2 ? places.join(', ') : `${places.slice(0, 2).join(', ')} and ${places.length - 2} more`
}
