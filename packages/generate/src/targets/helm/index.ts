import { type Deployment, compact } from '@waybill/model'
import { imagesOf } from '../../output/images.ts'
import { printYaml } from '../../print/yaml.ts'
import { externalSecretsFile, kubernetesSecretsScript, secretsJobFile } from '../../secrets/scripts.ts'
import type { Loss, Observation, OutputFile, Rendered, Target } from '../../target.ts'
import { clusterCapabilities } from '../../pods/capabilities.ts'
import { concreteObjects } from '../../pods/concrete-objects.ts'
import { observe as observeObjects } from '../../pods/observe.ts'
import { chartFile, lateObjects, notes, templatesOf } from './chart.ts'
import { evaluate } from './evaluate.ts'
import { unreadPlaces } from './existing-secrets.ts'
import { besideChart } from './beside-chart.ts'
import { HelmOptions } from './options.ts'
import { profileFiles } from './profiles.ts'
import { defaultValues, instanceValues } from './values.ts'
import { valuesSchema } from './values-schema.ts'

/** A chart of the product, and the values of one instance. */
export const helm: Target<HelmOptions> = {
  id: 'helm',
  title: 'Kubernetes, installed with Helm',
  family: 'pods',
  capabilities: clusterCapabilities,
  options: HelmOptions,
  render,
  observe,
  commands: {
    secrets: 'sh base/secrets.sh',
    up: 'sh base/install.sh',
    down: 'sh base/uninstall.sh',
  },
} satisfies Target<HelmOptions>

function render(deployment: Deployment, options: HelmOptions): Rendered {
  const { origin } = deployment
  if (!origin) throw new TypeError('a chart is made from a definition, and this deployment does not say from which')
  // what the same choices make of the same product: its losses are the chart's, its secrets are those of this instance
  const { context: decided, files: objects } = concreteObjects(deployment, options)
  // of this instance, and there before the pods are: so what makes the secrets stands beside the chart
  const secretsMaker: OutputFile[] = objects
    .filter(({ path }) => path === externalSecretsFile || path === secretsJobFile)
    .map(({ path, documents }) => ({ path: `base/${path}`, content: { documents } }))

  const { product } = origin
  const open = lateObjects(origin, options)
  const { templates, problems, lost } = templatesOf(open, product)
  const chart = [
    { path: 'Chart.yaml', text: chartFile(product, options) },
    { path: 'values.yaml', text: defaultValues(product, open.late.deployment) },
    { path: 'values.schema.json', text: `${JSON.stringify(valuesSchema(product), null, 2)}\n` },
    { path: 'templates/NOTES.txt', text: notes(product) },
    ...templates,
  ]
  const files: OutputFile[] = [
    ...chart.map(({ path, text }) => ({ path: `base/chart/${path}`, content: { text } })),
    { path: 'base/values.yaml', content: { documents: [compact(instanceValues(deployment))] } },
    { path: 'custom/values.yaml', content: { text: customValues }, custom: true },
    { path: 'base/install.sh', content: { text: install(deployment) }, executable: true },
    { path: 'base/uninstall.sh', content: { text: uninstall(deployment) }, executable: true },
    ...profileFiles(deployment),
    ...secretsMaker,
    {
      path: 'base/secrets.sh',
      content: { text: kubernetesSecretsScript(decided.secrets, deployment) },
      executable: true,
    },
  ]
  let applied: readonly OutputFile[] | undefined
  return {
    files,
    // read by those who compare targets, not by those who only write files
    get objects() {
      return (applied ??= [{ path: 'base/chart', content: { documents: evaluate(open.files, deployment, options) } }])
    },
    images: imagesOf(objects.map(({ path, documents }) => ({ path, content: { documents } }))),
    losses: [...decided.losses, ...lost.map(uncheckedLoss), ...besideChart(deployment), ...sizeLoss(files)].map(
      (loss) => ({
        ...loss,
        target: 'helm',
      }),
    ),
    problems: [...decided.problems, ...problems, ...unreadPlaces(deployment)],
  }
}

/** Helm keeps a release, compressed, in a Secret of 1 MiB; text becomes a quarter at best, and a third more as base64. */
const largestChart = 3 * 2 ** 20

function sizeLoss(files: readonly OutputFile[]): Omit<Loss, 'target'>[] {
  const size = files.reduce((sum, { content }) => sum + ('text' in content ? content.text.length : 0), 0)
  if (size <= largestChart) return []
  return [
    {
      loss: 'release.size',
      at: 'services',
      severity: 'degraded',
      reason: `The chart takes ${size} bytes, and Helm keeps each release in a Secret of 1 MiB at most.`,
      workaround: 'Put long files into images or volumes, or use the target kubernetes.',
    },
  ]
}

const uncheckedLoss = (at: string): Omit<Loss, 'target'> => ({
  loss: 'values.check',
  at,
  severity: 'degraded',
  reason: 'Helm cannot compute the rule for this value, so the chart takes values that break it.',
  workaround: 'Check the values with `waybill check` before they are installed.',
})

/** Reads the objects that the chart comes to. */
function observe(rendered: Rendered, deployment: Deployment): Observation {
  return observeObjects({ ...rendered, files: rendered.objects ?? [] }, deployment)
}

const install = ({ instance: { id, namespace } }: Deployment): string => `#!/bin/sh
# Installs this instance, or brings it to what the values say. Options of helm may follow, such as --wait.
set -eu
cd "$(dirname "$0")/.."
exec helm upgrade --install ${id} base/chart --namespace ${namespace} --values base/values.yaml --values custom/values.yaml "$@"
`

const uninstall = ({ instance: { id, namespace } }: Deployment): string => `#!/bin/sh
# Removes this instance; its volumes and secrets stay.
set -eu
exec helm uninstall ${id} --namespace ${namespace} "$@"
`

const customValues = `# This file is yours: it was written once and is never touched again. What stands here wins over base/values.yaml;
# base/chart/values.yaml tells all that there is.
${printYaml({}).trim()}
`
