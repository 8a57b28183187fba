import type { SiteVariable } from './proxy.ts'

/** The folder inside of containers that holds the certificates of the site's authorities. */
export const authoritiesFolder = '/etc/site-authorities'

/** The file in it: PEM, all authorities one after the other. */
export const authoritiesFile = `${authoritiesFolder}/ca.crt`

/**
 * The variables by which programs find certificates of authorities: OpenSSL, Go, Ruby and Rust; Node.js; Python's requests;
 * curl; git; the SDKs of AWS; gRPC. All but Node's replace what the image brings, so the file holds public authorities, too.
 */
export const authorityVariables: readonly SiteVariable[] = [
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'AWS_CA_BUNDLE',
  'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH',
].map((name) => ({ name, value: authoritiesFile }))
