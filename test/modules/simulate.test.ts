import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { openBase } from '../simulate/base.ts'
import { mutants } from '../simulate/mutants.ts'
import { playSeed, playSeeds } from '../simulate/run.ts'
import { testServer } from '../support/server.ts'

const isFull = process.env.JINSHU_TEST_FULL === '1'
const base = await openBase(t)
const seeds = Array.from({ length: isFull ? 500 : 20 }, (_, n) => n + 1)

t.test('whatever comes before what, and wherever a process ends, the money is right', async t => {
  const results = await playSeeds(base, seeds)
  const seen: Record<string, number> = {}
  for (const result of results) {
    t.equal(result.problem, undefined, `seed ${result.seed}: npm run simulate -- --seed ${result.seed} --trace`)
    for (const [what, times] of Object.entries(result.seen)) seen[what] = (seen[what] ?? 0) + times
  }
  t.equal(results.length, seeds.length)
  const wanted = ['order closed', 'order refunded', 'order cancelled', 'payout vendor', 'payout return', 'payout again']
  for (const what of [...wanted, 'refund succeeded', 'transfer done', 'chargeback lost', 'intent said again'])
    t.ok((seen[what] ?? 0) > 0, `${what}: the storm went there`)
})

t.test('a seed takes the same steps each time', async t => {
  const [first, second] = await Promise.all([playSeed(base, 3), playSeed(base, 3)])
  t.same(first!.trace, second!.trace)
  const other = await playSeed(base, 4)
  t.notSame(first!.trace, other.trace)
})

/** Plays with a planted bug until a seed finds it; answers how the run ended and what it said. */
async function hunt(name: string): Promise<{ code: number | null; said: string }> {
  const hooks = ['--disable-warning=ExperimentalWarning', '--import', 'tsx', '--import', './test/simulate/mutate.ts']
  const args = [...hooks, 'test/simulate/main.ts', '--seed', '1', '--count', '40', '--first']
  const env = {
    ...process.env,
    JINSHU_TEST_CLUSTER: await testServer(t),
    JINSHU_SIMULATE_BASE: JSON.stringify(base),
    JINSHU_MUTANT: name,
  }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', part => {
    said += part
  })
  const code = await new Promise<number | null>(resolve => child.on('exit', resolve))
  return { code, said }
}

t.test('each planted bug is where it is said to be', async t => {
  for (const { name, file, from } of mutants) {
    const source = readFileSync(new URL(`../../src/modules/settlement/${file}`, import.meta.url), 'utf8')
    t.equal(source.split(from).length, 2, `${name}: once in ${file}`)
  }
  t.ok(mutants.length >= 10)
})

t.test('each planted bug is found', { timeout: 900_000 }, async t => {
  const left = mutants.filter((_, n) => isFull || n % 4 === 0)
  const hunter = async () => {
    for (let mutant = left.shift(); mutant; mutant = left.shift()) {
      const { code, said } = await hunt(mutant.name)
      t.equal(code, 1, mutant.name)
      t.match(said, /FAILED/, mutant.name)
    }
  }
  await Promise.all([hunter(), hunter()])
})
