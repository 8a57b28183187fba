import {
  type Deployment,
  type DependencyDefinition,
  type Problem,
  type ProductDefinition,
  problem,
} from '@waybill/model'
import type { Loss } from '../../target.ts'

/** Whether an operator keeps secrets of a dependency under names of its own, which nothing that is composed may follow. */
const keepsSecrets = ({ operator, modes }: DependencyDefinition): boolean =>
  modes.length > 1 && operator !== undefined && Object.keys(operator.secrets).length > 0

/** The product as its chart offers it. */
export const offered = (product: ProductDefinition): ProductDefinition => ({
  ...product,
  dependencies: product.dependencies.map((dependency) => {
    if (!keepsSecrets(dependency)) return dependency
    const { operator: _, ...rest } = dependency
    return { ...rest, modes: rest.modes.filter((mode) => mode !== 'operator') }
  }),
})

/** What an instance chooses that the chart does not offer. */
export function notOffered({ origin }: Deployment): Problem[] {
  const { product, instance } = origin!
  const dependencies = product.dependencies.filter(
    (dependency) => keepsSecrets(dependency) && instance.dependencies?.[dependency.id]?.mode === 'operator',
  )
  return dependencies.map(({ id }) =>
    problem('WB5021', ['dependencies', id, 'mode'], { what: `an operator for "${id}"` }),
  )
}

/** What of an instance stands beside the chart instead of in it. */
export function besideChart({ origin, secretSource }: Deployment): Omit<Loss, 'target'>[] {
  const overlays = (origin?.instance.overlays ?? []).filter(({ at }) => !/\/(?:cpu|memory|size)(?:\/|$)/.test(at))
  const apart = secretSource.source === 'externalSecrets' || secretSource.source === 'job'
  return [
    ...overlays.map(({ at }) => ({
      loss: 'overlays',
      at,
      severity: 'unsupported' as const,
      reason: 'The chart knows no values for single fields of a service but for its sizes, so the patch is not in it.',
      workaround: 'Use the target kubernetes, or patch what Helm renders with --post-renderer.',
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
