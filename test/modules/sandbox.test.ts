import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import t from 'tap'
import { lockedReader } from '../../src/modules/data/engine/locked.ts'
import type { RowsRequest } from '../../src/modules/data/engine/plan.ts'
import { EnginePool } from '../../src/modules/data/engine/pool.ts'
import { openExchange } from '../support/exchange.ts'
import { formOf } from '../support/offering.ts'

let folder = ''
t.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jinshu-sandbox-test-'))
  await mkdir(join(folder, 'store'))
  const engine = await (await DuckDBInstance.create(':memory:')).connect()
  await engine.run(
    `COPY (SELECT CAST(i AS VARCHAR) AS c0, 'x' || i AS c1 FROM range(3000) t(i)) TO '${folder}/store/own.parquet' (FORMAT parquet)`,
  )
  await engine.run(`COPY (SELECT 'secret' AS c0) TO '${folder}/store/other.parquet' (FORMAT parquet)`)
  await writeFile(join(folder, 'secret.csv'), 'word\nsecret\n')
})
t.teardown(() => rm(folder, { recursive: true, force: true }))

const own = () => join(folder, 'store', 'own.parquet')
const before = async () =>
  JSON.stringify([await readdir(folder), await readdir(join(folder, 'store')), (await readFile(own())).length])

t.test('nothing that is sent to the locked engine reads, writes or loads what is not its own', async t => {
  const state = await before()
  const { connection, close } = await lockedReader([own()], { memoryMebibytes: 256 })
  t.same((await connection.runAndReadAll(`SELECT count(*) FROM read_parquet('${own()}')`)).getRowsJson(), [['3000']])
  const attempts = [
    `SELECT * FROM read_parquet('${folder}/store/other.parquet')`,
    `SELECT * FROM read_parquet('${folder}/store/*.parquet')`,
    `SELECT * FROM read_parquet('${folder}/store/../store/other.parquet')`,
    `SELECT * FROM read_csv('${folder}/secret.csv')`,
    `SELECT * FROM '${folder}/secret.csv'`,
    `SELECT * FROM read_text('/etc/passwd')`,
    `SELECT * FROM read_blob('/proc/self/environ')`,
    `SELECT * FROM glob('${folder}/*')`,
    `SELECT * FROM read_csv('http://127.0.0.1:1/a.csv')`,
    `SELECT * FROM read_parquet('s3://a/b.parquet')`,
    `COPY (SELECT 1) TO '${folder}/written.csv'`,
    `COPY (SELECT 1) TO '${own()}' (FORMAT parquet)`,
    `COPY (SELECT 1 AS c0) TO '${folder}/store' (FORMAT parquet, PARTITION_BY (c0))`,
    `EXPORT DATABASE '${folder}/out'`,
    `ATTACH '${folder}/new.duckdb' AS n`,
    'INSTALL httpfs',
    'LOAD httpfs',
    `LOAD '${folder}/x.duckdb_extension'`,
    'SET enable_external_access = true',
    `SET allowed_paths = ['${folder}/secret.csv']`,
    `SET allowed_directories = ['${folder}/']`,
    "SET memory_limit = '64GB'",
    'SET threads = 8',
    "SET temp_directory = '/tmp'",
    'SET lock_configuration = false',
    'RESET enable_external_access',
    'RESET memory_limit',
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
    `IMPORT DATABASE '${folder}'`,
    `PRAGMA enable_profiling; SET profiling_output = '${folder}/profile.json'`,
    `SELECT getenv('HOME')`,
  ]
  for (const attempt of attempts) await t.rejects(connection.run(attempt), attempt)
  // its own file it may open in any way (a table beside it lies in memory), but not change
  for (const harmless of [`ATTACH '${own()}' AS n`, 'CREATE TABLE n.t AS SELECT 1', 'CHECKPOINT n', 'DETACH n'])
    await connection.run(harmless).catch(() => {})
  close()
  t.equal(await before(), state, 'nothing was written')
})

t.test('what would exhaust memory is refused, and the engine goes on', async t => {
  const { connection, close } = await lockedReader([own()], { memoryMebibytes: 64 })
  await t.rejects(
    connection.run(`CREATE TABLE big AS SELECT hash(i) AS h, md5(CAST(i AS VARCHAR)) AS m FROM range(20000000) t(i)`),
    /Out of Memory/,
  )
  await t.rejects(connection.run(`SELECT ${'('.repeat(1000)}1${')'.repeat(1000)} + ${Array(1000).fill('1').join('+')}`))
  t.same((await connection.runAndReadAll('SELECT 1')).getRowsJson(), [[1]])
  close()
})

t.test('bombs of time, results and disk end by a limit or when they are stopped, and write nothing', async t => {
  const state = await before()
  const { connection, close } = await lockedReader([own()], { memoryMebibytes: 64 })
  for (const bomb of [
    'SELECT count(*) FROM range(1000000000000) t(i) WHERE i % 7 = 8',
    'WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r',
    'SELECT count(*) FROM range(1000000) a(i), range(1000000) b(j) WHERE i + j = -1',
    'SELECT hash(i) AS h FROM range(200000000) t(i) ORDER BY h',
    'SELECT list(i) FROM range(200000000) t(i)',
  ]) {
    const clock = setInterval(() => connection.interrupt(), 500)
    await t.rejects(connection.run(bomb), /interrupt|Out of Memory|temp_directory/i, bomb)
    clearInterval(clock)
  }
  t.same((await connection.runAndReadAll('SELECT 1')).getRowsJson(), [[1]], 'the engine goes on')
  close()
  t.equal(await before(), state, 'nothing was spilled')
})

const request = (more: Partial<RowsRequest> = {}): RowsRequest => ({
  kind: 'rows',
  table: {
    parts: [{ path: own(), firstColumn: 0, columns: 2 }],
    names: ['a', 'b'],
    types: ['text', 'text'],
    rows: 3000,
  },
  conditions: [],
  sorts: [],
  columns: [0, 1],
  offset: 0,
  limit: 2,
  ...more,
})
/** A request that is for ever under way: its file is a pipe into which nobody writes. */
async function endless(): Promise<RowsRequest> {
  const pipe = join(folder, `pipe-${Math.random().toString(36).slice(2)}`)
  const { execFileSync } = await import('node:child_process')
  execFileSync('mkfifo', [pipe])
  const table = { ...request().table, parts: [{ path: pipe, firstColumn: 0, columns: 2 }] }
  return request({ table })
}

t.test('a process that takes too long is killed and replaced; nobody else notices', async t => {
  const pool = new EnginePool({ size: 2, timeoutMs: 6000, limits: { heapMebibytes: 128, fileBytes: 0 } })
  t.teardown(() => pool.close())
  await pool.ask('warm', request())
  const first = [...pool.pids]
  const stuck = pool.ask('attacker', await endless()).catch(error => error)
  const again = pool.ask('attacker', request())
  const others = await Promise.all(Array.from({ length: 6 }, () => pool.ask('other', request({ offset: 5 }))))
  t.same(others[0]?.rows, [
    ['5', 'x5'],
    ['6', 'x6'],
  ])
  t.equal(others.length, 6, 'others are answered while one is stuck')
  t.equal((await stuck).type?.slug, 'query-too-heavy')
  t.same((await again).rows.length, 2, 'the next question of the same organisation is answered')
  await pool.ask('other', request())
  t.not(
    pool.pids.every(pid => first.includes(pid)),
    true,
    'another process took its place',
  )
})

t.test('one organisation waits behind itself, not before others', async t => {
  const pool = new EnginePool({
    size: 2,
    timeoutMs: 6000,
    mostWaiting: 3,
    limits: { heapMebibytes: 128, fileBytes: 0 },
  })
  t.teardown(() => pool.close())
  await pool.ask('warm', request())
  const mine = [await endless(), request(), request(), request(), request(), request()].map(each =>
    pool.ask('greedy', each).then(
      () => 'answered',
      error => error.type?.slug ?? String(error),
    ),
  )
  t.equal((await pool.ask('modest', request({ limit: 1 }))).rows.length, 1)
  const outcomes = await Promise.all(mine)
  t.equal(outcomes.filter(each => each === 'too-many-requests').length, 2)
  t.equal(outcomes.filter(each => each === 'answered').length, 3)
})

t.test('an attack through every parameter of the API comes to nothing', async t => {
  const x = await openExchange(t)
  const { maker: as } = await x.organization(['vendor'])
  const evil = `n"); COPY (SELECT 1) TO '${folder}/api.csv'; --`
  const names = ['id', evil, "a'b", 'c0; DROP TABLE x', '$1', 'x::text']
  const csv = `${names.map(name => `"${name.replaceAll('"', '""')}"`).join(',')}\n${Array.from({ length: 50 }, (_, i) => names.map((_, c) => `${i}-${c}`).join(',')).join('\n')}\n`
  const { id } = await x.ok('POST /data-versions', { as, raw: formOf(`../../${'x'.repeat(50)}.csv`, csv) })
  const state = await before()
  const ask = (query: Record<string, string | string[]>, path = 'rows') =>
    x.call(
      `GET /data-versions/${id}/${path}?${Object.entries(query)
        .flatMap(([name, value]) => [value].flat().map(each => `${name}=${encodeURIComponent(each)}`))
        .join('&')}`,
      { as },
    )
  for (const [c, name] of names.entries()) {
    const found = await ask({ filter: `${name}:eq:7-${c}`, sort: `${name}:desc`, columns: [name] })
    t.same(found.body.rows, [[`7-${c}`]], `the column ${name} is a column and nothing else`)
  }
  const values = [
    "' OR 1=1 --",
    "'); COPY (SELECT 1) TO '/tmp/x'; --",
    "$1' || (SELECT content FROM read_text('/etc/passwd')) || '",
    '%',
    '\\',
    '*',
    "{'a': 1}",
  ]
  for (const value of values)
    for (const operator of ['eq', 'contains', 'starts', 'gt', 'in']) {
      const { status, body } = await ask({ filter: `id:${operator}:${value}` })
      t.equal(status, 200, `${operator} ${value}`)
      if (operator !== 'gt') t.equal(body.total, 0)
    }
  const refusals: Record<string, string | string[]>[] = [
    { offset: '-1' },
    { offset: '99999999999999999999' },
    { offset: '1; SELECT 1' },
    { limit: '100000000' },
    { limit: '1 UNION SELECT 1' },
    { filter: 'x'.repeat(5000) },
    { filter: Array(21).fill('id:null') },
    { filter: `id:in:${Array(101).fill('1').join('|')}` },
    { filter: 'id:regexp:.*' },
    { filter: '1=1' },
    { sort: 'random()' },
    { sort: '1' },
    { sort: Array(4).fill('id') },
    { columns: ['*'] },
    { columns: ["read_text('/etc/passwd')"] },
    { sql: 'SELECT 1' },
  ]
  for (const each of refusals) t.equal((await ask(each)).status, 400, JSON.stringify(each).slice(0, 80))
  t.equal((await ask({ format: "csv'; --" }, 'export')).status, 400)
  t.equal((await ask({ from: "x' OR 1" }, 'difference')).status, 400)
  t.same((await ask({ offset: String(Number.MAX_SAFE_INTEGER) })).body.rows, [])
  t.equal((await ask({ filter: Array(20).fill(`id:in:${Array(100).fill('1').join('|')}`) })).status, 200)
  const many = await Promise.all(Array.from({ length: 40 }, () => ask({ filter: 'id:contains:1', sort: 'id:desc' })))
  t.ok(many.every(({ status }) => status === 200 || status === 429))
  t.ok(many.some(({ status }) => status === 200) && many.some(({ status }) => status === 429))
  const exported = await ask({ format: 'csv', safe: 'false', bom: 'false' }, 'export')
  t.equal(exported.text, csv.replace(/^.*\n/, `${exported.text.split('\n')[0]}\n`), 'and all is as it was')
  t.equal(await before(), state, 'nothing was written')
  const words = JSON.stringify((await ask({ filter: 'id:gt:' + "'" })).body)
  t.notMatch(words, x.home, 'no path is told')
})
