import {
  GiB,
  MiB,
  area,
  constant,
  count,
  days,
  estimated,
  feature,
  load,
  moved,
  not,
  postgres,
  product,
  setting,
  settings,
} from '../authoring/index.ts'

const guess = estimated('a guess')
const core = area('core', 'Core')
const mail = feature('mail', { title: 'Mail', help: 'Sends mail.' })
const site = settings('site', 'Your site', {
  host: setting.hostname({ title: 'Host name', required: true }),
  region: setting.choice({ eu: 'Europe', us: 'America' }, { title: 'Region', default: 'eu', immutable: true }),
  limit: setting.bytes({ title: 'Largest upload', default: MiB(10), min: MiB(1), max: GiB(1) }),
  banner: setting.text({ title: 'Banner', pattern: '[A-Za-z ]*', default: '' }),
})
const outgoing = settings(
  'mail',
  'Mail',
  {
    sender: setting.email({ title: 'Sender', required: true, when: mail }),
    auth: setting.boolean({ title: 'Sign in', default: false }),
    user: setting.text({ title: 'User', required: true }),
    low: setting.number({ title: 'Low', default: 1 }),
    high: setting.number({ title: 'High', default: 5 }),
    labels: setting.map(setting.number({ title: 'Count', max: 9 }), { title: 'Labels', default: { a: 1, b: 2 } }),
    routes: setting.keyedList(
      {
        to: setting.hostname({ title: 'Goes to', required: true }),
        port: setting.number({ title: 'Port', min: 1, max: 65535, default: 25 }),
        keep: 'duration',
      },
      { title: 'Routes', default: [{ id: 'main', to: 'mail.example', keep: days(7) }] },
    ),
  },
  {
    help: 'How mail goes out.',
    when: ({ auth }) => ({ user: auth }),
    rules: ({ low, high }) => ({ high: [{ must: high.isAtLeast(low), message: 'High has to be at least low.' }] }),
  },
)
const db = postgres('db', { holds: 'all', version: '>=15', area: core, disk: constant(GiB(1), guess), when: not(mail) })

/** A product with a setting of every kind, conditions, rules and renames. */
export const shop = product('shop', {
  version: '2.0.0',
  title: 'Shop',
  load: load({ users: count('Users', { default: 100 }) }),
  profiles: { large: { title: 'Large', load: { users: 5_000 } } },
  settings: [site, outgoing],
  features: [mail],
  dependencies: [db],
  services: [],
  moved: [
    moved('setting', 'web.name', 'site.name'),
    moved('setting', 'site.name', 'site.host'),
    moved('setting', 'site.upload', 'site.limit'),
    moved('feature', 'post', 'mail'),
    moved('dependency', 'database', 'db'),
    moved('secret', 'old-password', 'db-password'),
  ],
  targets: [{ id: 'compose' }, { id: 'kubernetes' }],
})
