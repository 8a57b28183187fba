import { call, createApp, serve } from './service/http.ts'
import { run } from './service/service.ts'
import { address, commonSettings, portSetting, readSettings } from './service/settings.ts'
import { addPages } from './web/routes.ts'

const settings = () => readSettings({ ...commonSettings, PORT: portSetting(3000), API_URL: address })

await run('web', settings, async (service, { PORT, API_URL }) => {
  const api = API_URL.replace(/\/$/, '')
  const app = createApp(service)
  addPages(app, async (path, init = {}) => {
    try {
      return await call(service, api + path, { timeout: 15_000, ...init })
    } catch (err) {
      service.log.warn({ err, path }, 'the api does not answer')
      throw err
    }
  })
  await serve(service, app, PORT)
})
