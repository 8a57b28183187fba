import {
  GiB,
  MiB,
  area,
  count,
  days,
  feature,
  load,
  moved,
  postgres,
  product,
  setting,
  settings,
  size,
} from '@waybill/model'

const mail = feature('mail', { title: 'Mail', help: 'Sends mail.' })
const site = settings('site', 'Your site', {
  host: setting.hostname({ title: 'Host name', help: 'Where people open it.', required: true }),
  region: setting.choice({ eu: 'Europe', us: 'America' }, { title: 'Region', default: 'eu', immutable: true }),
  banner: setting.text({ title: 'Banner', pattern: '[A-Za-z0-9 ]*', default: '' }),
  page: setting.url({ title: 'Page of the operator', default: 'https://shop.example' }),
  level: setting.choice(['info', 'warn'], {
    title: 'Log level',
    default: 'info',
    deprecated: { since: '1.0', use: 'site.banner', reason: 'nobody reads it' },
  }),
})
const outgoing = settings('mail', 'Mail', {
  sender: setting.email({ title: 'Sender', required: true, when: mail }),
  password: setting.text({ title: 'Password' }),
  labels: setting.map(setting.text({ title: 'Label', pattern: '[a-z]+' }), {
    title: 'Labels',
    default: { team: 'shop' },
  }),
  routes: setting.keyedList(
    {
      to: setting.hostname({ title: 'Goes to', required: true }),
      port: setting.number({ title: 'Port', min: 1, max: 65535, default: 25 }),
      keep: 'duration',
    },
    { title: 'Routes', default: [{ id: 'main', to: 'mail.example', keep: days(7) }] },
  ),
})
const limits = settings(
  'limits',
  'Limits',
  {
    upload: setting.bytes({ title: 'Largest upload', default: MiB(10), min: MiB(1), max: GiB(1) }),
    cpu: setting.cores({ title: 'Cores' }),
    wait: setting.duration({ title: 'Longest wait' }),
    share: setting.percent({ title: 'Share of the memory' }),
    strict: setting.boolean({ title: 'Strict', default: false }),
    low: setting.number({ title: 'Low', default: 1 }),
    high: setting.number({ title: 'High', default: 5 }),
  },
  {
    help: 'How much is too much.',
    rules: ({ low, high }) => ({ high: [{ must: high.isAtLeast(low), message: 'High has to be at least low.' }] }),
  },
)

/** A product with a setting of every type. */
export const shop = product('shop', {
  version: '1.0.0',
  title: 'Shop',
  load: load({ users: count('People', { default: 100 }), files: size('Files', { default: GiB(1) }) }),
  profiles: { small: { title: 'Up to 100', load: { users: 100, files: GiB(2) } } },
  settings: [site, outgoing, limits],
  features: [mail],
  dependencies: [postgres('db', { holds: 'everything', version: '>=15', area: area('core', 'Core') })],
  services: [],
  moved: [
    moved('setting', 'site.hostname', 'site.host'),
    moved('setting', 'web.upload', 'limits.upload'),
    moved('feature', 'post', 'mail'),
  ],
  targets: [{ id: 'compose' }, { id: 'kubernetes' }],
})
