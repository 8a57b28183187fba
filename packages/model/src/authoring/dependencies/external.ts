import { type SecretText, type Text, text } from '../terms.ts'
import { type Dependency, type DependencyMeta, addressInputs, dependency, input, passwordOf } from './dependency.ts'

export interface Smtp extends Dependency {
  host(): Text
  port(): Text
  user(): Text
  from(): Text
  password(): SecretText
}

/** A mail server of the customer. */
export const smtp = (id: string, meta: DependencyMeta): Smtp =>
  dependency(id, meta, {
    kind: 'smtp',
    inputs: [
      ...addressInputs(587),
      { id: 'user', title: 'User', type: 'text', default: '' },
      { id: 'from', title: 'Sender', type: 'email', required: true },
    ],
    outputs: {
      host: input(id, 'host'),
      port: input(id, 'port'),
      user: input(id, 'user'),
      from: input(id, 'from'),
      password: passwordOf(id, `Password of the mail server "${id}"`),
    },
  })

export interface Oidc extends Dependency {
  issuer(): Text
  clientId(): Text
  clientSecret(): SecretText
}

/** An identity provider of the customer that speaks OpenID Connect. */
export const oidc = (id: string, meta: DependencyMeta): Oidc =>
  dependency(id, meta, {
    kind: 'oidc',
    inputs: [
      ...addressInputs(443),
      { id: 'issuer', title: 'Issuer', type: 'url', required: true },
      { id: 'clientId', title: 'Client id', type: 'text', required: true, public: true },
    ],
    outputs: {
      issuer: input(id, 'issuer'),
      clientId: input(id, 'clientId'),
      clientSecret: passwordOf(id, `Client secret at "${id}"`),
    },
  })

export interface Otlp extends Dependency {
  /** `http://host:port`, for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  endpoint(): Text
}

/** A collector of the customer that takes traces over OTLP and HTTP. */
export const otlp = (id: string, meta: DependencyMeta): Otlp =>
  dependency(id, meta, {
    kind: 'otlp',
    inputs: [
      ...addressInputs(4318),
      { id: 'scheme', title: 'Protocol', type: 'choice', choices: [{ id: 'http' }, { id: 'https' }], default: 'http' },
    ],
    outputs: { endpoint: text`${input(id, 'scheme')}://${input(id, 'host')}:${input(id, 'port')}` },
  })
