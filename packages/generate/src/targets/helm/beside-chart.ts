import type { Deployment } from '@waybill/model'
import type { Loss } from '../../target.ts'
import { holdsControls } from '../../pods/control-text.ts'
import { serviceValuesOf } from './service-values.ts'

/** What of an instance stands beside the chart instead of in it, or cannot be in it. */
export function besideChart(deployment: Deployment): Omit<Loss, 'target'>[] {
  const { secretSource } = deployment
  const uncarried = Object.entries(serviceValuesOf(deployment)).flatMap(([id, { env = {} }]) =>
    Object.entries(env).flatMap(([name, value]) =>
      value !== null && holdsControls(value) ? [`services/${id}/env/${name}`] : [],
    ),
  )
  const apart = secretSource.source === 'externalSecrets' || secretSource.source === 'job'
  return [
    ...uncarried.map((at) => ({
      loss: 'overlays',
      at,
      severity: 'unsupported' as const,
      reason: 'The text holds characters from U+007F to U+009F, U+2028 or U+2029, which the chart refuses as values.',
      workaround: 'Use the target kubernetes, or mount the text as a file.',
    })),
    ...(apart
      ? [
          {
            loss: 'secrets.source',
            at: 'secrets/source',
            severity: 'note' as const,
            reason: 'What makes the secrets belongs to this instance, so it stands beside the chart.',
            workaround: 'Apply it of base/ with `kubectl apply --filename` before the chart is installed.',
          },
        ]
      : []),
  ]
}
