import { startCluster } from '../support/cluster.ts'
import { type Base, openBase } from './base.ts'
import { playSeeds } from './run.ts'

/**
 * npm run simulate -- --seed N [--count M] [--trace]: plays seeds N, N+1, … and says what each found; exits 1 when any
 * found something. A seed that failed is played again with `--seed N --trace`; `--first` ends with the first that fails.
 * With `--import ./test/simulate/mutate.ts` and JINSHU_MUTANT, the name of one, the product has a planted bug.
 */
const argument = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}

const seed = argument('seed', 1)
const count = argument('count', 1)
const closings: (() => Promise<void>)[] = []
const cluster = process.env.JINSHU_TEST_CLUSTER ? undefined : await startCluster()
if (cluster) process.env.JINSHU_TEST_CLUSTER = cluster.url
let failed = 0
try {
  const given = process.env.JINSHU_SIMULATE_BASE
  const base = given ? (JSON.parse(given) as Base) : await openBase({ teardown: work => void closings.push(work) })
  const seeds = Array.from({ length: count }, (_, n) => seed + n)
  const total: Record<string, number> = {}
  for (const { seed: n, problem, trace, commits, seen } of await playSeeds(base, seeds, {
    isFirstEnough: process.argv.includes('--first'),
  })) {
    console.log(`seed ${n}: ${problem ? 'FAILED' : 'sound'}, ${commits} commits, ${trace.length} steps`)
    if (process.argv.includes('--trace')) console.log(trace.join('\n'))
    for (const [what, times] of Object.entries(seen)) total[what] = (total[what] ?? 0) + times
    if (problem) {
      failed += 1
      console.log(problem)
    }
  }
  for (const [what, times] of Object.entries(total).sort()) console.log(`${String(times).padStart(6)}  ${what}`)
} finally {
  for (const close of closings.reverse()) await close()
  await cluster?.stop()
}
process.exitCode = failed > 0 ? 1 : 0
