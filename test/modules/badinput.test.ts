import { createHash } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import t, { type Test as Tap } from 'tap'
import { anonymous } from '../../src/kernel/actor.ts'
import { signInForWeb } from '../../src/modules/identity/index.ts'
import { encode, encodingName, encodings, type TestEncoding } from '../support/encodings.ts'
import { openExchange, password } from '../support/exchange.ts'
import { formOf } from '../support/offering.ts'

const isFull = process.env.JINSHU_TEST_FULL === '1'

const x = await openExchange(t)
await x.exchange.app.listen({ port: 0, host: '127.0.0.1' })
const base = `http://127.0.0.1:${(x.exchange.app.server.address() as AddressInfo).port}`
const vendor = await x.organization(['vendor'])
const other = await x.organization(['vendor'])
const as = vendor.maker
// what the engine leaves beside its folders would lie here, and nobody else's does
const work = join(x.home, 'work')
await mkdir(work)
process.env.TMPDIR = work
const neighbour = await x.ok('POST /data-versions', { as: other.maker, raw: formOf('neighbour.csv', 'a,b\n1,2\n') })

const csv = (...rows: string[][]) =>
  `${rows.map(row => row.map(cell => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')).join('\n')}\n`
type Table = readonly (readonly (string | null)[])[]

/** What must come through to the letter: the bytes, and the cells that are then read back. */
interface Sound {
  readonly name: string
  readonly content: string
  readonly columns: readonly string[]
  readonly cells: Table
  readonly types?: Readonly<Record<string, string>>
  /** only in these; in all unless told */
  readonly only?: readonly TestEncoding[]
}

const people = [
  ['编号', '姓名', '身份证号', '统一社会信用代码'],
  ['00123', '一二三', '110105194912310021', '91350100M000100Y43'],
  ['0164A', '丁七万', '14010519900101001X', '91440300708461136T'],
  ['000000', '韩梅梅', '999999999999999999', '123456789012345678'],
]
const hostile = [
  ['编号', '内容'],
  ['1', "'); DROP TABLE data.data_version; --"],
  ['2', '<script>alert(1)</script><img src=x onerror=alert(1)>'],
  ['3', '=HYPERLINK("http://127.0.0.1/","x")'],
  ['4', '+cmd|calc!A1'],
  ['5', '@SUM(A1)'],
  ['6', '-5'],
  ['7', '{{7*7}}%s%n'],
  ['8', '逗号,“引号"”与\n换行'],
]
const mixed = [
  ['数值', '日期', '混合'],
  ...Array.from({ length: 40 }, (_, i) => [`${i}.5`, `2026-01-${String((i % 28) + 1).padStart(2, '0')}`, `${i}`]),
  ['不详', '2026-02-30', 'N/A'],
  ['1e400', '昨天', ' 前后有空格 '],
]
const emptyAsNull = (rows: readonly (readonly string[])[]): Table =>
  rows.map(row => row.map(cell => (cell === '' ? null : cell)))
const sound = (name: string, rows: string[][], more: Partial<Sound> = {}): Sound => ({
  name,
  content: csv(...rows),
  columns: rows[0]!,
  cells: emptyAsNull(rows.slice(1)),
  ...more,
})

const sounds: Sound[] = [
  sound('identifiers with leading zeros and 18 digits', people, {
    types: { 编号: 'text', 身份证号: 'text', 统一社会信用代码: 'text' },
  }),
  sound(
    'characters of four bytes',
    [
      ['字', '码'],
      ['㐀㐁', '001'],
      ['𠮷野家', '002'],
      ['龦鿃', '003'],
    ],
    {
      only: encodings.filter(each => each !== 'gbk'),
    },
  ),
  sound('SQL, HTML and formulas', hostile),
  sound('columns of mixed types', mixed, { types: { 数值: 'text', 日期: 'text', 混合: 'text' } }),
  sound('a name of a thousand characters', [
    ['名'.repeat(1000), '值'],
    ['一', '1'],
  ]),
  {
    name: 'line ends of one CR',
    content: '甲,乙\r01,一\r02,"二\r三"\r',
    columns: ['甲', '乙'],
    cells: [
      ['01', '一'],
      ['02', '二\n三'],
    ],
  },
  {
    name: 'line ends of every kind',
    content: '甲,乙\r\n01,一\n02,二\r03,三',
    columns: ['甲', '乙'],
    cells: [
      ['01', '一'],
      ['02', '二'],
      ['03', '三'],
    ],
  },
]

/** What must be refused, with the very reason and what to do, in both languages. */
interface Bad {
  readonly name: string
  readonly fileName?: string
  readonly bytes: () => Buffer | Promise<Buffer>
  readonly zh: RegExp
  readonly en: RegExp
  /** refused before a version is made */
  readonly status?: number
  /** only for content as text, in every encoding */
  readonly content?: string
  readonly isLong?: boolean
}

async function parquet(sql: string): Promise<Buffer> {
  const { readFile, rm } = await import('node:fs/promises')
  const path = join(x.home, 'made.parquet')
  const engine = await (await DuckDBInstance.create(':memory:')).connect()
  await engine.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`)
  const bytes = await readFile(path)
  await rm(path)
  return bytes
}
const texts = (name: string, content: string, zh: RegExp, en: RegExp): Bad => ({
  name,
  content,
  bytes: () => Buffer.from(content),
  zh,
  en,
})
const file = (
  name: string,
  fileName: string,
  bytes: Bad['bytes'],
  zh: RegExp,
  en: RegExp,
  more: Partial<Bad> = {},
): Bad => ({ name, fileName, bytes, zh, en, ...more })
/** A central directory and one member that says it is 4 GB of nothing; only its beginning is ever looked at. */
const zip = Buffer.concat([Buffer.from('504b0304140000000800', 'hex'), gzipSync(Buffer.alloc(5_000_000))])

const bads: Bad[] = [
  texts(
    'a quotation mark that does not close',
    '甲,乙\n1,2\n"3,4\n5,6\n',
    /第 3 行的引号没有正确闭合/,
    /Line 3: a quotation mark is not closed/,
  ),
  texts('text after a closed quotation mark', '甲,乙\n1,"二"x\n', /第 2 行的引号/, /Line 2: a quotation mark/),
  texts('a header only', '甲,乙,丙\n', /只有列名，没有数据行/, /column names but no rows/),
  texts('blanks only', ' \n\n \n', /文件是空的/, /file is empty/),
  texts(
    'ten thousand columns',
    `${Array.from({ length: 10_000 }, (_, i) => `列${i}`).join()}\n${Array(10_000).fill('1').join()}\n`,
    /列数超过上限 2000/,
    /more than 2000 columns/,
  ),
  texts(
    'rows of other widths',
    '甲,乙\n1,2\n3\n',
    /第 3 行有 1 列，表头有 2 列/,
    /Line 3 has 1 columns, the header has 2/,
  ),
  texts('a row that is too wide', '甲,乙\n1,2,3\n', /第 2 行有 3 列/, /Line 2 has 3 columns/),
  texts('a name twice', '甲,乙,甲\n1,2,3\n', /“甲”重复：第 1 列和第 3 列/, /"甲" is there twice: columns 1 and 3/),
  texts('a column without a name', '甲,,丙\n1,2,3\n', /第 2 列没有列名/, /Column 2 has no name/),
  texts(
    'a name that is too long',
    `甲,${'长'.repeat(1001)}\n1,2\n`,
    /第 2 列的列名有 1001 个字符，超过上限 1000/,
    /name of column 2 has 1001 characters/,
  ),
  file('NUL bytes', 'nul.csv', () => Buffer.from('甲,乙\n1,\0\n2,x\n'), /二进制内容/, /binary, not text/),
  file(
    'bytes of no encoding',
    'noise.csv',
    () => Buffer.concat([Buffer.from('a,b\n1,2\n3,'), Buffer.from('ffffff0a', 'hex')]),
    /第 3 行既不是 UTF-8 也不是 GB18030/,
    /Line 3 is neither UTF-8 nor GB18030/,
  ),
  file(
    'UTF-16 that is cut in a character',
    'cut.csv',
    () => encode('甲,乙\n1,2\n', 'utf16le-bom').subarray(0, -1),
    /标明是 UTF-16LE/,
    /says it is UTF-16LE/,
  ),
  file('nothing at all', 'empty.csv', () => Buffer.alloc(0), /文件为空/, /is empty/, { status: 400 }),
  file(
    'a Parquet that is cut off',
    'cut.parquet',
    async () => (await parquet('SELECT i FROM range(10000) t(i)')).subarray(0, -200),
    /不完整或已加密/,
    /cut off or encrypted/,
  ),
  file(
    'a Parquet with a hole',
    'hole.parquet',
    async () => {
      const whole = Buffer.from(await parquet('SELECT hash(i) AS h FROM range(200000) t(i)'))
      whole.fill(0xff, 1000, 900_000)
      return whole
    },
    /Parquet 文件已损坏/,
    /Parquet file is damaged/,
  ),
  file(
    'CSV under the name of Parquet',
    'table.parquet',
    () => Buffer.from('a,b\n1,2\n'),
    /以 \.parquet 结尾，但内容是其他数据/,
    /ends with \.parquet but the content is something else/,
  ),
  file(
    'Parquet under the name of CSV',
    'table.csv',
    () => parquet('SELECT 1 AS a'),
    /内容是Parquet/,
    /content is Parquet/,
  ),
  file('a PDF', 'report.csv', () => Buffer.from('%PDF-1.7\n1 0 obj\n'), /内容是PDF 文件/, /content is a PDF document/),
  file(
    'a program',
    'tool.csv',
    () => Buffer.concat([Buffer.from('4d5a9000', 'hex'), Buffer.alloc(500, 1)]),
    /内容是程序/,
    /content is a program/,
  ),
  file(
    'a web page',
    'page.csv',
    () => Buffer.from('\n<!DOCTYPE html><html><script>alert(1)</script></html>'),
    /内容是网页或 XML/,
    /content is a web page or XML/,
  ),
  file(
    'a ZIP bomb',
    'bomb.csv',
    () => zip,
    /内容是压缩包或 Excel 工作簿/,
    /content is a ZIP archive or an Excel workbook/,
  ),
  file(
    'a workbook that is a bomb',
    'bomb.xlsx',
    () => zip,
    /不支持的文件格式：\.xlsx/,
    /Unsupported file format: \.xlsx/,
  ),
  file(
    'a gzip bomb',
    'bomb.csv',
    () => gzipSync(Buffer.alloc(20_000_000, 0x30)),
    /内容是压缩文件/,
    /content is a compressed archive/,
  ),
  file(
    'a line of 50 MB',
    'line.csv',
    () => Buffer.from(`甲,乙\n1,${'x'.repeat(50_000_000)}\n`),
    /第 2 行过长，不像 CSV/,
    /Line 2 is too long for a CSV file/,
    { isLong: true },
  ),
  file(
    'a first line of 50 MB',
    'first.csv',
    () => Buffer.alloc(50_000_000, 0x61),
    /第 1 行过长/,
    /Line 1 is too long/,
    { isLong: true },
  ),
  file(
    'a Parquet bomb',
    'bomb.parquet',
    () => parquet("SELECT repeat('x', 200000) AS a FROM range(200000)"),
    /超出了时间或内存限制/,
    /more time or memory/,
    { isLong: true },
  ),
]

const head = {
  authorization: `Bearer ${as.token}`,
  'jinshu-organization': vendor.id,
  'tus-resumable': '1.0.0',
  'accept-language': 'en',
}

/** Sends a file in three pieces, the last with its checksum; answers the version's id, or the refusal. */
async function inPieces(fileName: string, bytes: Buffer): Promise<{ status: number; body: any }> {
  const begun = await fetch(`${base}/api/v1/uploads`, {
    method: 'POST',
    headers: {
      ...head,
      'upload-length': `${bytes.length}`,
      'upload-metadata': `filename ${Buffer.from(fileName).toString('base64')}`,
    },
  })
  if (begun.status !== 201) return { status: begun.status, body: await begun.json() }
  const path = begun.headers.get('location')!
  const step = Math.ceil(bytes.length / 3)
  for (let at = 0; at < bytes.length; at += step) {
    const piece = bytes.subarray(at, at + step)
    const sent = await fetch(`${base}${path}`, {
      method: 'PATCH',
      headers: {
        ...head,
        'content-type': 'application/offset+octet-stream',
        'upload-offset': `${at}`,
        'upload-checksum': `sha256 ${createHash('sha256').update(piece).digest('base64')}`,
      },
      body: new Uint8Array(piece),
    })
    if (sent.status !== 204) return { status: sent.status, body: await sent.text() }
    const id = sent.headers.get('jinshu-data-version')
    if (id) return { status: 201, body: { id } }
  }
  throw new Error('the last piece made no version')
}

async function sent(way: 'post' | 'tus', fileName: string, bytes: Buffer) {
  const { status, body } =
    way === 'tus'
      ? await inPieces(fileName, bytes)
      : await x.call('POST /data-versions', { as, raw: formOf(fileName, bytes) })
  if (status >= 300) return { status, body }
  const version = await x.until(async () => {
    const found = await x.ok(`GET /data-versions/${body.id}`, { as })
    return found.state !== 'profiling' && found
  }, 'the reading')
  return { status, body: version }
}

const files = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter(each => each.isFile())
    .map(each => each.name)
const left = async () => ({
  staging: await files(join(x.home, 'uploads')),
  incoming: await files(join(x.home, 'files', 'incoming')),
  work: (await readdir(work)).filter(name => name.startsWith('jinshu-engine')),
  store: (await files(join(x.home, 'files', 'objects'))).length,
  quota: await x.ok('GET /data-quota', { as }),
})

async function refusedWhole(t: Tap, bad: Bad, way: 'post' | 'tus', bytes: Buffer, fileName: string) {
  const before = await left()
  const [answer, page] = await Promise.all([
    sent(way, fileName, bytes),
    x.call(`GET /data-versions/${neighbour.id}/rows`, { as: other.maker }),
  ])
  t.same(page.body.rows, [['1', '2']], "another's question is answered meanwhile")
  if (bad.status) {
    t.equal(answer.status, bad.status)
    t.match(JSON.stringify(answer.body), bad.en)
    const zh =
      way === 'post' && (await x.call('POST /data-versions', { as, raw: formOf(fileName, bytes), language: 'zh-CN' }))
    if (zh) t.match(zh.text, bad.zh)
  } else {
    const { id, state, failure, columns, sample, rows } = answer.body
    t.equal(state, 'failed', JSON.stringify(answer.body).slice(0, 300))
    t.match(failure?.message?.zh, bad.zh)
    t.match(failure?.message?.en, bad.en)
    t.ok(failure?.remedy?.zh && failure.remedy.en, 'what to do is said in both languages')
    t.notMatch(JSON.stringify(failure), x.home, 'no path is told')
    t.same([columns, sample, rows], [[], [], null], 'nothing of it is shown')
    const [kept] = await x.sql`select (select count(*) from data.data_copy where data_version_id = ${id})::int
      + (select count(*) from data.data_scan where data_version_id = ${id})::int as n`
    t.equal(kept!.n, 0, 'no copy and no scan are recorded')
    t.equal((await x.call(`GET /data-versions/${id}/rows`, { as })).status, 409)
    t.equal((await x.call(`POST /data-versions/${id}/confirm`, { as, body: {} })).status, 409)
    await x.ok(`POST /data-versions/${id}/discard`, { as })
  }
  await x.until(async () => (await left()).store === before.store, 'the bytes are dropped')
  t.same(await left(), before, 'nothing is left, and the quota is as it was')
}

const both = ['post', 'tus'] as const
for (const [i, bad] of bads.entries()) {
  if (bad.isLong && !isFull) continue
  const ways = isFull && bad.content === undefined && !bad.isLong ? both : [both[i % 2]!]
  const kinds: readonly (TestEncoding | undefined)[] =
    bad.content === undefined ? [undefined] : isFull ? encodings : [encodings[i % encodings.length]!]
  t.test(`${bad.name}: refused, saying why, and nothing stays`, { timeout: 600_000 }, async t => {
    for (const way of ways)
      for (const kind of kinds) {
        const bytes = kind ? encode(bad.content!, kind === 'gb18030' ? 'gbk' : kind) : await bad.bytes()
        await refusedWhole(t, bad, way, bytes, bad.fileName ?? `bad-${i}-${way}-${kind}.csv`)
      }
  })
}

for (const [i, each] of sounds.entries()) {
  const possible = each.only ?? encodings.filter(kind => kind !== 'gb18030')
  const kinds = isFull ? possible : [possible[(i * 3 + 2) % possible.length]!, possible[(i * 3 + 5) % possible.length]!]
  t.test(`${each.name}: passes to the letter`, async t => {
    for (const [at, kind] of kinds.entries()) {
      const bytes = encode(each.content, kind)
      const { body: version } = await sent(at % 2 === 0 ? 'tus' : 'post', `sound-${i}-${kind}.csv`, bytes)
      t.equal(version.state, 'ready', `${kind}: ${JSON.stringify(version.failure)}`)
      t.equal(version.encoding, encodingName[kind], kind)
      const { rows, columns } = await x.ok(`GET /data-versions/${version.id}/rows?limit=100`, { as })
      t.same(
        columns.map((column: any) => column.name),
        each.columns,
        `${kind}: the names`,
      )
      t.same(rows, each.cells, `${kind}: every cell`)
      t.match(Object.fromEntries(columns.map((column: any) => [column.name, column.type])), each.types ?? {})
      const stored = await x.exchange.kit.files.path(version.sha256)
      const { readFile } = await import('node:fs/promises')
      t.ok(bytes.equals(await readFile(stored)), 'the file itself is kept as it came')
    }
  })
}

t.test('what cells hold harms neither a page nor a spreadsheet', async t => {
  const { body: version } = await sent('post', 'hostile.csv', Buffer.from(csv(...hostile)))
  const exported = await x.call(`GET /data-versions/${version.id}/export?format=csv`, { as })
  for (const formula of ['=HYPERLINK', '+cmd', '@SUM']) {
    t.match(exported.text, `'${formula}`, `${formula} is led by an apostrophe`)
    t.notMatch(exported.text, new RegExp(`(^|[,"])[${formula[0]}]`, 'm'))
  }
  t.match(exported.text, /^6,-5$/m, 'a number is no formula')
  const raw = await x.call(`GET /data-versions/${version.id}/export?format=csv&safe=false&bom=false`, { as })
  t.equal(raw.text, csv(...hostile), 'as it stood where that is asked for')
  const signed = await x.exchange.engine.write(anonymous, { operation: 'signIn' }, cx =>
    signInForWeb(cx, { email: as.email, password }, 'test'),
  )
  if (signed.isReplay || !('secret' in signed.value)) throw new Error('nobody is signed in')
  const page = await fetch(`${base}/data-versions/${version.id}/rows`, {
    headers: { cookie: `jinshu_session=${signed.value.secret}; jinshu_organization=${vendor.id}` },
  })
  const shown = await page.text()
  t.match(shown, '&lt;script>alert(1)', 'the page shows the cell as text')
  t.notMatch(shown, /<script>alert|<img src=x/)
  t.equal((await x.sql`select count(*)::int as n from data.data_version where id = ${version.id}`)[0]!.n, 1)
})

t.test(
  'a file that could not be read is taken once more when it comes again, and a sound twin keeps its bytes',
  async t => {
    const bytes = Buffer.from('a,b\n1,2\n')
    const { body: good } = await sent('post', 'twin.csv', bytes)
    const { body: bad } = await sent('post', 'twin.parquet', bytes)
    t.equal(bad.state, 'failed')
    t.ok(await x.exchange.kit.files.has(good.sha256), 'the sound version still has its bytes')
    t.same((await x.ok(`GET /data-versions/${good.id}/rows`, { as })).rows, [['1', '2']])
    const broken = Buffer.from('a,b\n1,"2\n')
    const { body: first } = await sent('post', 'again.csv', broken)
    t.notOk(await x.exchange.kit.files.has(first.sha256))
    const retried = await x.ok(`POST /data-versions/${first.id}/retry`, { as })
    t.match(retried, { state: 'failed', failure: { message: { en: /not in the store/ } } })
    const { body: second } = await sent('tus', 'again.csv', broken)
    t.match(second, { id: first.id, state: 'failed', failure: { message: { en: /Line 2: a quotation mark/ } } })
  },
)
