/** How many cases a property tries: more in the full test run. */
export const propertyRuns = { numRuns: process.env['WAYBILL_FULL'] ? 20_000 : 300 }
