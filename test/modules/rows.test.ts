import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { parse } from 'csv-parse/sync'
import Excel from 'exceljs'
import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import { previewVersion } from '../../src/modules/data/index.ts'
import { openExchange, type Role } from '../support/exchange.ts'
import { formOf } from '../support/offering.ts'

const x = await openExchange(t)
const vendor = await x.organization(['vendor'])
const other = await x.organization(['vendor'])
const as = vendor.maker

async function upload(name: string, content: string | Uint8Array, who: Role = as): Promise<string> {
  const { id } = await x.ok('POST /data-versions', { as: who, raw: formOf(name, Buffer.from(content)) })
  const read = await x.until(async () => {
    const version = await x.ok(`GET /data-versions/${id}`, { as: who })
    return version.state !== 'profiling' && version
  })
  if (read.state !== 'ready') throw new Error(JSON.stringify(read.failure))
  return id
}

const queryOf = (parts: Record<string, string | number | readonly string[]>): string =>
  Object.entries(parts)
    .flatMap(([name, value]) => [value].flat().map(each => `${name}=${encodeURIComponent(each)}`))
    .join('&')
const rows = (id: string, parts: Parameters<typeof queryOf>[0], who: Role = as) =>
  x.ok(`GET /data-versions/${id}/rows?${queryOf(parts)}`, { as: who })

const count = 200_000
const cities = ['太原', '大同', '运城', '临汾']
const days = Array.from({ length: 365 }, (_, i) => new Date(Date.UTC(2025, 0, 1 + i)).toISOString().slice(0, 10))
const lineOf = (i: number) =>
  `${140100199001010000n + BigInt(i)},${String(i).padStart(8, '0')},${cities[i % 4]},${days[i % 365]},${(i % 1000) / 10},${i % 7 === 0 ? '' : `"备注, ${i % 50}"`}`
const head = '身份号,编号,城市,日期,气温,备注'
const table = await upload('大表.csv', `${head}\n${Array.from({ length: count }, (_, i) => lineOf(i)).join('\n')}\n`)
const citizen = (i: number) => String(140100199001010000n + BigInt(i))

t.test('any page of a large file comes as it stands in it', async t => {
  const middle = await rows(table, { offset: 123_456, limit: 3 })
  t.equal(middle.total, count)
  t.same(
    middle.columns.map((c: any) => [c.name, c.type]),
    [
      ['身份号', 'text'],
      ['编号', 'text'],
      ['城市', 'text'],
      ['日期', 'date'],
      ['气温', 'decimal'],
      ['备注', 'text'],
    ],
  )
  t.same(middle.rows[0], [citizen(123_456), '00123456', '太原', days[123_456 % 365], '45.6', '备注, 6'])
  t.same(
    middle.rows.map((row: string[]) => row[1]),
    ['00123456', '00123457', '00123458'],
  )
  const last = await rows(table, { offset: count - 1, limit: 50, columns: ['编号', '备注'] })
  t.same(last.rows, [['00199999', '备注, 49']])
  t.same((await rows(table, { offset: Number.MAX_SAFE_INTEGER })).rows, [])
})

t.test('sorting is by type and stable from page to page', async t => {
  const top = await rows(table, { sort: '气温:desc', limit: 4, columns: ['编号', '气温'] })
  t.same(top.rows, [
    ['00000999', '99.9'],
    ['00001999', '99.9'],
    ['00002999', '99.9'],
    ['00003999', '99.9'],
  ])
  const seen: string[] = []
  for (const offset of [0, 25, 50, 75]) {
    const page = await rows(table, { sort: ['城市:asc', '气温:asc'], offset, limit: 25, columns: ['编号'] })
    seen.push(...page.rows.flat())
  }
  const whole = await rows(table, { sort: ['城市:asc', '气温:asc'], limit: 100, columns: ['编号'] })
  t.same(seen, whole.rows.flat(), 'four pages are the one')
  t.equal(new Set(seen).size, 100)
  const deep = await rows(table, { sort: '日期:desc', offset: 150_000, limit: 2, columns: ['日期'] })
  t.equal(deep.rows.length, 2)
  const blank = await rows(table, { sort: '备注:asc', offset: count - 1, limit: 1, columns: ['编号', '备注'] })
  t.equal(blank.rows[0][1], null, 'empty cells come last')
})

t.test('filters go by the type of a column, in any language', async t => {
  const total = async (filter: string | string[]) => (await rows(table, { filter, limit: 1 })).total
  t.equal(await total('城市:eq:太原'), count / 4)
  t.equal(await total('城市:ne:太原'), (count / 4) * 3)
  t.equal(await total('城市:in:太原|大同'), count / 2)
  t.equal(await total('城市:contains:汾'), count / 4)
  t.equal(await total('编号:starts:0012345'), 10)
  t.equal(await total(`身份号:eq:${citizen(777)}`), 1)
  t.equal(await total(`身份号:eq:${citizen(777)}0`), 0)
  t.equal(await total('气温:eq:45.60'), count / 1000, 'numbers are equal by value')
  t.equal(await total('气温:between:1|1.2'), (count / 1000) * 3)
  t.equal(await total('气温:lt:9'), (count / 1000) * 90)
  t.equal(await total('备注:null'), Math.ceil(count / 7))
  t.equal(await total('备注:filled'), count - Math.ceil(count / 7))
  t.equal(await total(['日期:gte:2025-12-31', '城市:eq:大同']), Math.round(count / 365 / 4))
  const both = await rows(table, { filter: ['城市:eq:运城', '日期:eq:2025-02-01'], sort: '编号:desc', limit: 2 })
  t.ok(both.rows.every((row: string[]) => row[2] === '运城' && row[3] === '2025-02-01'))
  t.equal(both.rows.length, 2)
  const wrong = await x.call(
    `GET /data-versions/${table}/rows?${queryOf({
      filter: ['气温:gt:热', '没有:eq:1', '日期:eq:2025-02-30', '气温:between:1'],
      sort: '没有:desc',
      columns: '没有',
    })}`,
    { as },
  )
  t.equal(wrong.status, 400)
  t.same(
    wrong.body.errors.map((e: any) => e.pointer),
    ['/filter/0', '/filter/1', '/filter/2', '/filter/3', '/sort/0', '/columns/0'],
  )
  t.equal((await x.call(`GET /data-versions/${table}/rows?limit=501`, { as })).status, 400)
})

const odd = ['=HYPERLINK("http://x")', '00123', '-5', '@x', '+86 138', '140100199001011234', '{"a":1}', 'a"b,c\nd']
const oddCsv = `值,数,"a"":b;--",日\n${odd.map((v, i) => `"${v.replaceAll('"', '""')}",${i}.50,${i},2026-0${i + 1}-01`).join('\n')}\n`

t.test('identifiers, digits and quotes come through every format', async t => {
  const id = await upload('怪.csv', oddCsv)
  const name = 'a":b;--'
  const fetchAs = (format: string, more = '') =>
    x.call(`GET /data-versions/${id}/export?format=${format}${more}`, { as })
  const csv = await fetchAs('csv')
  t.match(csv.headers['content-disposition'], /%E6%80%AA\.csv/)
  t.equal(csv.bytes.subarray(0, 3).toString('hex'), 'efbbbf')
  t.equal(Number(csv.headers['content-length']), csv.bytes.length)
  const safe = parse(csv.bytes, { bom: true }) as string[][]
  t.same(safe[0], ['值', '数', name, '日'])
  t.same(
    safe.slice(1).map(row => row[0]),
    odd.map(v => (/^[=@]|^\+86 /.test(v) ? `'${v}` : v)),
    'what a spreadsheet would calculate has an apostrophe, plain numbers have none',
  )
  const bare = await fetchAs('csv', '&bom=false&safe=false')
  t.not(bare.bytes[0], 0xef)
  t.same(
    (parse(bare.bytes) as string[][]).slice(1).map(row => row[0]),
    odd,
  )
  const json = JSON.parse((await fetchAs('json')).bytes.toString())
  t.same(
    json.map((row: any) => row.值),
    odd,
  )
  t.equal(json[1].数, 1.5)
  t.equal(json[7][name], 7)
  const nd = (await fetchAs('ndjson', `&${queryOf({ filter: '数:gt:5', columns: ['日', '值'] })}`)).bytes.toString()
  t.match(nd, /\{"日":"2026-07-01","值":"\{\\"a\\":1\}"\}\n/)
  t.equal(nd.trim().split('\n').length, 3)
  const book = new Excel.Workbook()
  await book.xlsx.load((await fetchAs('xlsx')).bytes as never)
  const sheet = book.worksheets[0]!
  t.same(
    odd.map((_, i) => sheet.getRow(i + 2).getCell(1).value),
    odd,
    'a workbook holds text as text',
  )
  t.equal(sheet.getRow(3).getCell(2).value, 1.5)
  const parquet = (await fetchAs('parquet')).bytes
  const folder = await mkdtemp(join(tmpdir(), 'jinshu-rows-test-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'a.parquet'), parquet)
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM '${folder}/a.parquet'`)
  t.same(
    described.getRowsJson().map(([n, type]) => [n, type]),
    [
      ['值', 'VARCHAR'],
      ['数', 'DOUBLE'],
      [name, 'BIGINT'],
      ['日', 'DATE'],
    ],
  )
  const back = await connection.runAndReadAll(`SELECT 值, 日 FROM '${folder}/a.parquet'`)
  t.same(
    back.getRowsJson(),
    odd.map((v, i) => [v, `2026-0${i + 1}-01`]),
  )
})

t.test('an export is what its filter shows, and says when it is too large for a workbook', async t => {
  const filter = ['城市:eq:临汾', '备注:filled']
  const page = await rows(table, { filter, sort: '气温:desc', limit: 5 })
  const csv = await x.call(`GET /data-versions/${table}/export?format=csv&${queryOf({ filter, sort: '气温:desc' })}`, {
    as,
  })
  const found = parse(csv.bytes, { bom: true }) as string[][]
  t.equal(found.length - 1, page.total)
  t.equal(Number(csv.headers['jinshu-rows']), page.total)
  t.same(found.slice(1, 6), page.rows)
  const folder = await mkdtemp(join(tmpdir(), 'jinshu-rows-test-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`COPY (SELECT i % 3 AS n FROM range(1048576) t(i)) TO '${folder}/long.parquet' (FORMAT parquet)`)
  const { readFile } = await import('node:fs/promises')
  const long = await upload('long.parquet', await readFile(`${folder}/long.parquet`))
  const refused = await x.call(`GET /data-versions/${long}/export?format=xlsx`, { as })
  t.match(refused, { status: 422, body: { type: '/problems/rule-violated', detail: /1048576 rows.*1048575/ } })
  t.equal((await rows(long, { filter: 'n:eq:1', limit: 1 })).total, 349_525)
})

t.test('only its owner reads a version; a reviewer sees it without sensitive values', async t => {
  for (const path of ['rows', 'export?format=csv', 'quality', `difference?from=${table}`]) {
    t.equal((await x.call(`GET /data-versions/${table}/${path}`, { as: other.maker })).status, 404, path)
    t.equal((await x.call(`GET /data-versions/${table}/${path}`)).status, 401, path)
  }
  const buyer = await x.organization(['buyer'])
  t.equal((await x.call(`GET /data-versions/${table}/rows`, { as: buyer.maker })).status, 403)
  const id = await upload('敏感.csv', 'name,n\n张三,1\n李四,2\n')
  await x.ok(`POST /data-versions/${id}/confirm`, { as, body: { columns: [{ name: 'name', isSensitive: true }] } })
  const seen = await x.exchange.engine.read(system, rx => previewVersion(rx, id, { sort: ['n:desc'] }))
  t.same(seen.rows, [
    ['***', '2'],
    ['***', '1'],
  ])
  await t.rejects(
    x.exchange.engine.read(system, rx => previewVersion(rx, id, { filter: ['name:eq:张三'] })),
    /invalid-input/,
    'nothing can be asked about them either',
  )
  t.same((await rows(id, {})).rows[0], ['张三', '1'])
})

t.test('a version from before there were copies is copied when it is needed', async t => {
  const id = await upload('old.csv', 'a,b\n001,甲\n002,乙\n')
  await x.sql.begin(async sql => {
    await sql`set local session_replication_role = replica`
    await sql`delete from data.data_copy where data_version_id = ${id}`
  })
  t.same((await rows(id, { sort: 'a:desc' })).rows[0], ['002', '乙'])
  await x.until(async () => (await x.sql`select from data.data_copy where data_version_id = ${id}`).length === 1)
  await t.rejects(x.sql`update data.data_copy set bytes = 1 where data_version_id = ${id}`, /stays as it is/)
})

t.test('wide files are read across the parts of their copy', async t => {
  const width = 600
  const names = Array.from({ length: width }, (_, i) => `列${i}`)
  const content = Array.from({ length: 500 }, (_, r) => names.map((_, c) => `${r}-${c}`).join(',')).join('\n')
  const id = await upload('wide.csv', `${names.join(',')}\n${content}\n`)
  const page = await rows(id, { offset: 250, limit: 1 })
  t.same(
    [page.rows[0][0], page.rows[0][239], page.rows[0][240], page.rows[0][599]],
    ['250-0', '250-239', '250-240', '250-599'],
  )
  const found = await rows(id, {
    filter: ['列5:eq:77-5', '列599:starts:77'],
    sort: '列300:desc',
    columns: ['列599', '列1'],
  })
  t.same(found, { ...found, total: 1, rows: [['77-599', '77-1']] })
  t.equal((await x.call(`GET /data-versions/${id}/rows?limit=500`, { as })).status, 400, 'no page of 300,000 cells')
  const csv = await x.call(`GET /data-versions/${id}/export?format=csv&${queryOf({ filter: '列599:eq:3-599' })}`, {
    as,
  })
  t.equal((parse(csv.bytes, { bom: true }) as string[][])[1]?.[400], '3-400')
})

t.test('differences of columns and of rows, by key and by whole rows', async t => {
  const line = (i: number, extra = '') => `K${i},${i * 2},${cities[i % 4]}${extra}`
  const before = await upload('v1.csv', `编号,值,城市\n${Array.from({ length: 1000 }, (_, i) => line(i)).join('\n')}\n`)
  const after = await upload(
    'v2.csv',
    `编号,值,城市,新\n${Array.from({ length: 1000 }, (_, i) => (i === 500 ? 'K510,x1,太原,1' : line(i + 10, ',1'))).join('\n')}\n`,
  )
  const path = `GET /data-versions/${after}/difference?from=${before}`
  const found = await x.ok(path, { as })
  t.same(found.schema, {
    added: [{ name: '新', type: 'integer' }],
    removed: [],
    changed: [{ name: '值', from: 'integer', to: 'text' }],
  })
  t.same(found.key, ['编号'], 'the key is found')
  t.same(found.rows, { from: 1000, to: 1000, added: 10, removed: 10, changed: 1, same: 989 })
  t.same(found.changedSample[0].cells[0], { column: '值', from: '1020', to: 'x1' })
  const clean = await upload(
    'v3.csv',
    `城市,值,编号\n${Array.from({ length: 990 }, (_, i) => `${cities[(i + 15) % 4]},${i % 100 === 0 ? 7 : (i + 15) * 2},K${i + 15}`).join('\n')}\n`,
  )
  const keyed = await x.ok(`GET /data-versions/${clean}/difference?from=${before}&${queryOf({ key: '编号' })}`, { as })
  t.same(keyed.rows, { from: 1000, to: 990, added: 5, removed: 15, changed: 10, same: 975 })
  t.same(keyed.changedSample[0], { key: ['K15'], cells: [{ column: '值', from: '30', to: '7' }] })
  t.equal(keyed.addedSample.length, 5)
  t.same(keyed.removedSample[0], [cities[0], '0', 'K0'], 'samples stand in the order of the new columns')
  const repeated = await x.call(`GET /data-versions/${clean}/difference?from=${before}&${queryOf({ key: '城市' })}`, {
    as,
  })
  t.match(repeated, { status: 400, body: { errors: [{ pointer: '/key', message: /996/ }] } })
  const plain = await upload('w1.csv', 'a,b\n1,x\n1,x\n2,y\n')
  const next = await upload('w2.csv', 'a,b\n1,x\n2,y\n2,y\n3,z\n')
  const whole = await x.ok(`GET /data-versions/${next}/difference?from=${plain}`, { as })
  t.same(whole.key, [])
  t.same(whole.rows, { from: 3, to: 4, added: 2, removed: 1, changed: 0, same: 2 })
  t.same(whole.addedSample, [
    ['2', 'y'],
    ['3', 'z'],
  ])
  const same = await x.ok(`GET /data-versions/${plain}/difference?from=${plain}`, { as })
  t.match(same.rows, { added: 0, removed: 0, same: 3 })
})

t.test('each quality point is told with what to do, and the score is their sum', async t => {
  const pointOf = async (name: string, content: string, code: string) => {
    const quality = await x.ok(`GET /data-versions/${await upload(name, content)}/quality`, { as })
    t.equal(
      quality.points.reduce((n: number, p: any) => n + p.points, 0),
      quality.score,
    )
    return quality.points.find((p: any) => p.code === code)
  }
  const many = (line: (i: number) => string, n = 40) => Array.from({ length: n }, (_, i) => line(i)).join('\n')
  const triggered: [string, string, string][] = [
    ['completeness', `编号,值\n${many(i => `A${i},${i % 4 ? i : ''}`)}\n`, '值'],
    ['identifiers', `编号,值\n${many(i => `A${i === 7 ? 6 : i},${i}`)}\n`, '编号'],
    ['consistency', `编号,值\n${many(i => `A${i},${i === 7 ? '无' : i}`)}\n`, '值'],
    ['mixed', `编号,值\n${many(i => `A${i},${i % 2 ? '缺测' : i}`)}\n`, '值'],
    ['timeliness', `编号,日期\n${many(i => `A${i},2019-01-${String(1 + (i % 28)).padStart(2, '0')}`)}\n`, '日期'],
    ['encoding', `编号,名\n${many(i => `A${i},${i === 3 ? '太\uFFFD' : '太原'}`)}\n`, '名'],
    ['empty-columns', `编号,空\n${many(i => `A${i},`)}\n`, '空'],
    ['documented', `编号,值\n${many(i => `A${i},${i}1`)}\n`, '编号'],
  ]
  for (const [code, content, column] of triggered) {
    const point = await pointOf(`${code}.csv`, content, code)
    t.ok(point.points < point.most, `${code} is not full`)
    t.ok(point.columns.includes(column), `${code} names ${column}`)
    t.ok(point.remedy.zh && point.remedy.en && point.finding.zh)
  }
  const twice = await pointOf('twice.csv', `城市,值\n${many(i => `太原,${i % 39}`)}\n`, 'duplicates')
  t.match(twice, { points: 8, most: 10, finding: { en: /1 rows/ } })
  const none = await pointOf('none.csv', `城市,值\n${many(i => `太原,${i % 39}`)}\n`, 'timeliness')
  t.match(none, { points: 0, most: 0 }, 'what cannot be judged counts for nothing')
  const good = await pointOf('good.csv', `编号,值\n${many(i => `B${i},${i}`)}\n`, 'identifiers')
  t.match(good, { points: 15, most: 15, remedy: null })
})
