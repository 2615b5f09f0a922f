// A million rows: the first page, other pages and files of them by HTTP; reading a file beside bare DuckDB.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { printTable } from './support/helper.ts'
import { openStage } from './support/stage.ts'

const rows = 1_000_000
const rounds = 5
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** A table as people upload it: an 18-digit number, days, names, decimals, hashes, counters, remarks. */
async function makeFile(path: string): Promise<void> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`COPY (
    SELECT CAST(140100000000000000 + i AS VARCHAR) AS 编号, DATE '2020-01-01' + CAST(i % 2000 AS INTEGER) AS 日期,
      ['太原', '大同', '运城', '临汾'][1 + i % 4] AS 城市, round((i * 7919) % 10007 / 100.0, 2) AS 数值,
      md5(CAST(i AS VARCHAR)) AS 校验, i AS 序号, '备注' || i % 1000 AS 备注, i % 7 AS 等级
    FROM range(${rows}) t(i)) TO '${path}' (FORMAT csv, HEADER)`)
}

/** Runs one of `support/reading.ts`'s ways in a process of its own; answers its milliseconds by step. */
async function reading(way: 'product' | 'bare', path: string): Promise<Record<string, number>> {
  const file = fileURLToPath(new URL('./support/reading.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', file, way, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', chunk => {
    said += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${way} ended with ${code}`)
  return JSON.parse(said) as Record<string, number>
}

const folder = await mkdtemp(join(tmpdir(), 'jinshu-bench-data-'))
const path = join(folder, 'million.csv')
const stage = await openStage()
try {
  await makeFile(path)
  const api = `http://127.0.0.1:${stage.productPort}/api/v1/data-versions`
  const authorization = `Bearer ${stage.token}`
  const ask = async (address: string): Promise<Response> => {
    const response = await fetch(`${api}${address}`, { headers: { authorization } })
    if (!response.ok) throw new Error(`${address} answered ${response.status}: ${await response.text()}`)
    return response
  }
  const sent = await fetch(`${api}?fileName=million.csv`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/octet-stream' },
    body: Readable.toWeb(createReadStream(path)) as never,
    duplex: 'half',
  } as RequestInit)
  let version = (await sent.json()) as { id: string; state: string; detail?: string }
  while (version.state === 'profiling') {
    await new Promise(resolve => setTimeout(resolve, 200))
    version = (await (await ask(`/${version.id}`)).json()) as typeof version
  }
  if (!version.id) throw new Error(version.detail)
  const page = (query: string) => timed(async () => (await ask(`/${version.id}/rows?limit=50${query}`)).arrayBuffer())
  const started = await page('&columns=等级')
  // another engine process may answer: what is measured is the first page, not what one of them kept
  const first = await page('')
  const pages: [string, string][] = [
    ['first page', ''],
    ['page from the middle', '&offset=500000'],
    ['last page', '&offset=999950'],
    ['filtered (eq), with the number of all', `&filter=${encodeURIComponent('城市:eq:太原')}`],
    ['filtered (contains)', `&filter=${encodeURIComponent('校验:contains:abcd')}`],
    ['sorted, first page', `&sort=${encodeURIComponent('数值:desc')}`],
    ['sorted, page from the middle', `&sort=${encodeURIComponent('数值:desc')}&offset=500000`],
  ]
  const lines = [
    ['first question of all (starts the process)', started.toFixed(0), '', ''],
    ['first page, first time', first.toFixed(0), '', '100'],
  ]
  for (const [name, query] of pages) {
    const took: number[] = []
    for (let i = 0; i < 20; i++) took.push(await page(query))
    const slowest = Math.max(...took)
    lines.push([name, median(took).toFixed(0), slowest.toFixed(0), name === 'first page' ? '100' : ''])
  }
  printTable('Pages of a million rows by HTTP', ['page', 'median ms', 'slowest of 20', 'aim ms'], lines)

  const files: string[][] = []
  for (const format of ['csv', 'ndjson', 'json', 'parquet']) {
    let bytes = 0
    const took = await timed(async () => {
      for await (const piece of (await ask(`/${version.id}/export?format=${format}`)).body ?? [])
        bytes += (piece as Uint8Array).length
    })
    files.push([format, (took / 1000).toFixed(1), (bytes / 2 ** 20).toFixed(0)])
  }
  printTable('Exports of a million rows', ['format', 's', 'MiB'], files)

  const ours: Record<string, number>[] = []
  const theirs: Record<string, number>[] = []
  for (let round = 0; round < rounds; round++) {
    ours.push(await reading('product', path))
    theirs.push(await reading('bare', path))
  }
  const of = (list: Record<string, number>[], name: string) => median(list.map(each => each[name] ?? 0))
  printTable(
    'Reading a CSV of a million rows, ms',
    ['step', 'bare DuckDB', 'product', 'ratio'],
    ['conversion', 'profile', 'both'].map(name => [
      name,
      of(theirs, name).toFixed(0),
      of(ours, name).toFixed(0),
      (of(ours, name) / of(theirs, name)).toFixed(2),
    ]),
  )
  printTable(
    'What the product does besides, ms',
    ['step', 'ms'],
    ['encoding', 'scan'].map(name => [name, of(ours, name).toFixed(0)]),
  )
} finally {
  await stage.close()
  await rm(folder, { recursive: true, force: true })
}
