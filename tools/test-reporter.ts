// Vitest's usual report, then why tests were skipped and, alone on the last line, the totals. They also go as JSON into the
// file that WAYBILL_TEST_TOTALS names.
import { writeFileSync } from 'node:fs'
import { DefaultReporter, type Reporter, type TestCase, type TestModule } from 'vitest/node'

type RunEnd = Parameters<NonNullable<Reporter['onTestRunEnd']>>

export default class TestReporter extends DefaultReporter {
  override onTestRunEnd(...[modules, unhandledErrors, reason]: RunEnd): void {
    super.onTestRunEnd(modules, unhandledErrors, reason)

    const skipped = testsIn(modules, 'skipped')
    for (const [why, tests] of Map.groupBy(skipped, skipReason)) this.log(skipNotice(why, tests))

    const totals = {
      passed: testsIn(modules, 'passed').length,
      failed: testsIn(modules, 'failed').length + brokenOutsideTests(modules) + unhandledErrors.length,
      skipped: skipped.length,
    }
    this.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)

    const file = process.env['WAYBILL_TEST_TOTALS']
    const skips = [...Map.groupBy(skipped, skipReason)].map(([reason, tests]) => ({ reason, count: tests.length }))
    if (file) writeFileSync(file, `${JSON.stringify({ ...totals, skips })}\n`)
  }
}

function testsIn(modules: readonly TestModule[], state: 'passed' | 'failed' | 'skipped'): TestCase[] {
  return modules.flatMap((module) => [...module.children.allTests(state)])
}

/** Files that could not be loaded and hooks that failed: no test reports them. */
function brokenOutsideTests(modules: readonly TestModule[]): number {
  return modules
    .flatMap((module) => [module, ...module.children.allSuites()])
    .filter((part) => part.errors().length > 0).length
}

function skipReason(test: TestCase): string {
  const result = test.result()
  return (result.state === 'skipped' && result.note) || 'no reason given'
}

function skipNotice(why: string, tests: readonly TestCase[]): string {
  const shown = tests.slice(0, 5).map((test) => `  ${test.module.relativeModuleId} > ${test.fullName}`)
  const more = tests.length - shown.length
  return [`Skipped ${tests.length}: ${why}`, ...shown, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n')
}
