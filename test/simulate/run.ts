import { fetchMovements } from '../../src/modules/settlement/index.ts'
import { newOrder } from '../support/orders.ts'
import { actorsOf, acts, busy, closingActs, type Play, runTimers, workJob } from './acts.ts'
import type { Base } from './base.ts'
import { atRest, detailOf, violations } from './checks.ts'
import { openRig, type Rig } from './rig.ts'
import { Schedule } from './schedule.ts'

/** What a run found: nothing, or what is wrong and where. */
export interface Result {
  readonly seed: number
  readonly problem: string | undefined
  readonly trace: readonly string[]
  readonly commits: number
  /** what came about: how many orders ended how, refunds, transfers, payouts, chargebacks by state */
  readonly seen: Readonly<Record<string, number>>
}

async function census({ sql }: Rig): Promise<Record<string, number>> {
  const rows = await sql<{ what: string; n: number }[]>`
    select 'order ' || state as what, count(*)::int as n from orders.order group by 1
    union all select 'refund ' || state, count(*)::int from settlement.online_refund group by 1
    union all select 'transfer ' || state, count(*)::int from settlement.transfer group by 1
    union all select 'chargeback ' || state, count(*)::int from settlement.chargeback group by 1
    union all select 'payout ' || kind, count(*)::int from settlement.payout group by 1
    union all select 'payout again', count(*)::int from settlement.payout where attempt > 1
    union all select 'line ' || state, count(*)::int from settlement.statement_line group by 1
    union all select 'intent said again', count(*)::int from settlement.intent where attempts > 1`
  return Object.fromEntries(rows.map(row => [row.what, row.n]))
}

const amounts = [1n, 2n, 3n, 99n, 100n, 101n, 12_345n, 120_000n, 999_999n, 99_999_999n]
const file = Buffer.from('day,rain\n2026-01-01,0\n2026-01-02,1\n')

async function placeOrders(play: Play, count: number): Promise<void> {
  const { rig } = play
  const { base, schedule } = rig
  const x = { exchange: { engine: rig.plain } } as never
  for (let n = 0; n < count; n++) {
    const vendor = schedule.chance(0.6) ? base.direct : base.banked
    const buyer = schedule.pick(base.buyers)
    const amountFen = schedule.pick(amounts)
    const order = await newOrder(x, { vendor, buyer, amountFen, file, isSilenceAcceptance: schedule.chance(0.7) })
    play.orderIds.push(order.id)
  }
}

function chooseAct(rig: Rig) {
  const total = acts.reduce((sum, [, weight]) => sum + weight, 0)
  let left = rig.schedule.random() * total
  for (const act of acts) {
    left -= act[1]
    if (left < 0) return act
  }
  return acts[0]!
}

async function check(rig: Rig, before: number): Promise<void> {
  if (rig.schedule.commits === before) return
  const found = await violations(rig)
  if (found.length > 0) throw new Error(`violated: ${found.join(', ')}\n${await detailOf(rig, found[0]!)}`)
}

/** The storm: acts begin, stop, go on and end in whatever order the seed says. */
async function storm(play: Play, steps: number): Promise<void> {
  const { rig } = play
  const { schedule } = rig
  for (let n = 0; n < steps; n++) {
    const before = schedule.commits
    await rig.tick()
    if (schedule.waiting === 0 || (schedule.waiting < 4 && schedule.chance(0.35))) {
      const [name, , act] = chooseAct(rig)
      const at = Math.floor(schedule.random() * rig.instances.length)
      schedule.spawn(`${name} on ${at}`, () => act(play, rig.instances[at]!))
      await schedule.quiet()
    } else await schedule.step()
    await check(rig, before)
  }
}

/** Lets every process that still waits go on to its end. */
async function drain({ rig }: Play): Promise<void> {
  while (rig.schedule.waiting > 0) {
    const before = rig.schedule.commits
    await rig.tick()
    await rig.schedule.step()
    await check(rig, before)
  }
}

/** The calm: nothing fails any more, everybody does their work, and time passes until nothing is left to do. */
async function calm(play: Play): Promise<void> {
  const { rig } = play
  const [on] = rig.instances
  rig.schedule.crashes = 0
  await drain(play)
  for (let round = 0; round < 14; round++) {
    rig.clock.ms += 24_690 * 7_000
    // what was lost on its way is told again, as the provider does for days
    play.pending.push(...play.lost.splice(0))
    const often = Array.from({ length: 6 }, () => busy).flat()
    const todo = [...closingActs, ...Array.from({ length: play.pending.length + 6 }, () => closingActs[1]!)]
    for (const act of [...todo, runTimers, ...often]) {
      await rig.tick()
      rig.schedule.spawn('closing', () => act(play, on!))
      await rig.schedule.quiet()
      await drain(play)
    }
  }
  rig.schedule.spawn('movements', async () => {
    await fetchMovements(on!.machinery, true)
  })
  await rig.schedule.quiet()
  await drain(play)
  for (const act of [workJob, workJob, workJob]) {
    rig.schedule.spawn('closing', () => act(play, on!))
    await rig.schedule.quiet()
    await drain(play)
  }
}

/** Plays one seed. The same seed takes the same steps, whatever the machine does meanwhile. */
export async function playSeed(base: Base, seed: number, { steps = 300, orders = 4 } = {}): Promise<Result> {
  const schedule = new Schedule(seed)
  const rig = await openRig(base, seed, schedule)
  const play: Play = { rig, orderIds: [], pending: [], lost: [], actors: actorsOf(rig) }
  rig.standIn.world.onEvent = event => {
    if (schedule.chance(0.08)) play.lost.push(event)
    else play.pending.push(event)
  }
  let problem: string | undefined
  let seen: Record<string, number> = {}
  try {
    await rig.tick()
    await placeOrders(play, orders)
    schedule.crashes = 0.05
    await storm(play, steps)
    await calm(play)
    const left = await atRest(rig)
    if (left.length > 0) problem = `at rest: ${left.join('; ')}`
    seen = await census(rig)
  } catch (error) {
    problem = error instanceof Error ? (error.stack ?? error.message) : String(error)
  } finally {
    await rig.close()
  }
  return { seed, problem, trace: schedule.trace, commits: schedule.commits, seen }
}

/**
 * Plays many seeds, some beside each other: most of the time each waits for its database. `isFirstEnough` begins no more
 * once one has found something.
 */
export async function playSeeds(
  base: Base,
  seeds: readonly number[],
  { beside = 4, isFirstEnough = false } = {},
): Promise<Result[]> {
  const results: Result[] = []
  const left = [...seeds]
  const isOver = () => isFirstEnough && results.some(({ problem }) => problem !== undefined)
  const one = async () => {
    for (let seed = left.shift(); seed !== undefined && !isOver(); seed = left.shift())
      results.push(await playSeed(base, seed))
  }
  await Promise.all(Array.from({ length: Math.min(beside, seeds.length) }, one))
  return results.sort((a, b) => a.seed - b.seed)
}
