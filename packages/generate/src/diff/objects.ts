import type { Deployment, Json } from '@waybill/model'
import type { OutputFile, Rendered } from '../target.ts'
import type { Objects } from './compare.ts'

/** The parts of a deployment by id, without digests: what people compare between two versions or two instances. */
export function objectsOfDeployment(deployment: Deployment): Objects {
  const { product, instance, services, volumes, secrets, edges, external, edgeProxy, rawObjects, site, targets } =
    deployment
  const { digest: _, ...version } = product
  return new Map<string, Json>([
    ['product', plain(version)],
    ['instance', plain(instance)],
    ...byId('services', services),
    ...byId('volumes', volumes),
    ...byId('secrets', secrets),
    ...edges.map((edge): [string, Json] => [`edges/${edge.from}>${edge.to}:${edge.port}`, plain(edge)]),
    ...byId('external', external),
    ...(edgeProxy ? byId('edgeProxy', [edgeProxy]) : []),
    ...byId('rawObjects', rawObjects),
    ['site', plain(site)],
    ...Object.entries(targets).map(([id, choice]): [string, Json] => [`targets/${id}`, plain(choice)]),
  ])
}

/** The objects of an output: by kind and name, by path and section where a document has no kind, by path for plain text. */
export const objectsOfOutput = ({ files }: Rendered): Objects => new Map(files.flatMap(objectsOfFile))

function objectsOfFile({ path, content }: OutputFile): [string, Json][] {
  if ('text' in content) return [[path, { text: content.text }]]
  return content.documents.flatMap((document) => objectsOfDocument(path, document))
}

function objectsOfDocument(path: string, document: Json): [string, Json][] {
  if (!isMembers(document)) return [[path, { content: document }]]
  const { kind, metadata } = document
  if (typeof kind === 'string' && isMembers(metadata) && typeof metadata['name'] === 'string') {
    return [[`${kind}/${metadata['name']}`, document]]
  }
  const own = Object.entries(document)
  const sections = own.flatMap(([section, members]) =>
    isSection(members)
      ? Object.entries(members).map(([name, value]): [string, Json] => [`${path} ${section}/${name}`, value])
      : [],
  )
  const rest = Object.fromEntries(own.filter(([, members]) => !isSection(members)))
  return [
    ...(Object.keys(rest).length > 0 || sections.length === 0 ? [[path, rest] satisfies [string, Json]] : []),
    ...sections,
  ]
}

type Members = { readonly [key: string]: Json }
const isMembers = (value: Json | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isSection = (value: Json | undefined): value is Members =>
  isMembers(value) && Object.values(value).every(isMembers)

const byId = (list: string, parts: readonly { readonly id: string }[]): [string, Json][] =>
  parts.map((part) => [`${list}/${part.id}`, plain(part)])

/** A part of a deployment is JSON already, but for members that are `undefined`. */
const plain = (part: object): Json => JSON.parse(JSON.stringify(part)) as Json
