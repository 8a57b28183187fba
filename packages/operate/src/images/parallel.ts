/** Does something with every item, several at a time. The first failure ends it once what has begun is done. */
export async function inParallel<T>(
  width: number,
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items].values()
  let failed = false
  const lane = async () => {
    for (const item of queue) {
      if (failed) return
      try {
        await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const results = await Promise.allSettled(Array.from({ length: width }, lane))
  const failure = results.find((each) => each.status === 'rejected')
  if (failure) throw failure.reason
}
