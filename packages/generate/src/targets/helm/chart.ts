import {
  type Deployment,
  type LateDeployment,
  type Problem,
  type ProductDefinition,
  catalogOf,
  problem,
  resolveLate,
} from '@waybill/model'
import { printYaml } from '../../print/yaml.ts'
import { parseVersions } from '../../pods/options.ts'
import { type ObjectFile, objectFiles } from '../../pods/object-files.ts'
import { makeContext } from '../../pods/context.ts'
import { lateStage, openValues } from './late-stage.ts'
import type { HelmOptions } from './options.ts'
import { Uncompilable } from './template/expressions.ts'
import { checkTemplate } from './template/check.ts'
import { dataTemplates } from './template/data.ts'
import { helpers, siteHelpers } from './template/helpers.ts'
import { TemplatePrinter } from './template/print.ts'
import type { Scope } from './template/scope.ts'

type Origin = NonNullable<Deployment['origin']>

/** The objects of a product with every choice open, by file. */
export interface LateObjects {
  readonly late: LateDeployment
  readonly files: readonly ObjectFile[]
}

export function lateObjects({ product, lock }: Origin, options: HelmOptions): LateObjects {
  const late = resolveLate(product, openValues, lock)
  const context = makeContext(late.deployment, options, lateStage(late, product))
  return { late, files: objectFiles(context) }
}

/** A file of the chart, below its folder. */
export interface ChartFile {
  readonly path: string
  readonly text: string
}

/** The templates of a chart, with what cannot be said in them. */
export function templatesOf(
  { late, files }: LateObjects,
  product: ProductDefinition,
): {
  readonly templates: readonly ChartFile[]
  readonly problems: readonly Problem[]
  readonly lost: readonly string[]
} {
  const scope: Omit<Scope, 'share'> = { catalog: catalogOf(product), prefix: product.id, root: '.' }
  const printer = new TemplatePrinter(scope)
  const problems: Problem[] = strayGuests(late)
  const templates = files.flatMap(({ path, when, about, documents }) => {
    try {
      return [{ path: `templates/${path}`, text: printer.file(documents, when, about) }]
    } catch (error) {
      if (!(error instanceof Uncompilable)) throw error
      problems.push(problem('WB5020', ['targets', 'helm'], { file: path, what: error.message }))
      return []
    }
  })
  const check = checkTemplate(product, late, { ...scope, share: () => {} })
  const defines = [...printer.defines.values()]
  return {
    templates: [
      ...templates,
      { path: 'templates/_helpers.tpl', text: `${helpers(product.id)}${dataTemplates(product)}` },
      // no service has a dot in its name
      { path: 'templates/values.check.yaml', text: check.text },
      { path: 'templates/_site.tpl', text: siteHelpers(product.id) },
      ...(defines.length === 0 ? [] : [{ path: 'templates/_shared.tpl', text: defines.join('\n') }]),
    ],
    problems,
    lost: check.lost,
  }
}

/** A guest that may be there without its host would have pods of its own then, which no template can say. */
function strayGuests({ deployment: { services }, conditions }: LateDeployment): Problem[] {
  return services.flatMap(({ id, when, shape: { pods } }) => {
    if (pods.shape !== 'sidecar' && pods.shape !== 'init') return []
    const host = services.find((service) => service.id === pods.of)
    if (!host || conditions.under(host.when, when) === undefined) return []
    const what = `pods of "${id}" where "${host.id}" is not there`
    return [problem('WB5020', ['services', id, 'shape'], { file: `${host.id}.yaml`, what })]
  })
}

const semanticVersion = /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/

/** Helm takes three numbers only, so another version of a product becomes the build of none. */
export const chartVersion = (version: string): string =>
  semanticVersion.test(version) ? version : `0.0.0+${version.replaceAll(/[^0-9A-Za-z.-]/g, '-')}`

export function chartFile({ id, title, version }: ProductDefinition, options: HelmOptions): string {
  const { from } = parseVersions(options.versions)!
  return printYaml({
    apiVersion: 'v2',
    name: id,
    description: title,
    type: 'application',
    version: chartVersion(version),
    appVersion: version,
    // providers add words of their own to the version, which Helm takes for those of a version before it; newer ones
    // are not refused, as the objects themselves would not be
    kubeVersion: `>=1.${from}.0-0`,
  })
}

export const notes = ({ title, version }: ProductDefinition): string =>
  `${title} ${version} is installed as {{ .Release.Name }} in the namespace {{ .Release.Namespace }}.

Pods wait for the Secrets that they refer to. base/secrets.sh, beside the chart, makes those of the values that it was
rendered with; after a change of values that changes what a secret is composed of, render again and run it again.

  kubectl --namespace {{ .Release.Namespace }} get pods
`
