import { type Problem, problem } from '../errors/problem.ts'
import { walk } from '../expressions/walk.ts'
import { nearest } from '../nearest.ts'
import type { Catalog } from '../product/catalog.ts'
import type { Service } from '../product/schema.ts'
import type { Law } from '../product/schema.ts'

/** Waiting: what is waited for exists, reaches that state, and nobody waits in a circle. */
export function checkOrder(catalog: Catalog): Problem[] {
  return [...checkNeeds(catalog), ...checkCycles(catalog), ...checkTies(catalog), ...checkTemplates(catalog)]
}

function checkNeeds({ services, dependencies }: Catalog): Problem[] {
  const problems: Problem[] = []
  for (const { service, path } of services.values()) {
    for (const { on, state } of service.needs ?? []) {
      const at = [...path, 'needs', on]
      const target = services.get(on)
      if (!target) {
        if (dependencies.has(on)) continue // never bundled: nothing to wait for
        const near = nearest(on, services.keys())
        problems.push(problem('WB1201', at, { kind: 'service', id: on, ...(near === undefined ? {} : { near }) }))
        continue
      }
      const { kind, completed } = target.service
      const runsOnce = kind === 'job'
      if (kind === 'cron' || (state === 'completed') !== runsOnce) {
        problems.push(problem('WB1209', at, { on, state, kind: `a ${kind} service` }))
      } else if (runsOnce && !completed && !isInitOf(target.service, service.id)) {
        problems.push(problem('WB1210', ['services', on, 'completed'], { job: on }))
      }
    }
  }
  const seen = new Set<string>()
  return problems.filter(
    ({ code, path }) => code !== 'WB1210' || (!seen.has(path.join('/')) && seen.add(path.join('/'))),
  )
}

/** A pod runs its init steps before itself, so nobody has to ask whether they are done; on Docker the engine knows. */
const isInitOf = ({ shape }: Service, host: string): boolean => shape?.pods?.shape === 'init' && shape.pods.of === host

function checkCycles({ services }: Catalog): Problem[] {
  const after = new Map([...services].map(([id, { service }]) => [id, (service.needs ?? []).map(({ on }) => on)]))
  for (const [id, { service }] of services) {
    const shape = service.shape?.pods
    // an init step runs before its host starts
    if (shape?.shape === 'init') after.set(shape.of, [...(after.get(shape.of) ?? []), id])
  }
  const path = (id: string) => [...(services.get(id)?.path ?? ['services', id]), 'needs']
  return cyclesIn(after).map((cycle) => problem('WB1202', path(cycle[0]!), { cycle: [...cycle, cycle[0]!] }))
}

/** Replica counts that follow one another must end at a number. */
function checkTies({ services }: Catalog): Problem[] {
  const tied = new Map<string, string[]>()
  const problems: Problem[] = []
  for (const [id, { service, path }] of services) {
    const { replicas } = service.size
    if (typeof replicas !== 'object') continue
    if ('law' in replicas) {
      tied.set(id, countsIn(replicas))
      continue
    }
    tied.set(id, [replicas.tiedTo])
    if (services.has(replicas.tiedTo)) continue
    const near = nearest(replicas.tiedTo, services.keys())
    problems.push(
      problem('WB1201', [...path, 'size', 'replicas'], {
        kind: 'service',
        id: replicas.tiedTo,
        ...(near === undefined ? {} : { near }),
      }),
    )
  }
  const cycles = cyclesIn(tied).map((cycle) =>
    problem('WB1214', ['services', cycle[0]!, 'size', 'replicas'], { cycle: [...cycle, cycle[0]!] }),
  )
  return [...problems, ...cycles]
}

/** The services whose replica counts a law reads. */
function countsIn(law: Law): string[] {
  const found: string[] = []
  const read = law.law === 'points' ? law.over : law.law === 'perUnit' ? law.of : law.value
  walk(read, (node) => {
    if (node.op === 'replicas' || node.op === 'addresses') found.push(node.service)
  })
  return found
}

/** A secret that is made of others must not be made of itself. */
function checkTemplates({ secrets }: Catalog): Problem[] {
  const madeOf = new Map<string, readonly string[]>()
  for (const { id, template } of secrets.values()) {
    const parts: string[] = []
    if (template !== undefined) walk(template, (node) => void (node.op === 'secret' && parts.push(node.id)))
    madeOf.set(id, parts)
  }
  return cyclesIn(madeOf).map((cycle) =>
    problem('WB1214', ['secrets', cycle[0]!, 'template'], { cycle: [...cycle, cycle[0]!] }),
  )
}

/** The cycles of a graph, each once, from its first node in the order of the map. */
export function cyclesIn(after: ReadonlyMap<string, readonly string[]>): string[][] {
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[][] = []
  for (const start of after.keys()) {
    if (state.has(start)) continue
    const stack: { id: string; next: number }[] = [{ id: start, next: 0 }]
    state.set(start, 'open')
    while (stack.length > 0) {
      const top = stack.at(-1)!
      const id = after.get(top.id)?.[top.next++]
      if (id === undefined) {
        state.set(top.id, 'done')
        stack.pop()
      } else if (state.get(id) === 'open') {
        cycles.push(stack.slice(stack.findIndex((each) => each.id === id)).map((each) => each.id))
      } else if (!state.has(id) && after.has(id)) {
        state.set(id, 'open')
        stack.push({ id, next: 0 })
      }
    }
  }
  return cycles
}
