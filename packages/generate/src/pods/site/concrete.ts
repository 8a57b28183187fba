import { checkAuthorities, trustOf } from './authorities.ts'
import type { SiteFields, SiteRequest } from './fields.ts'
import { frontObjects } from './front.ts'
import { pullSecrets } from './images.ts'
import type { SiteInput } from './input.ts'
import { siteLabels } from './labels.ts'
import { monitorsOf, scrapeAnnotations } from './monitoring.ts'
import { placementOf } from './placement.ts'
import { metricsRules, outsideRules, publishedRules } from './policies.ts'
import { accountOf, serviceAccounts } from './service-account.ts'
import { claimName, existingClaims, ownClaim, storageClass } from './storage.ts'
import { secretsMadeHere } from './tls.ts'
import { containerUser, loseFixedUsers, podUser } from './users.ts'
import { variablesOf } from './variables.ts'

/** The decisions of the site that an instance names. */
export function concreteSite(request: SiteRequest): SiteFields {
  const { deployment } = request
  const labels = siteLabels(deployment.site)
  const input: SiteInput = { ...request, wishes: deployment.site, site: { labels: () => labels } }
  checkAuthorities(input)
  loseFixedUsers(input)
  return {
    labels: () => labels,
    // references come mapped to the site's registry
    image: (reference) => reference,
    instanceObjects: () => serviceAccounts(input),
    podMetadata: (metrics) => scrapeAnnotations(metrics, input),
    podSpec: (service) => ({ ...accountOf(input), ...pullSecrets(input), ...placementOf(service, input) }),
    podUser: (service) => podUser(service, input),
    containerUser: (user, pod) => containerUser(user, pod, input),
    variables: (service) => variablesOf(service, input),
    trust: () => trustOf(input),
    storageClass: (volume) => storageClass(volume, input),
    ownClaim: (volume, made) => ownClaim(volume, made, input),
    claimName: (volume) => claimName(volume, input),
    existingClaims: (templates, pod) => existingClaims(templates, pod, input),
    front: (published) => frontObjects(published, input),
    secrets: () => secretsMadeHere(input),
    publishedRules: (published) => publishedRules(published, input),
    metricsRules: (metrics) => metricsRules(metrics, input),
    outsideRules: (reaches) => outsideRules(reaches, input),
    monitors: (metrics, pod) => monitorsOf(metrics, pod, input),
  }
}
