import { defineConfig } from 'vitest/config'

const minutes = 60_000

/** Tests that drive a real Docker engine or Kubernetes cluster: one after the other, with the time that they need. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.engine.test.ts'],
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 10 * minutes,
    hookTimeout: 10 * minutes,
    teardownTimeout: 2 * minutes,
    reporters: ['./tools/test-reporter.ts'],
  },
})
