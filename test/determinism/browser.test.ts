import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { canonicalJson } from '@waybill/model'
import { chromium } from 'playwright-core'
import { rolldown } from 'rolldown'
import { expect, it } from 'vitest'
import parcels from '../../examples/parcels/product.ts'
import { renderEverything } from './render-everything.ts'

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-headless-shell', '/usr/bin/google-chrome']
const executablePath = browsers.find((path) => existsSync(path))

async function bundle(): Promise<string> {
  const build = await rolldown({
    input: fileURLToPath(new URL('render-everything.ts', import.meta.url)),
    platform: 'browser',
    logLevel: 'silent',
  })
  const { output } = await build.generate({ format: 'iife', name: 'waybill' })
  return output[0].code
}

it('renders the same bytes in a browser', async (context) => {
  if (!executablePath) return context.skip('needs Chromium: apt-get install chromium')
  const product = canonicalJson(parcels)
  const instance = await readFile(new URL('../../examples/parcels/instance.yaml', import.meta.url), 'utf8')
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  try {
    const page = await browser.newPage({ timezoneId: 'Asia/Kathmandu', locale: 'tr-TR' })
    await page.addScriptTag({ content: await bundle() })
    const inBrowser = await page.evaluate(
      ([json, yaml]) =>
        (globalThis as unknown as { waybill: { renderEverything: typeof renderEverything } }).waybill.renderEverything(
          json!,
          yaml!,
        ),
      [product, instance],
    )
    const here = renderEverything(product, instance)
    expect(Object.keys(here).length).toBeGreaterThan(10)
    expect(inBrowser).toEqual(here)
  } finally {
    await browser.close()
  }
}, 60_000)
