// One reading of a CSV in a process of its own: as the product reads it, or as bare DuckDB converts and summarises it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { asPlainText } from '../../src/modules/data/engine/encoding.ts'
import { readWhole } from '../../src/modules/data/engine/read.ts'

const [way = '', path = ''] = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'jinshu-bench-reading-'))
const took: Record<string, number> = { conversion: 0, profile: 0, scan: 0, encoding: 0 }

async function timed<T>(step: string, work: () => Promise<T> | T): Promise<T> {
  const began = performance.now()
  const result = await work()
  took[step] = (took[step] ?? 0) + performance.now() - began
  return result
}

/** Every statement of the reading, by what it is for: the scan for sensitive values counts hits or looks-alike. */
function watchStatements(): void {
  const asIs = DuckDBConnection.prototype.runAndReadAll
  let isScanning = false
  DuckDBConnection.prototype.runAndReadAll = function (sql: string, ...more: never[]) {
    if (/translate\(c0/.test(sql)) isScanning = true
    const step = sql.startsWith('COPY') ? 'conversion' : isScanning ? 'scan' : 'profile'
    return timed(step, () => Reflect.apply(asIs, this, [sql, ...more]) as ReturnType<typeof asIs>)
  }
}

try {
  if (way === 'product') {
    await timed('encoding', () => asPlainText(path, join(folder, 'once')))
    watchStatements()
    await readWhole(path, 'million.csv', folder)
  } else {
    const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '512MB' })
    const connection = await instance.connect()
    const table = join(folder, 'bare.parquet')
    await timed('conversion', () =>
      connection.run(`COPY (SELECT * FROM read_csv('${path}')) TO '${table}' (FORMAT parquet, COMPRESSION zstd)`),
    )
    await timed('profile', () => connection.runAndReadAll(`SUMMARIZE SELECT * FROM read_parquet('${table}')`))
  }
  took.both = (took.conversion ?? 0) + (took.profile ?? 0)
  process.stdout.write(JSON.stringify(took))
} finally {
  await rm(folder, { recursive: true, force: true })
}
