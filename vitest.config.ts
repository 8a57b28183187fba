import { configDefaults, defineConfig } from 'vitest/config'

const folders = '{packages,examples,test,tools}'
const exclude = [...configDefaults.exclude, '**/out/**', '**/fixtures/**']

export default defineConfig({
  test: {
    include: [`${folders}/**/*.test.ts`],
    exclude: [...exclude, '**/*.engine.test.ts'],
    // some start real programs, on machines that are busy
    testTimeout: 60_000,
    // Files of type tests are checked with TypeScript 6, everything else with 7 by `check:types`.
    typecheck: { enabled: true, include: [`${folders}/**/*.test-d.ts`], exclude, ignoreSourceErrors: true },
    reporters: ['./tools/test-reporter.ts'],
  },
})
