import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import t, { type Test } from 'tap'
import { Problem } from '../../src/kernel/problem.ts'
import { type DataProfile, profile } from '../../src/modules/data/engine/index.ts'
import { lockedEngine, readProfile } from '../../src/modules/data/engine/read.ts'
import { dayLimits, numberLimits } from '../../src/modules/data/engine/spread.ts'

let folder = ''
t.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jinshu-engine-test-'))
})
t.teardown(() => rm(folder, { recursive: true, force: true }))

let count = 0
async function stored(content: string | Uint8Array): Promise<string> {
  count += 1
  const path = join(folder, `object-${count}`)
  await writeFile(path, content)
  return path
}
/** Reads in this process: the cases are many, and a process for each costs half a second. */
async function read(content: string | Uint8Array, name = 'data.csv'): Promise<DataProfile> {
  const work = await mkdtemp(join(folder, 'work-'))
  return readProfile(await stored(content), name, work)
}

async function refused(t: Test, content: string | Uint8Array, name: string, slug: string, zh: RegExp, en: RegExp) {
  const error = await read(content, name).catch((e: unknown) => e)
  if (!(error instanceof Problem)) return t.fail(`${name}: ${error instanceof Error ? error.stack : 'was accepted'}`)
  t.equal(error.type.slug, slug)
  t.match(error.detail.zh, zh)
  t.match(error.detail.en, en)
  t.ok(error.errors[0]?.remedy?.zh && error.errors[0].remedy.en, 'it says how to mend it')
  t.notMatch(error.detail.en, folder, 'no path is told')
}
const types = (p: DataProfile) => Object.fromEntries(p.columns.map(c => [c.name, c.type]))

/** GBK bytes of the few characters that the tests use; the platform only decodes. */
const gbkOf: Readonly<Record<string, string>> = {
  城: 'b3c7',
  市: 'cad0',
  太: 'ccab',
  原: 'd4ad',
  大: 'b4f3',
  同: 'cdac',
}
const gbk = (value: string) =>
  Buffer.concat([...value].map(c => Buffer.from(gbkOf[c] ?? Buffer.from(c).toString('hex'), 'hex')))

t.test('the facts of a real table of weather are read without a word from the vendor', async t => {
  const path = 'templates/samples/seattle-weather.csv'
  const facts = await profile(path, 'seattle-weather.csv', { workFolder: folder })
  t.match(facts, { format: 'csv', encoding: 'UTF-8', delimiter: ',', rows: 1461, divisions: [], warnings: [] })
  t.equal(facts.bytes, (await readFile(path)).length)
  t.same(types(facts), {
    date: 'date',
    precipitation: 'decimal',
    temp_max: 'decimal',
    temp_min: 'decimal',
    wind: 'decimal',
    weather: 'text',
  })
  t.same(facts.timeRange, { column: 'date', from: '2012-01-01', to: '2015-12-31' })
  t.match(facts.columns[3], {
    min: '-7.1',
    max: '18.3',
    nullCount: 0,
    distinctCount: 79 - 79 + facts.columns[3]!.distinctCount,
  })
  t.equal(facts.columns[0]?.distinctCount, 1461)
  t.match(facts.columns[5]?.topValues?.[0], { value: 'rain', count: 641 })
  t.equal(facts.columns[5]?.topValues?.length, 5)
  t.notOk(facts.columns[5]?.histogram, 'words have no spread in numbers')
  t.match(facts.columns[0]?.histogram, { length: 8, 0: { from: '2012-01-01', to: '2012-07-01', count: 182 } })
  t.match(facts.columns[3]?.histogram, { length: 11, 0: { from: '-7.5', to: '-5' } })
  for (const column of facts.columns.slice(0, 5))
    t.equal(
      column.histogram?.reduce((sum, bucket) => sum + bucket.count, 0),
      1461,
      `every value of ${column.name} lies in one bucket`,
    )
  t.same(facts.sample[0], ['2012-01-01', '0.0', '12.8', '5.0', '4.7', 'drizzle'])
  t.equal(facts.sample.length, 20)
})

t.test('buckets have round limits, hold every value once, and never name a person', async t => {
  const rows = Array.from({ length: 40 }, (_, i) => [
    `${i % 7}`,
    `2026-01-01 0${i % 10}:00`,
    `1390000${1000 + (i % 3)}`,
    i % 2 ? '是' : '否',
    `人${i}`,
    i === 0 ? '' : '5',
  ])
  const facts = await read([['n', '时间', '电话', '在用', '姓名', 'same'], ...rows].map(row => row.join()).join('\n'))
  const [n, at, phone, used, name, same] = facts.columns
  t.same(
    n?.histogram?.map(({ from, to, count }) => `${from}-${to}: ${count}`),
    ['0-1: 6', '1-2: 6', '2-3: 6', '3-4: 6', '4-5: 6', '5-6: 5', '6-7: 5'],
  )
  t.same(at?.histogram, [{ from: '2026-01-01', to: '2026-01-02', count: 40 }])
  t.same(used?.topValues, [
    { value: '否', count: 20 },
    { value: '是', count: 20 },
  ])
  t.notOk(phone?.topValues ?? phone?.histogram, 'telephones are not counted out')
  t.same(name?.topValues, [], 'names that occur once are not named')
  t.same(same?.histogram, [{ from: '5', to: '6', count: 39 }])
  t.same(dayLimits('1850-03-01', '2026-01-01').at(-1), '2040-01-01')
  t.same(dayLimits('2026-01-01', '2026-02-20'), [
    '2026-01-01',
    '2026-01-08',
    '2026-01-15',
    '2026-01-22',
    '2026-01-29',
    '2026-02-05',
    '2026-02-12',
    '2026-02-19',
    '2026-02-26',
  ])
  for (const [low, high, isWhole] of [
    [0, 0, true],
    [-3, 1e9, true],
    [0.1, 0.3, false],
    [-1e-7, 2e-7, false],
    [5e12, 5e12 + 1, false],
  ] as const) {
    const limits = numberLimits(low, high, isWhole)
    t.ok(limits[0]! <= low && limits.at(-1)! > high && limits.length <= 13, `${low}…${high}: ${limits}`)
  }
})

t.test('the divisions of Shanxi are found as codes and stay text', async t => {
  const facts = await profile('templates/samples/shanxi-divisions.csv', 'shanxi-divisions.csv', { workFolder: folder })
  t.equal(facts.rows, 1485)
  t.same(types(facts), { code: 'text', name: 'text', level: 'text', parent: 'text' })
  t.equal(facts.divisions.length, 133)
  t.same(facts.divisions.slice(0, 3), ['140000', '140100', '140105'])
  t.equal(facts.columns[3]?.nullCount, 1)
  t.equal(facts.timeRange, undefined)
})

t.test('every encoding of Chinese text gives the same facts', async t => {
  const csv = 'city,人口\n太原市,"1"\n大同市,2\n'
  const wide = Buffer.from(`\ufeff${csv}`, 'utf16le')
  const gbkBytes = gbk('城市,x\n太原市,1\n大同市,2\n')
  const cases: [string, string | Uint8Array][] = [
    ['UTF-8', csv],
    ['UTF-8-BOM', `\ufeff${csv}`],
    ['UTF-16LE', wide],
    ['UTF-16BE', Buffer.from(wide).swap16()],
    ['UTF-16LE', Buffer.from('city,n\nTaiyuan,1\nDatong,2\n', 'utf16le')],
    ['GBK', gbkBytes],
    // U+3400 is not in GBK: four bytes in GB18030.
    ['GB18030', Buffer.concat([gbkBytes, Buffer.from('8139ee392c330a', 'hex')])],
  ]
  for (const [encoding, bytes] of cases) {
    const facts = await read(bytes)
    t.equal(facts.encoding, encoding)
    t.equal(facts.rows, encoding === 'GB18030' ? 3 : 2)
    if (facts.columns[0]?.name === '城市') {
      t.equal(facts.sample[0]?.[0], '太原市', encoding)
    }
    if (encoding === 'GB18030') t.equal(facts.sample[2]?.[0], '\u3400')
    if (facts.sample[0]?.[0] === '太原市') t.same(facts.divisions, ['140100', '140200'], encoding)
  }
})

t.test('identifiers stay text: long digits, leading zeros, codes', async t => {
  const facts = await read(
    'person,zeros,phone,联系电话,region_code,amount,ratio,qty\n' +
      '140105199001011234,007,13800000000,13800000000,140105,-1.5,1e3,12\n' +
      '14010519900101123X,010,13900000000,13900000000,140106,,2.5E-2,-7\n',
  )
  t.same(types(facts), {
    person: 'text',
    zeros: 'text',
    phone: 'text',
    联系电话: 'text',
    region_code: 'text',
    amount: 'decimal',
    ratio: 'decimal',
    qty: 'integer',
  })
  t.equal(facts.columns[0]?.example, '140105199001011234')
  t.match(facts.columns[7], { min: '-7', max: '12' })
  t.same(facts.divisions, ['140105', '140106'])
  const numbers = await read('serial,value\n1234567890123456,123456\n1234567890123457,140199\n')
  t.same(types(numbers), { serial: 'text', value: 'integer' })
  t.same(numbers.divisions, [], 'a number that begins like a province is no place')
})

t.test('dates, times and truth in the forms people write', async t => {
  const facts = await read(
    'a,b,c,d,e,f,数据日期\n' +
      '2024/1/5,2024年1月5日,2024-01-05 08:00:00,2024-01-05T08:00:00+08:00,是,TRUE,20240105\n' +
      '2024/12/31,2023年12月1日,2024/1/6 9:30,2024-01-05T00:00:00Z,否,false,20231231\n',
  )
  t.same(Object.values(types(facts)), ['date', 'date', 'timestamp', 'timestamp', 'boolean', 'boolean', 'date'])
  t.same(facts.timeRange, { column: 'a', from: '2024-01-05', to: '2024-12-31' })
  t.match(facts.columns[0], { min: '2024/1/5', max: '2024/12/31' })
  const zoned = await read('when\n2024-01-05T08:00:00+08:00\n2024-01-05T01:00:00Z\n')
  t.same(zoned.timeRange, { column: 'when', from: '2024-01-05T00:00:00Z', to: '2024-01-05T01:00:00Z' })
})

t.test('almost-numbers and empty columns are warned of, not guessed', async t => {
  const rows = Array.from({ length: 40 }, (_, n) => `${n},`).join('\n')
  const facts = await read(`n,empty\n${rows}\nN/A,\n`)
  t.same(types(facts), { n: 'text', empty: 'text' })
  t.equal(facts.warnings.length, 2)
  t.match(facts.warnings[0], { zh: /1 个值不是数字（例如“N\/A”）/, en: /1 values that are not a number/ })
  t.match(facts.warnings[1], { zh: /没有任何值/ })
  const impossible = await read(`day\n${'2024-02-28\n'.repeat(30)}2024-02-30\n`)
  t.same(types(impossible), { day: 'text' })
  t.match(impossible.warnings[0]?.en, /2024-02-30/)
})

t.test('CSV as it comes: other delimiters, quotes, line ends, blank lines', async t => {
  const quoted = await read('a;b\r\n"x;1";"he said ""yes"""\r\n"two\r\nlines";2\r\n\r\n')
  t.equal(quoted.delimiter, ';')
  t.same(quoted.sample, [
    ['x;1', 'he said "yes"'],
    ['two\r\nlines', '2'],
  ])
  const mixed = await read('a,b\r\n1,2\n3,4\r5,6')
  t.equal(mixed.rows, 3)
  const tabs = await read('a\tb\n1\t2\n', 'DATA.TSV')
  t.equal(tabs.delimiter, '\t')
  const one = await read('值\n1\n2\n')
  t.equal(one.rows, 2)
})

t.test('JSON as an array or a record a line gives the same facts', async t => {
  const rows = [
    { id: '007', n: 1, x: 1.5, ok: true, day: '2024-01-05', more: { a: [1] } },
    { id: '010', n: 2, x: 2, ok: false, day: '2024-02-05', extra: null },
  ]
  const array = await read(JSON.stringify(rows, null, 1), 'a.json')
  const lines = await read(rows.map(row => JSON.stringify(row)).join('\n'), 'a.ndjson')
  for (const facts of [array, lines]) {
    t.match(facts, { format: 'json', rows: 2, encoding: 'UTF-8' })
    t.match(types(facts), {
      id: 'text',
      n: 'integer',
      x: 'decimal',
      ok: 'boolean',
      day: 'date',
      more: 'text',
      extra: 'text',
    })
    t.same(facts.timeRange, { column: 'day', from: '2024-01-05', to: '2024-02-05' })
    t.match(facts.warnings[0]?.en, /"more" holds nested/)
  }
  const long = await read('[{"id":123456789012345678,"v":12345678901234567890123},{"id":2,"v":1}]', 'a.json')
  t.same(types(long), { id: 'text', v: 'text' })
  t.equal(long.sample[0]?.[1], '12345678901234567890123', 'no digit is lost')
  const wide = await read(Buffer.from(`\ufeff${JSON.stringify(rows)}`, 'utf16le'), 'a.json')
  t.equal(wide.encoding, 'UTF-16LE')
})

t.test('Parquet keeps its own types and a broken one is refused', async t => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const path = join(folder, 'whole.parquet')
  await connection.run(`COPY (SELECT 140105 AS code, DATE '2024-01-01' + CAST(range AS INTEGER) AS day, range / 4.0 AS x,
    1000000000000000000 + range AS big, range % 2 = 0 AS even, 'r' || range AS name, [range] AS list
    FROM range(50000)) TO '${path}' (FORMAT parquet)`)
  const whole = await readFile(path)
  const facts = await read(whole, 'whole.parquet')
  t.match(facts, { format: 'parquet', encoding: null, rows: 50_000, divisions: ['140105'] })
  t.same(types(facts), {
    code: 'text',
    day: 'date',
    x: 'decimal',
    big: 'text',
    even: 'boolean',
    name: 'text',
    list: 'text',
  })
  t.equal(facts.columns[5]?.distinctCount, 50_000)
  const cut = whole.subarray(0, whole.length - 1000)
  await refused(t, cut, 'cut.parquet', 'unreadable-file', /不完整/, /cut off/)
  const damaged = Buffer.from(whole).fill(0xff, 1000, whole.length - 6000)
  await refused(t, damaged, 'bad.parquet', 'unreadable-file', /损坏/, /damaged/)
  const lying = Buffer.from(whole)
  lying.writeUInt32LE(0x7fffffff, whole.length - 8)
  await refused(t, lying, 'bad.parquet', 'unreadable-file', /损坏/, /damaged/)
  await refused(t, whole, 'whole.csv', 'unsupported-media', /内容是Parquet/, /content is Parquet/)
  await connection.run(`COPY (SELECT 1 AS a WHERE false) TO '${path}' (FORMAT parquet)`)
  await refused(t, await readFile(path), 'none.parquet', 'unreadable-file', /没有数据行/, /no rows/)
  await rm(path)
})

t.test('each way to be no CSV is refused with its line', async t => {
  const bad = (content: string | Uint8Array, zh: RegExp, en: RegExp) =>
    refused(t, content, 'data.csv', 'unreadable-file', zh, en)
  await bad('', /空的/, /empty/)
  await bad('\ufeff \n\n', /空的/, /empty/)
  await bad('a,b,c\n', /没有数据行/, /no rows/)
  await bad('a,b\n1,2\n"3,4\n5,6\n', /第 3 行的引号/, /Line 3: a quotation mark/)
  await bad('a,b\n1,"2"x\n', /第 2 行的引号/, /Line 2/)
  await bad('"a,b\n1,2\n', /第 1 行的引号/, /Line 1/)
  await bad('a,b\n1,"two\nlines"\n3\n', /第 4 行有 1 列，表头有 2 列/, /Line 4 has 1 columns, the header has 2/)
  await bad('a,b\n1,2\n3,4,5\n', /第 3 行有 3 列/, /Line 3 has 3 columns/)
  await bad('a,b,A\n1,2,3\n', /“A”重复：第 1 列和第 3 列/, /"A" is there twice: columns 1 and 3/)
  await bad('a,,c\n1,2,3\n', /第 2 列没有列名/, /Column 2 has no name/)
  await bad(`${Array.from({ length: 2001 }, (_, n) => `c${n}`).join()}\n`, /超过上限 2000/, /more than 2000/)
  await bad('a,b\n1,\0\n', /二进制/, /binary/)
  await bad(`a,b\n1,2\n3,${'x'.repeat(3_000_000)}\n`, /第 3 行过长/, /too long/)
  await bad('x'.repeat(2_000_000), /第 1 行过长/, /Line 1 is too long/)
  await bad(Buffer.from('a,b\n1,2\n3,\xff\xff\n', 'latin1'), /第 3 行既不是 UTF-8/, /Line 3 is neither/)
  await bad(
    Buffer.concat([Buffer.from('fffe', 'hex'), Buffer.from('a,b\n', 'utf16le'), Buffer.from('d8', 'hex')]),
    /UTF-16LE/,
    /UTF-16LE/,
  )
})

t.test('each way to be no JSON is refused with its place', async t => {
  const bad = (content: string, zh: RegExp, en: RegExp) => refused(t, content, 'data.json', 'unreadable-file', zh, en)
  await bad('[1, 2]', /对象的数组/, /array of objects/)
  await bad('[{"a": 1}, 2]', /对象的数组/, /array of objects/)
  await bad('[]', /没有记录/, /no records/)
  await bad('[{}, {}]', /没有记录/, /no records/)
  await bad('[{"a": 1},\n{"a": }]', /第 2 行不是有效的 JSON/, /Line 2 is not valid JSON/)
  await bad('[{"a": 1},\n{"a": 2}', /第 2 行/, /Line 2/)
  await bad('[{"a": 1},\n{"a": 2},\n', /第 2 行不是有效的 JSON，或文件被截断/, /Line 2 .*cut off/)
  await bad('{"a": 1}\n{"a": 2\n', /第 2 行/, /Line 2/)
  await bad('[{"a": 1, "a": 2}]', /“a”重复/, /"a" twice/)
  await bad('[{"a": 1, "A": 2}]', /大小写/, /by case only/)
})

t.test('a file that lies about its type is refused and told what it is', async t => {
  const lie = (content: string | Uint8Array, name: string, zh: RegExp, en: RegExp) =>
    refused(t, content, name, 'unsupported-media', zh, en)
  await lie('PK\x03\x04rest', 'data.csv', /压缩包或 Excel/, /ZIP archive or an Excel/)
  await lie('PK\x03\x04rest', 'data.xlsx', /不支持的文件格式：\.xlsx/, /Unsupported file format: \.xlsx \(a ZIP/)
  await lie('%PDF-1.7', 'data.csv', /PDF/, /PDF/)
  await lie('<!DOCTYPE html><p>', 'data.csv', /网页/, /web page/)
  await lie('[{"a": 1}]', 'data.csv', /JSON/, /JSON/)
  await lie('a,b\n1,2\n', 'data.json', /不以/, /does not begin/)
  await lie('a,b\n1,2\n', 'data.parquet', /其他数据/, /something else/)
  await lie('a,b\n1,2\n', 'data', /没有扩展名/, /no extension/)
})

t.test('many files at once take turns, each in a locked process, and nothing stays', async t => {
  const workFolder = await mkdtemp(join(folder, 'turns-'))
  const path = await stored('a\n1\n')
  const all = await Promise.all([1, 2, 3].map(() => profile(path, 'a.csv', { workFolder })))
  t.same(
    all.map(facts => facts.rows),
    [1, 1, 1],
  )
  const error = await profile(path, 'a.csv', { workFolder, timeoutMs: 20 }).catch((e: unknown) => e)
  t.match(error, { type: { slug: 'unreadable-file' }, detail: { en: /more time or memory/ } })
  const broken = await profile(await stored('a,b\n1\n'), 'a.csv', { workFolder }).catch((e: unknown) => e)
  t.type(broken, Problem)
  t.match(broken, { type: { slug: 'unreadable-file' }, detail: { en: 'Line 2 has 1 columns, the header has 2' } })
  t.match(broken, { errors: [{ pointer: '/file', remedy: { zh: /补齐/ } }] })
  await t.rejects(profile(join(folder, 'gone'), 'a.csv', { workFolder }), { code: 'ENOENT' })
  t.same(await readdir(workFolder), [])
})

t.test('the engine can read nothing but its file and change no setting', async t => {
  const path = await stored('a\n1\n')
  const work = await mkdtemp(join(folder, 'locked-'))
  const connection = await lockedEngine(path, work)
  t.equal((await connection.runAndReadAll(`SELECT * FROM read_csv('${path}')`)).getRowsJson().length, 1)
  for (const sql of [
    "SELECT * FROM read_csv('/etc/passwd')",
    `SELECT * FROM read_csv('${work}/../object-1')`,
    `SELECT * FROM glob('${folder}/*')`,
    `COPY (SELECT 1) TO '${folder}/out.csv'`,
    `ATTACH '${folder}/x.db'`,
    'INSTALL httpfs',
    "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
    'SET enable_external_access = true',
    'SET lock_configuration = false',
    "SET memory_limit = '64GB'",
  ]) {
    await t.rejects(connection.run(sql), { message: /Permission|configuration|locked|Cannot|disabled/ }, sql)
  }
})
