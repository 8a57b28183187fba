import { checkProduct, readInstance, readProduct, resolve } from '@waybill/model'
import { printOutput, renderTarget, targets } from '@waybill/generate'

/** Every file of every target, from the two files that travel. Runs wherever JavaScript does. */
export function renderEverything(productJson: string, instanceYaml: string): Record<string, string> {
  const product = readProduct(productJson, 'product.json')
  if (!product.ok) throw new Error(JSON.stringify(product.problems))
  const mistakes = checkProduct(product.value)
  if (mistakes.length > 0) throw new Error(JSON.stringify(mistakes))
  const instance = readInstance(instanceYaml, 'instance.yaml')
  if (!instance.ok) throw new Error(JSON.stringify(instance.problems))
  const deployment = resolve(product.value, instance.value.instance)
  if (!deployment.ok) throw new Error(JSON.stringify(deployment.problems))
  const made = {
    generator: 'test',
    product: deployment.value.product,
    instance: { id: deployment.value.instance.id, digest: '' },
  }
  const files = targets.flatMap(({ id }) =>
    printOutput(renderTarget(deployment.value, id), { ...made, target: id }).map(
      ({ path, text }) => [`${id}/${path}`, text] as const,
    ),
  )
  return Object.fromEntries(files)
}
