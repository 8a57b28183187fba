import {
  type DeployedVolume,
  type Deployment,
  type LateDeployment,
  type When,
  both,
  either,
  opposite,
  parseImage,
} from '@waybill/model'
import { guardItems, guardMembers, includeItems, includeMembers, shared, valueMembers } from '../../late/guards.ts'
import { mark } from '../../late/open.ts'
import { authoritiesFolder } from '../../site/authorities.ts'
import { siteVariableNames } from '../../site/names.ts'
import { hostOf } from '../../pods/addresses.ts'
import type { Context } from '../../pods/context.ts'
import type { Block, Labels, Storage } from '../../pods/manifest.ts'
import { policyPorts, transport } from '../../pods/ports.ts'
import type { MetricsPort, Published, SiteFields } from '../../pods/site/fields.ts'
import { type LateSiteInput, accounts, frontIs, given, lateFront, monitorsOf } from './late-front.ts'
import { siteHas, siteIs, siteText } from './site-values.ts'

/** The decisions of the site, left to the values of the chart. */
export function lateSite(
  { deployment, options }: Pick<Context, 'deployment' | 'options' | 'lose' | 'problems'>,
  { conditions }: LateDeployment,
): SiteFields {
  const labels = valueMembers('site/labels') as unknown as Labels
  const input: LateSiteInput = { deployment, options, conditions, site: { labels: () => labels } }
  return {
    labels: () => labels,
    image: (reference, service) => {
      const { path, tag, digest } = parseImage(reference)!
      const mirrored = `${path}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
      return mark({ open: 'image', reference, mirrored, service })
    },
    instanceObjects: () => accounts(input),
    podMetadata: (metrics) => scrapeAnnotations(metrics),
    podSpec: (service) => ({
      ...guardMembers(siteHas('serviceAccount'), { serviceAccountName: deployment.product.id }),
      ...includeMembers('pod', { service }),
    }),
    podUser: ({ user: { uid, gid } }) => ({
      ...guardMembers(fixedUsers, { runAsUser: uid, runAsGroup: gid, fsGroup: gid }),
      // a large volume is not walked through at every start
      fsGroupChangePolicy: 'OnRootMismatch',
    }),
    containerUser: (user, pod) =>
      guardMembers(fixedUsers, {
        ...(user.uid !== pod.uid && { runAsUser: user.uid }),
        ...(user.gid !== pod.gid && { runAsGroup: user.gid }),
      }),
    variables: (service) => {
      const own = service.env.map(({ name }) => name.toUpperCase())
      const out = given(goesOut(service.id, input), service, input)
      const inside = shared('insideNames', { names: insideNames(deployment) })
      return [
        ...guardItems(
          both(either(siteHas('proxy/http'), siteHas('proxy/https')), out),
          includeItems('variables', { service: service.id, of: 'proxy', own: siteNames(own), inside }),
        ),
        ...guardItems(
          hasAuthorities,
          includeItems('variables', { service: service.id, of: 'authorities', own: siteNames(own) }),
        ),
      ]
    },
    trust,
    storageClass: ({ id, data, class: speed }) => includeMembers('storageClass', { volume: id, data, class: speed }),
    ownClaim: (volume, made) => guardItems(opposite(siteHas(`claims/${volume.id}`)), [made]),
    claimName,
    existingClaims: (templates, pod) =>
      pod.main.kind === 'sharded'
        ? []
        : templates.flatMap((volume) =>
            guardItems(siteHas(`claims/${volume.id}`), [
              { name: volume.id, persistentVolumeClaim: { claimName: siteText(`claims/${volume.id}`) } },
            ]),
          ),
    front: (published) => lateFront(published, input),
    secrets: () => deployment.secrets,
    publishedRules: (published) => publishedRules(published, input),
    metricsRules: (metrics, pod) =>
      ruleFor(metrics, pod.main, siteHas('monitoring/from'), { from: [peerOf('monitoring/from')] }, input),
    outsideRules: (reaches) => {
      const [first] = reaches
      if (!first) return []
      const from = deployment.services.find(({ id }) => id === first.from)
      const items = reaches.flatMap(({ host, port, range, when, operator }) =>
        guardItems(conditions.under(when, from?.when), [{ host, port, range, ...(operator && { operator }) }]),
      )
      return includeItems('outsideRules', { outside: shared(`${first.from}.outside`, { reaches: items }) })
    },
    monitors: (metrics, pod) => monitorsOf(metrics, pod, input),
  }
}

/** The names of variables that a site may set, too. */
const siteNames = (names: readonly string[]): string[] => [
  ...new Set(names.filter((name) => siteVariableNames.includes(name))),
]

const fixedUsers = opposite(siteIs('users', 'platform'))

const claimName = ({ id }: DeployedVolume): string =>
  mark({ open: 'choice', if: siteHas(`claims/${id}`), then: siteText(`claims/${id}`), else: id })

/** When the containers of a service reach somebody outside. */
function goesOut(service: string, { deployment }: LateSiteInput): When {
  const egress = deployment.services
    .filter(({ id }) => id === service)
    .flatMap(({ egress: list, when: own }) => list.map(({ when }) => both(own, when)))
  const external = deployment.external
    .filter(({ usedBy, operator }) => !operator && usedBy.includes(service))
    .map(({ when }) => when)
  return either(...egress, ...external)
}

/** Names of services, the domain below which the names of shards are, and what operators of the cluster run. */
function insideNames({ services, external }: Deployment): string[] {
  const names = services
    .filter(({ ports, kind }) => ports.length > 0 || kind === 'sharded')
    .flatMap((service) =>
      guardItems(
        service.when,
        service.kind === 'sharded' ? [hostOf(service), hostOf(service, 0).replace(/^[^.]*/, '')] : [hostOf(service)],
      ),
    )
  const byOperators = external.flatMap(({ operator, host, when }) => (operator ? guardItems(when, [host]) : []))
  return [...names, ...byOperators, '.svc', '.cluster.local']
}

const hasAuthorities = either(siteHas('certificateAuthority/configMap'), siteHas('certificateAuthority/secret'))

function trust(): Storage {
  const name = 'site-authorities'
  const at = 'certificateAuthority'
  const key = mark({ open: 'choice', if: siteHas(`${at}/key`), then: siteText(`${at}/key`), else: 'ca.crt' })
  const items = [{ key, path: 'ca.crt' }]
  return {
    mounts: [...guardItems(hasAuthorities, [{ name, mountPath: authoritiesFolder, readOnly: true }])],
    volumes: [
      ...guardItems(siteHas(`${at}/configMap`), [
        { name, configMap: { name: siteText(`${at}/configMap`), items, optional: false } },
      ]),
      ...guardItems(both(opposite(siteHas(`${at}/configMap`)), siteHas(`${at}/secret`)), [
        { name, secret: { secretName: siteText(`${at}/secret`), items, optional: false } },
      ]),
    ],
  }
}

function scrapeAnnotations([first]: readonly MetricsPort[]): Block {
  if (!first) return {}
  const annotations = {
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': String(first.port.number),
    'prometheus.io/path': first.path,
  }
  return guardMembers(siteIs('monitoring/mode', 'annotations'), { annotations })
}

const isWeb = ({ port: { protocol } }: Published): boolean => protocol !== 'tcp' && protocol !== 'udp'

const peerOf = (path: string): Block => ({
  ...guardMembers(siteHas(`${path}/namespace`), {
    namespaceSelector: { matchLabels: valueMembers(`site/${path}/namespace`) },
  }),
  ...guardMembers(siteHas(`${path}/pods`), { podSelector: { matchLabels: valueMembers(`site/${path}/pods`) } }),
})

type WithPort = Pick<Published, 'service' | 'port'>

/** A rule for the ports of a pod that are there. */
function ruleFor(
  list: readonly WithPort[],
  main: Published['service'],
  when: When,
  from: Block,
  { conditions }: LateSiteInput,
): readonly Block[] {
  const any = conditions.under(either(...list.map(({ service }) => service.when)), main.when)
  const ports = list.map(({ service, port }) => ({
    port: port.number,
    protocol: transport(port.protocol),
    when: service.when,
  }))
  const under = (own: When) => conditions.under(own, both(main.when, any))
  return list.length === 0 ? [] : guardItems(both(when, any), [{ ...from, ports: policyPorts(ports, under) }])
}

function publishedRules(published: readonly Published[], input: LateSiteInput): readonly Block[] {
  const [first] = published
  if (!first) return []
  const { main } = first.pod
  const web = published.filter(isWeb)
  const direct = published.filter((each) => !isWeb(each))
  const isOpen = opposite(frontIs('none', input))
  const known = siteHas('ingress/from')
  const rule = (list: readonly Published[], when: When, from: Block) =>
    ruleFor(list, main, both(isOpen, when), from, input)
  return [
    ...rule(web, known, { from: [peerOf('ingress/from')] }),
    ...rule(published, opposite(known), {}),
    ...rule(direct, known, {}),
  ]
}
