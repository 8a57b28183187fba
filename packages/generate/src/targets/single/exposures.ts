import type { DeployedService } from '@waybill/model'
import { type Published, directlyPublished } from '../../containers/exposures.ts'

/** One process of each service runs here, in the network of the container even if it asks for the machine's. */
export const publishedOnce = (service: DeployedService): Published[] =>
  directlyPublished({ ...service, replicas: 1, relax: service.relax.filter(({ what }) => what !== 'host-network') })
