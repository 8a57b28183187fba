import {
  type Deployment,
  type Expression,
  type Json,
  type Operation,
  type When,
  catalogOf,
  contentName,
  inputKey,
  isOperation,
  lookupIn,
  mirrored,
  percentEncode,
  readChoices,
  reduce,
} from '@waybill/model'
import { type Part, itemPart, partOf } from '../../late/guards.ts'
import { type Open, type Pipe, openOf, piecesOf } from '../../late/open.ts'
import { escapeExpansion } from '../../pods/expansion.ts'
import type { ObjectFile } from '../../pods/object-files.ts'
import { textAt } from '../../pods/observe/read.ts'
import { byteQuantity, cpuQuantity } from '../../pods/quantities.ts'
import type { Reach } from '../../pods/reach.ts'
import { concreteSite } from '../../pods/site/concrete.ts'
import type { SiteFields } from '../../pods/site/fields.ts'
import { type ExistingPlace, existingPlaces, mappedName } from './existing-secrets.ts'
import type { HelmOptions } from './options.ts'
import { type ServiceValues, changed, replacedVariable, serviceValuesOf } from './service-values.ts'

type Members = { readonly [key: string]: Json }

/**
 * Reads the tree that a chart is printed from with the choices of one instance, as Helm reads the chart with its values: an
 * evaluator of its own, so that the two can be compared.
 */
export function evaluate(files: readonly ObjectFile[], deployment: Deployment, options: HelmOptions): Json[] {
  const reader = new Reader(deployment, options)
  return files.flatMap(({ documents, when }) => (reader.holds(when) ? reader.items(documents) : []))
}

class Reader {
  readonly #deployment: Deployment
  readonly #site: SiteFields
  readonly #services: ServiceValues
  readonly #existing: Readonly<Record<string, ExistingPlace>>
  readonly #value: (expression: Expression) => Expression | undefined

  constructor(deployment: Deployment, options: HelmOptions) {
    this.#deployment = deployment
    this.#site = concreteSite({ deployment, options, lose: () => {}, problems: [] })
    this.#services = serviceValuesOf(deployment)
    this.#existing = existingPlaces(deployment)
    this.#value = valuesOf(deployment, this.#services)
  }

  holds(when: When): boolean {
    return when === undefined || this.#value(when) === true
  }

  items(list: readonly Json[], shard?: number): Json[] {
    return list.flatMap((item) => this.#item(item, shard))
  }

  #item(item: Json, shard?: number): Json[] {
    const part = itemPart(item)
    switch (part?.part) {
      case undefined:
        return [this.#any(item, shard)]
      case 'guard':
        return this.holds(part.when) ? this.items(part.body as readonly Json[], shard) : []
      case 'each':
        return Array.from({ length: this.#copies(part.service) }, (_, at) => at).flatMap((at) =>
          this.items(part.body as readonly Json[], at),
        )
      case 'include':
        return this.#includedItems(part, shard)
      case 'environment':
      case 'values':
      case 'shared':
        throw new TypeError('a part of members is no item')
    }
  }

  #any(value: Json, shard?: number): Json {
    if (typeof value === 'string') return this.#scalar(value, shard)
    if (typeof value !== 'object' || value === null) return value
    return Array.isArray(value) ? this.items(value as readonly Json[], shard) : this.#members(value as Members, shard)
  }

  #members(members: Members, shard?: number): Members {
    const parts = Object.entries(members).map(([key, value]) => this.#part(partOf(key, value), shard))
    return Object.assign({}, ...parts) as Members
  }

  #part(part: Part, shard?: number): Members {
    switch (part.part) {
      case 'member':
        return { [part.key]: this.#any(part.value, shard) }
      case 'guard':
        return this.holds(part.when) ? this.#members(part.body as Members, shard) : {}
      case 'shared':
        return this.#members(part.body as Members, shard)
      case 'values':
        return (siteAt(this.#deployment, part.path) ?? {}) as Members
      case 'include':
        return this.#includedMembers(part)
      case 'environment': {
        const env = changed(this.items(part.body as readonly Json[]), this.#services[part.service], escapeExpansion)
        return env.length === 0 ? {} : { env }
      }
      case 'each':
        throw new TypeError('members cannot be repeated')
    }
  }

  #copies(service: string): number {
    return Number(this.#value({ op: 'replicas', service }))
  }

  #includedMembers({ name, data }: Extract<Part, { part: 'include' }>): Members {
    const { service, volume, certificate } = data as {
      readonly service?: string
      readonly volume?: string
      readonly certificate?: boolean
    }
    switch (name) {
      case 'pod': {
        const { serviceAccountName: _, ...spec } = this.#site.podSpec(service ?? '')
        return spec
      }
      case 'storageClass':
        return this.#site.storageClass(this.#deployment.volumes.find(({ id }) => id === volume)!)
      case 'ingressAnnotations': {
        const { ingress } = this.#deployment.site
        const own = ingress && 'annotations' in ingress ? ingress.annotations : undefined
        const tls = ingress && 'tls' in ingress ? ingress.tls : undefined
        const kind = tls && 'kind' in tls && tls.kind === 'ClusterIssuer' ? 'cluster-issuer' : 'issuer'
        const issuer = certificate === true && tls && 'issuer' in tls ? { [`cert-manager.io/${kind}`]: tls.issuer } : {}
        const annotations = { ...own, ...issuer }
        return Object.keys(annotations).length === 0 ? {} : { annotations }
      }
      default:
        throw new TypeError(`no such part: ${name}`)
    }
  }

  #includedItems({ name, data }: Extract<Part, { part: 'include' }>, shard?: number): Json[] {
    const given = this.#members(data as Members, shard)
    switch (name) {
      case 'variables': {
        const service = this.#deployment.services.find(({ id }) => id === given['service'])!
        const isProxy = (variable: Json) => /_proxy$/i.test(textAt(variable, 'name'))
        return this.#site.variables(service).filter((each) => isProxy(each) === (given['of'] === 'proxy'))
      }
      case 'outsideRules': {
        const { reaches } = given['outside'] as { readonly reaches?: readonly Reached[] }
        return [
          ...this.#site.outsideRules(
            (reaches ?? []).map((each) => ({ ...each, port: Number(each.port), from: '', at: '' })),
          ),
        ]
      }
      default:
        throw new TypeError(`no such part: ${name}`)
    }
  }

  #scalar(text: string, shard?: number): Json {
    const open = openOf(text)
    if (open?.open === 'size' && open.size.what === 'replicas') return this.#copies(open.size.id)
    if (open?.open === 'urlPort') return Number(this.#open(open, shard))
    if (open?.open === 'value') return plain(this.#value(open.value)) ?? ''
    return this.#text(text, shard)
  }

  #text = (text: string, shard?: number): string =>
    piecesOf(text)
      .map((piece) => (typeof piece === 'string' ? piece : this.#open(piece, shard)))
      .join('')

  #open(open: Open, shard?: number): string {
    switch (open.open) {
      case 'text':
        return piped(textOf(this.#value(open.value)), open.pipes)
      case 'json':
        return piped(textOf(this.#value({ op: 'json', value: open.value })), open.pipes)
      case 'value':
        return textOf(this.#value(open.value))
      case 'choice':
        return this.#text(this.holds(open.if) ? open.then : open.else, shard)
      case 'piped':
        return piped(this.#text(open.text, shard), open.pipes)
      case 'shards':
        return Array.from({ length: this.#copies(open.service) }, (_, at) => open.around.join(String(at))).join(
          open.separator,
        )
      case 'shard':
        return String(shard)
      case 'secretPlace':
        return this.#existing[open.at]?.[open.give] ?? this.#text(open.made, shard)
      case 'composedName':
        return this.#composedName(this.#any(open.texts) as Members, this.#any(open.secrets) as Members)
      case 'secretVersion':
        return String(this.#deployment.origin?.instance.secrets?.versions?.[open.secret] ?? 1)
      case 'release': {
        const { id, namespace } = this.#deployment.instance
        return open.part === 'name' ? id : namespace
      }
      case 'size':
        return this.#amount(open)
      case 'name':
        return contentName(this.#any(open.of, shard))
      case 'image':
        return this.#services[open.service]?.image ?? mirrored(open.reference, this.#deployment.site.registry)
      case 'urlHost':
      case 'urlPort': {
        const url = URL.parse(textOf(this.#value({ op: 'setting', id: open.setting })))
        const port = Number(url?.port) || usualPorts[url?.protocol ?? '']
        return open.open === 'urlHost' ? (url?.hostname ?? '') : String(port ?? '')
      }
    }
  }

  #composedName(texts: Members, { secrets }: Members): string {
    const list = secrets as unknown as readonly PlacedSecret[]
    const written = Object.values(texts as Readonly<Record<string, string>>)
      .join('\n')
      .replaceAll('$$', '')
    const isRead = (place: string) => written.includes(`$(${place})`) || written.includes(`$(${place} `)
    const versions = list
      .filter(({ made, places }) => places.some((place) => !place.startsWith(`${made}/`) && isRead(place)))
      .map(({ id, version }): Json => [id, Number(version)])
    return contentName(versions.length === 0 ? texts : [texts, versions])
  }

  #amount({ size: { of, id, what, side }, most = Number.POSITIVE_INFINITY }: Extract<Open, { open: 'size' }>): string {
    if (of === 'volume') return byteQuantity(this.#deployment.volumes.find((each) => each.id === id)!.size)
    const service = this.#deployment.services.find((each) => each.id === id)!
    const amounts = what === 'cpu' ? service.cpu : service.memory
    return (what === 'cpu' ? cpuQuantity : byteQuantity)(Math.min(amounts[side ?? 'limit'], most))
  }
}

interface PlacedSecret {
  readonly id: string
  readonly version: Json
  readonly made: string
  readonly places: readonly string[]
}
type Reached = Pick<Reach, 'host' | 'range' | 'operator'> & { readonly port: Json }

const usualPorts: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'ws:': 80,
  'wss:': 443,
  'ldap:': 389,
  'ldaps:': 636,
}

/** Evaluates expressions with the choices of an instance, places of the site and of inputs among them. */
function valuesOf(deployment: Deployment, services: ServiceValues): (expression: Expression) => Expression | undefined {
  const { product, instance } = deployment.origin!
  const catalog = catalogOf(product)
  const { choices } = readChoices(catalog, instance)
  const copies = (id: string) => deployment.services.find((service) => service.id === id)?.replicas ?? 1
  const existing = existingPlaces(deployment)
  const lookup = lookupIn(catalog, choices, copies)
  return (expression) =>
    reduce(expression, (leaf) => {
      const id = leaf.op === 'isSet' ? leaf.setting : leaf.op === 'setting' ? leaf.id : ''
      if (!id.includes('/')) return lookup(leaf)
      const mapped = mappedName(id)
      if (mapped !== undefined) return Object.hasOwn(existing, mapped)
      const replaced = replacedVariable(id)
      if (replaced) return Object.hasOwn(services[replaced.service]?.env ?? {}, replaced.variable)
      const at = id.startsWith('site/') ? siteAt(deployment, id.split('/')) : inputAt(instance, id)
      if (leaf.op === 'isSet') return at !== undefined
      return typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean' ? at : undefined
    })
}

function inputAt({ dependencies }: { readonly dependencies?: object }, id: string): Json | undefined {
  const found = Object.entries(dependencies ?? {}).flatMap(([dependency, given]) =>
    Object.entries(given as object).filter(([key]) => inputKey(dependency, key) === id),
  )
  return found[0]?.[1] as Json | undefined
}

/** What a site says at a path that starts with `site`. */
function siteAt({ site }: Deployment, [, ...path]: readonly string[]): Json | undefined {
  let here: unknown = site
  for (const key of path) here = typeof here === 'object' && here !== null ? Reflect.get(here, key) : undefined
  return here as Json | undefined
}

const plain = (value: Expression | undefined): Json | undefined =>
  isOperation(value) ? (isValued(value) ? value.value : undefined) : value

const isValued = (value: Operation): value is Extract<Operation, { op: 'quantity' | 'data' }> =>
  value.op === 'quantity' || value.op === 'data'

function textOf(value: Expression | undefined): string {
  const found = plain(value) ?? ''
  return typeof found === 'object' ? JSON.stringify(found) : String(found)
}

const encoders: Readonly<Record<Pipe, (text: string) => string>> = {
  container: escapeExpansion,
  percent: percentEncode,
  json: (text) => JSON.stringify(text).slice(1, -1),
}
const piped = (text: string, pipes: readonly Pipe[]): string => pipes.reduce((done, pipe) => encoders[pipe](done), text)
