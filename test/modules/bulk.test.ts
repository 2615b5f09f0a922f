import { deflateRawSync } from 'node:zlib'
import Excel from 'exceljs'
import t from 'tap'
import { type Cast, openExchange, type Role } from '../support/exchange.ts'

const x = await openExchange(t, { workers: false })
const { maker: clerk, checker: reviewer } = x.operator
const civil = await x.organization(['institution'], { division: '140000', name: '山西省民政厅' })
const other = await x.organization(['institution'], { division: '140100', name: '太原市民政局' })
const water = await x.organization(['institution'], { division: '140100', name: '太原供水公司', service: 'water' })

type Cells = Record<string, string | number | boolean | Date | object | null>

const whole: Cells = {
  分类代码: '306010',
  名称: '区划代码',
  摘要: '各级行政区划的代码。',
  主题: '智慧城市；农业',
  格式: '数据库或表格',
  更新周期: '每月',
  数据分级: '一般数据',
  共享类型: '无条件共享',
  共享依据: '政务数据共享条例',
  开放类型: '无条件开放',
  开放依据: '地名管理条例',
  上云情况: '省级政务云',
  来源系统: '区划系统',
  职责依据: '行政区划管理条例',
}

const item = (key: string, name: string, more: Cells = {}): Cells => ({
  编号: key,
  信息项名称: name,
  类型: '字符型',
  ...more,
})

function fill(sheet: Excel.Worksheet, rows: readonly Cells[]): void {
  const heads = [...new Set(rows.flatMap(row => Object.keys(row)))]
  sheet.addRow(heads)
  for (const row of rows) sheet.addRow(heads.map(head => (row[head] ?? null) as Excel.CellValue))
}

async function book(entries: readonly Cells[], items: readonly Cells[] = []): Promise<Buffer> {
  const made = new Excel.Workbook()
  fill(made.addWorksheet('目录'), entries)
  if (items.length > 0) fill(made.addWorksheet('信息项'), items)
  return Buffer.from(await made.xlsx.writeBuffer())
}

const send = (as: Role, bytes: Buffer, fileName = 'entries.xlsx', language = 'en') =>
  x.call(`POST /resource-imports?fileName=${encodeURIComponent(fileName)}`, {
    as,
    language,
    raw: { type: 'application/octet-stream', bytes },
  })

async function sent(as: Role, bytes: Buffer) {
  const reply = await send(as, bytes)
  if (reply.status !== 201) throw new Error(`${reply.status} ${reply.text}`)
  return reply.body
}

const linesOf = async (as: Role, id: string, query = '') =>
  (await x.ok(`GET /resource-imports/${id}/lines?limit=100${query}`, { as })).items

async function opened(bytes: Buffer): Promise<Excel.Workbook> {
  const read = new Excel.Workbook()
  await read.xlsx.load(bytes as unknown as Excel.Buffer)
  return read
}

const exported = async (as: Role) => (await x.call('GET /resource-versions/export?format=xlsx&lang=zh', { as })).bytes

const rowsOf = (read: Excel.Workbook, name: string): string[][] => {
  const rows: string[][] = []
  read.getWorksheet(name)!.eachRow(row => {
    rows.push(
      ((row.values as unknown[]) ?? [])
        .slice(1)
        .map(value => (value === undefined || value === null ? '' : String(value))),
    )
  })
  return rows
}

async function publishAll(of: Cast) {
  const { items } = await x.ok('GET /resource-versions?state=submitted&limit=100', { as: of.maker })
  for (const { versionId } of items) {
    await x.ok(`POST /resource-versions/${versionId}/review`, { as: clerk })
    await x.ok(`POST /resource-versions/${versionId}/publish`, { as: reviewer })
  }
}

t.test('the template has sheets, headings in both languages, lists to choose from and the codes', async t => {
  const reply = await x.call('GET /resource-template?lang=zh', { as: civil.maker })
  t.match(reply.headers['content-disposition'], /\.xlsx/)
  const read = await opened(reply.bytes)
  t.same(
    read.worksheets.map(sheet => sheet.name),
    ['目录 Entries', '信息项 Items', '填写说明 Explanations', '代码表 Codes'],
  )
  const [zh, en] = rowsOf(read, '目录 Entries')
  t.same([zh![0], en![0], zh![3], en![3]], ['编号 *', 'Key *', '名称 *', 'Name in Chinese *'])
  const sharing = zh!.indexOf('共享类型') + 1
  const rule = read.getWorksheet('目录 Entries')!.getCell(3, sharing).dataValidation
  t.equal(rule.type, 'list')
  const [, list] = /!\$([A-Z]+)\$3/.exec(String(rule.formulae[0])) ?? []
  t.equal(read.getWorksheet('代码表 Codes')!.getCell(`${list}3`).value, '无条件共享')
  t.ok(rowsOf(read, '填写说明 Explanations').length > 30)
  t.equal((await x.call('GET /resource-template', { as: x.operator.maker })).status, 403)
  const empty = await send(civil.maker, reply.bytes)
  t.match([empty.status, empty.body.errors[0].message], [400, 'The sheet of entries is empty'])
})

t.test(
  'a file is shown row by row and written only once it is confirmed; what was refused says where and how',
  async t => {
    const bytes = await book(
      [
        { ...whole, 编号: '01' },
        { ...whole, 编号: '02', 名称: '=cmd|calc', 共享类型: '随便' },
        { ...whole, 编号: '03', 名称: '停车场', 摘要: { formula: '1+1', result: 2 } },
        { ...whole, 编号: '04', 名称: '医院名录', 分类代码: '906010' },
        { ...whole, 编号: '05', 名称: null },
        { ...whole, 编号: '06', 名称: '区划代码' },
        { ...whole, 编号: '07', 名称: '自愿的', 自愿提供: '是' },
        { ...whole, 编号: '08', 名称: '别家的', 目录代码: '306010/999999' },
        { ...whole, 编号: '01', 名称: '编号重复' },
        { ...whole, 编号: '10', 名称: '太长', 来源系统: '长'.repeat(201) },
        { ...whole, 编号: '11', 名称: '@公式样的名称', 不认识的列: 'x' },
      ],
      [
        item('01', '代码', { 数据中的列名: 'code', 长度: 12 }),
        item('11', '名称', { 长度: 0 }),
        item('10', '名称'),
        item('10', '名称'),
        item('无此编号', '孤儿'),
      ],
    )
    const made = await sent(civil.maker, bytes)
    t.match(made, { state: 'ready', newLines: 1, changedLines: 0, refusedLines: 11, writtenLines: null })
    t.match(made.notes[0].en, /不认识的列/)
    t.equal((await x.ok('GET /resource-versions', { as: civil.maker })).items.length, 0, 'nothing is written')
    const lines = await linesOf(civil.maker, made.id, '&lang=en')
    const found = (row: number, sheet = 'entries') =>
      lines
        .find((line: any) => line.row === row && line.sheet === sheet)
        .errors.map((e: any) => `${e.heading}: ${e.message}`)
    t.same(found(3), ['Sharing: “随便” is not in the list'])
    t.same(found(4), ['Abstract: holds a formula, which is not executed'])
    t.same(found(5), ['Class code: is not a class code'])
    t.match(found(6)[0], /Name in Chinese is missing/)
    t.same(found(7), ['Name in Chinese: stands in row 2 already'])
    t.same(found(8), ['Voluntary: is only for public service enterprises whose kind is confirmed'])
    t.match(found(9)[0], /none of your entries/)
    t.same(found(10), ['Key: stands in row 2 already'])
    t.match(found(11).join(), /201 characters.*is the name of item 1 already/)
    t.match(found(12)[0], /not a whole number/)
    t.match(found(6, 'items')[0], /No entry has the key/)
    const zero = lines.find((line: any) => line.row === 12).errors[0]
    t.match(zero, { sheet: 'items', row: 3, column: 'E' })
    const zh = await linesOf(civil.maker, made.id, '&outcome=refused&lang=zh')
    t.match(zh[0].errors[0], { heading: '共享类型', message: '“随便”不在列表中', remedy: /无条件共享/ })

    const key = 'confirm-once'
    const [one, two] = await Promise.all([
      x.call(`POST /resource-imports/${made.id}/confirm`, { as: civil.maker, key }),
      x.call(`POST /resource-imports/${made.id}/confirm`, { as: civil.maker, key }),
    ])
    t.same([one.status, two.status], [200, 200], 'the same key has one effect')
    t.equal(one.body.writtenLines, 1)
    t.equal((await x.call(`POST /resource-imports/${made.id}/confirm`, { as: civil.maker })).status, 409)
    const { items } = await x.ok('GET /resource-versions', { as: civil.maker })
    t.equal(items.length, 1)
    t.match(items[0], { nameZh: '区划代码', state: 'draft', code: /^306010\/0/ })
    const version = await x.ok(`GET /resource-versions/${items[0].versionId}`, { as: civil.maker })
    t.match(version, {
      themes: ['smart-city', 'agriculture'],
      items: [{ codeName: 'code', length: 12, sensitivity: 'none' }],
    })

    const result = await opened(
      (await x.call(`GET /resource-imports/${made.id}/result?lang=zh`, { as: civil.maker })).bytes,
    )
    const [heads, , ...rows] = rowsOf(result, '目录 Entries')
    t.same(heads!.slice(0, 2), ['结果', '说明'])
    t.equal(rows.length, 11)
    t.match(rows[0], ['已成为草稿'])
    t.match(rows[1], ['未通过', /目录!.*共享类型：“随便”不在列表中/])
    t.match(rows[8]![2], '01', 'leading zeros stay')
    const again = await sent(
      civil.maker,
      (await x.call(`GET /resource-imports/${made.id}/result?lang=en`, { as: civil.maker })).bytes,
    )
    t.match(again, { unchangedLines: 1, newLines: 1 }, 'the draft carries its code; the formula fell away')
  },
)

t.test('what is exported comes back unchanged, and one changed cell becomes the next version', async t => {
  const odd = { 名称: "=1+1 与 '引号'", 摘要: '@第一行\n第二行', 来源系统: '-00123', 安全要求: '+86' }
  const rows = [1, 2, 3].map(n => ({ ...whole, 编号: `0${n}`, 名称: `来回 ${n}` }))
  const made = await sent(
    other.maker,
    await book(
      [...rows, { ...whole, ...odd, 编号: '04' }],
      ['01', '02', '03', '04'].map(key => item(key, '名称', { 标准: '00012', 敏感程度: '一般' })),
    ),
  )
  t.match(made, { newLines: 4, refusedLines: 0 })
  await x.ok(`POST /resource-imports/${made.id}/confirm`, { as: other.maker })
  const file = await exported(other.maker)
  const same = await sent(other.maker, file)
  t.match(same, { newLines: 0, changedLines: 0, unchangedLines: 4, refusedLines: 0 })
  t.equal((await x.call(`POST /resource-imports/${same.id}/confirm`, { as: other.maker })).body.writtenLines, 0)

  const drafts = (await x.ok('GET /resource-versions?state=draft', { as: other.maker })).items.map(
    (i: any) => i.versionId,
  )
  const bare = (await x.ok('POST /resources', { as: other.maker, body: { classCode: '306010', nameZh: '不完整' } }))
    .versionId
  const foreign = (await x.ok('GET /resource-versions', { as: civil.maker })).items[0].versionId
  const handed = await x.ok('POST /resource-versions/submit', {
    as: other.maker,
    body: { versionIds: [...drafts, bare, foreign] },
  })
  t.match(handed, { submitted: 4, refused: 2 })
  const why = (id: string) => handed.results.find((each: any) => each.versionId === id)
  t.ok(why(bare).errors.some((error: any) => error.pointer === '/abstract'))
  t.match(why(foreign), { nameZh: null, code: null, isSubmitted: false }, 'another’s draft does not exist')
  const inReview = await opened(await exported(other.maker))
  const sheet = inReview.getWorksheet('目录 Entries')!
  sheet.getCell('F3').value = '换了摘要'
  const refused = await sent(other.maker, Buffer.from(await inReview.xlsx.writeBuffer()))
  t.match((await linesOf(other.maker, refused.id, '&outcome=refused&lang=en'))[0].errors[0].message, /under review/)
  await publishAll(other)

  const changed = await opened(await exported(other.maker))
  changed.getWorksheet('目录 Entries')!.getCell('F3').value = '换了摘要'
  changed.getWorksheet('信息项 Items')!.getCell('B4').value = '换了名字'
  const next = await sent(other.maker, Buffer.from(await changed.xlsx.writeBuffer()))
  t.match(next, { newLines: 0, changedLines: 2, unchangedLines: 3 })
  const [first, second] = await linesOf(other.maker, next.id, '&outcome=changed')
  t.match(first.changes, [/摘要：各级行政区划的代码。 → 换了摘要/])
  t.match(second.changes, [/新增 换了名字；删除 名称|added/])

  t.comment('an entry that was changed after the preview is left alone')
  const late = first.code
  const entry = (await x.ok('GET /resource-versions?limit=100', { as: other.maker })).items.find(
    (i: any) => i.code === late,
  )
  await x.ok(`POST /resources/${entry.id}/revise`, { as: other.maker })
  const confirmed = await x.ok(`POST /resource-imports/${next.id}/confirm`, { as: other.maker })
  t.equal(confirmed.writtenLines, 1)
  t.match(await linesOf(other.maker, next.id, '&outcome=stale&lang=en'), [
    { code: late, errors: [{ message: /changed since/ }] },
  ])
  const [written] = await linesOf(other.maker, next.id, '&outcome=written')
  t.match(await x.ok(`GET /resource-versions/${written.versionId}`, { as: other.maker }), {
    versionNo: 2,
    state: 'draft',
    items: [{ nameZh: '换了名字' }],
  })
})

t.test('the public export follows the filter, keeps formulas harmless and says what drafts do not', async t => {
  const all = (await x.call('GET /resources/export?format=csv&lang=zh')).text
  t.match(all, /^\uFEFF编号,目录代码/)
  t.match(all, /'=1\+1 与/, 'an apostrophe before what would be a formula')
  t.match(all, /'@第一行/)
  t.notMatch(all, /换了摘要|不完整/, 'drafts are not public')
  t.match(all, /306010\/000\d{3}/)
  const none = (await x.call(`GET /resources/export?format=csv&q=${encodeURIComponent('气象')}`)).text
  t.equal(none.trim().split('\r\n').length, 1)
  const items = (await x.call('GET /resources/export?format=csv&sheet=items&lang=en')).text
  t.match(items, /^\uFEFFKey,Item/)
  t.match(items, /,00012,/)
  const read = await opened(
    (await x.call(`GET /resources/export?format=xlsx&institution=${other.id}&kind=publicInstitution`)).bytes,
  )
  const [heads, , ...rows] = rowsOf(read, '目录 Entries')
  t.equal(rows.length, 4)
  t.ok(heads!.includes('下次更新'))
  t.ok(
    rows.some(row => row[3] === "=1+1 与 '引号'"),
    'text in a workbook is text',
  )
  t.equal((await x.call('GET /resources/export?format=xlsx&kind=publicServiceEnterprise')).status, 200)
  t.equal((await x.call('GET /resources/export?format=pdf')).status, 400)
})

/** An archive of one file that unpacks to far more than it weighs. */
function bomb(name: string, bytes: number, declared = bytes): Buffer {
  const body = deflateRawSync(Buffer.alloc(bytes))
  const head = Buffer.alloc(30)
  head.writeUInt32LE(0x04034b50, 0)
  head.writeUInt16LE(8, 8)
  head.writeUInt32LE(body.length, 18)
  head.writeUInt32LE(declared, 22)
  head.writeUInt16LE(name.length, 26)
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE(8, 10)
  entry.writeUInt32LE(body.length, 20)
  entry.writeUInt32LE(declared, 24)
  entry.writeUInt16LE(name.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(46 + name.length, 12)
  end.writeUInt32LE(30 + name.length + body.length, 16)
  return Buffer.concat([head, Buffer.from(name), body, entry, Buffer.from(name), end])
}

t.test('files that are no workbook, lie, burst or have another’s shape are refused with the reason', async t => {
  const size = 200 * 1024 * 1024
  const good = await book([{ ...whole, 编号: '1' }])
  const headless = new Excel.Workbook()
  headless.addWorksheet('Sheet1').addRow(['a'])
  const bare = new Excel.Workbook()
  bare.addWorksheet('目录').addRows([['编号'], ['1']])
  const cases: readonly (readonly [string, Buffer, string, number, RegExp])[] = [
    ['a CSV by another name', Buffer.from('名称,代码\n'), 'a.xlsx', 415, /not an Excel workbook/],
    ['an old or encrypted workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'a.xlsx', 415, /\.xls/],
    ['another extension', good, 'a.xlsm', 415, /must end with \.xlsx/],
    ['a bomb', bomb('xl/workbook.xml', size), 'a.xlsx', 413, /unpacks to more/],
    ['a bomb that lies', bomb('xl/workbook.xml', size, 100), 'a.xlsx', 413, /unpacks to more/],
    ['an archive without a workbook', bomb('word/document.xml', 10), 'a.xlsx', 415, /no sound Excel/],
    ['half a workbook', good.subarray(0, good.length / 2), 'a.xlsx', 415, /no sound Excel/],
    ['no sheet of entries', Buffer.from(await headless.xlsx.writeBuffer()), 'a.xlsx', 400, /no sheet named/],
    ['a column short', Buffer.from(await bare.xlsx.writeBuffer()), 'a.xlsx', 400, /Columns are missing: Name/],
    ['more bytes than allowed', Buffer.alloc(10 * 1024 * 1024 + 1), 'a.xlsx', 413, /larger than 10 MiB/],
  ]
  for (const [name, bytes, fileName, status, message] of cases) {
    const reply = await send(civil.maker, bytes, fileName)
    t.equal(reply.status, status, `${name}: ${reply.text.slice(0, 200)}`)
    t.match(reply.body.errors?.[0] ?? reply.body, { pointer: '/file', message, remedy: /\w/ }, name)
  }
  const many = await book(Array.from({ length: 2001 }, (_, i) => ({ 编号: i, 名称: `第${i}个` })))
  t.match((await send(civil.maker, many)).body.errors[0].message, /more than 2000 rows/)
})

t.test('an import belongs to its institution, and only one of two confirmations wins', async t => {
  const made = await sent(civil.maker, await book([{ ...whole, 编号: '1', 名称: '只建一次' }]))
  const twin = await sent(civil.maker, await book([{ ...whole, 编号: '1', 名称: '只建一次' }]))
  for (const address of [
    `GET /resource-imports/${made.id}`,
    `GET /resource-imports/${made.id}/lines`,
    `GET /resource-imports/${made.id}/result`,
    `POST /resource-imports/${made.id}/confirm`,
    `POST /resource-imports/${made.id}/discard`,
  ])
    t.equal((await x.call(address, { as: other.maker })).status, 404, address)
  t.equal((await x.call(`POST /resource-imports/${made.id}/confirm`, { as: civil.checker })).status, 403)
  const both = await Promise.all(
    [made, twin].map(each => x.call(`POST /resource-imports/${each.id}/confirm`, { as: civil.maker })),
  )
  t.same(
    both.map(reply => reply.status),
    [200, 200],
  )
  t.same(both.map(reply => reply.body.writtenLines).sort(), [0, 1], 'a name becomes one entry')
  const third = await sent(civil.maker, await book([{ ...whole, 编号: '1', 名称: '放弃的' }]))
  const race = await Promise.all([
    x.call(`POST /resource-imports/${third.id}/confirm`, { as: civil.maker }),
    x.call(`POST /resource-imports/${third.id}/discard`, { as: civil.maker }),
  ])
  t.same(race.map(reply => reply.status).sort(), [200, 409])
})

t.test('the kind of an institution is asked for, kept by the database and checked at verification', async t => {
  const founder = await x.person('founder')
  const facts = {
    nameZh: '太原燃气公司',
    division: '140100',
    address: '山西省太原市',
    contactName: '王',
    contactPhone: '0351-1234567',
    roles: ['institution'],
  }
  const { newUscc } = await import('../support/exchange.ts')
  const register = (more: object) =>
    x.call('POST /organizations', { as: founder, body: { ...facts, uscc: newUscc(), ...more } })
  const unsaid = await register({})
  t.match([unsaid.status, unsaid.body.errors[0].pointer], [400, '/institutionKind'])
  const other = await register({ institutionKind: 'publicServiceEnterprise', serviceKind: 'banking' })
  t.match(other.body.errors[0], { pointer: '/serviceKind', remedy: /Water, Power, Gas, Telecom/i })
  t.match(
    (await register({ institutionKind: 'publicInstitution', serviceKind: 'gas' })).body.errors[0].pointer,
    '/serviceKind',
  )
  t.match(
    (await register({ roles: ['buyer'], institutionKind: 'publicInstitution' })).body.errors[0].pointer,
    '/institutionKind',
  )
  const made = await register({ institutionKind: 'publicServiceEnterprise', serviceKind: 'gas' })
  t.match(made.body, { institutionKind: 'publicServiceEnterprise', serviceKind: 'gas', isKindConfirmed: false })
  const { id } = made.body
  await x.sql`update identity.organization set institution_kind = null, service_kind = null where id = ${id}`
  await x.ok(`POST /organizations/${id}/accept`, { as: clerk })
  t.match((await x.call(`POST /organizations/${id}/verify`, { as: reviewer })).body.detail, /kind of institution/)
  await t.rejects(
    x.sql`update identity.organization set state = 'verified', accepted_by = ${clerk.personId},
    verified_by = ${reviewer.personId} where id = ${id}`,
    /verified with its kind/,
  )
  await t.rejects(x.sql`update identity.organization set institution_kind = 'bank' where id = ${id}`, /kind_known/)
  await t.rejects(
    x.sql`update identity.organization set institution_kind = 'publicServiceEnterprise' where id = ${id}`,
    /service_kind/,
  )

  t.comment('one verified before the kind was asked for says it later; the operator confirms or declines it')
  const old = await x.organization(['institution'], { name: '太原老供气公司' })
  await x.sql`update identity.organization set institution_kind = null, kind_confirmed_at = null where id = ${old.id}`
  const say = (as: Role, body: object) => x.call(`POST /organizations/${old.id}/institution-kind`, { as, body })
  const gas = { institutionKind: 'publicServiceEnterprise', serviceKind: 'gas' }
  t.equal((await say(civil.administrator, gas)).status, 404)
  t.match((await say(old.administrator, gas)).body, { serviceKind: 'gas', isKindConfirmed: false })
  await x.ok(`POST /organizations/${old.id}/decline-kind`, { as: reviewer, body: { reason: '请核对经营范围' } })
  await say(old.administrator, gas)
  const draft = await x.ok('POST /resources', { as: old.maker, body: { classCode: '306010', nameZh: '供气' } })
  const early = await x.call(`PATCH /resource-versions/${draft.versionId}`, {
    as: old.maker,
    body: { isVoluntary: true },
  })
  t.match([early.status, early.body.errors[0].pointer], [400, '/isVoluntary'])
  t.match(await x.ok(`POST /organizations/${old.id}/confirm-kind`, { as: reviewer }), { isKindConfirmed: true })
  t.equal((await say(old.administrator, gas)).status, 422, 'confirmed it stays')
  await x.ok(`PATCH /resource-versions/${draft.versionId}`, { as: old.maker, body: { isVoluntary: true } })
})

t.test('an enterprise publishes voluntarily without a duty, promises its updates and withdraws at will', async t => {
  const { 职责依据: _, ...rest } = whole
  const made = await sent(
    water.maker,
    await book([{ ...rest, 编号: '1', 名称: '水质月报', 自愿提供: '是' }], [item('1', '浑浊度')]),
  )
  t.match(made, { newLines: 1, refusedLines: 0 })
  await x.ok(`POST /resource-imports/${made.id}/confirm`, { as: water.maker })
  const [{ id, versionId }] = (await x.ok('GET /resource-versions', { as: water.maker })).items
  await x.ok(`PATCH /resource-versions/${versionId}`, { as: water.maker, body: { dutyBasis: '条例' } })
  const both = await x.call(`POST /resource-versions/${versionId}/submit`, { as: water.maker })
  t.match(both.body.errors, [{ pointer: '/dutyBasis' }])
  await x.ok(`PATCH /resource-versions/${versionId}`, { as: water.maker, body: { dutyBasis: null } })
  await x.ok(`POST /resource-versions/${versionId}/submit`, { as: water.maker })
  await publishAll(water)
  await x.sql`update resources.entry set due_on = '2020-01-01' where id = ${id}`
  const found = await x.ok(`GET /resources?institution=${water.id}`)
  t.match(found, { late: 0, items: [{ isVoluntary: true, isLate: true, institution: { serviceKind: 'water' } }] })
  t.match(found.facets.kind, [{ value: 'publicServiceEnterprise', count: 1 }])
  t.equal(
    (await x.ok('GET /resources?late=true&kind=publicServiceEnterprise')).items.length,
    0,
    'a promise, not a duty',
  )
  await t.rejects(
    x.sql`insert into resources.entry_version (id, entry_id, version_no, state, name_zh, is_voluntary, changed_by, changed_at)
      select gen_random_uuid(), e.id, 99, 'discarded', 'x', true, e.created_by, now() from resources.entry e
      where e.organization_id = ${civil.id} limit 1`,
    /only public service enterprises/,
  )
  const mandated = (await x.ok(`GET /resources?institution=${other.id}`)).items[0].id
  t.equal(
    (await x.call(`POST /resources/${mandated}/withdraw`, { as: other.maker, body: { reason: '不想要了' } })).status,
    403,
  )
  const mute = await x.call(`POST /resources/${mandated}/withdraw`, { as: other.checker, body: {} })
  t.match([mute.status, mute.body.errors[0].pointer], [400, '/reason'])
  t.match(await x.ok(`POST /resources/${id}/withdraw`, { as: water.maker, body: {} }), {
    state: 'withdrawn',
    reason: /自愿/,
  })
})

t.test('a thousand entries with twenty items each are previewed, made and exported', async t => {
  const big = await x.organization(['institution'], { name: '山西省大数据局' })
  const entries = Array.from({ length: 1000 }, (_, i) => ({ ...whole, 编号: `K${i}`, 名称: `第 ${i} 个目录` }))
  const items = entries.flatMap(({ 编号 }) =>
    Array.from({ length: 20 }, (_, i) => item(编号, `信息项 ${i}`, { 标准: '00012' })),
  )
  const bytes = await book(entries, items)
  const began = Date.now()
  const lap = (what: string) => t.comment(`${what}: ${((Date.now() - began) / 1000).toFixed(1)} s since the upload`)
  const made = await sent(big.maker, bytes)
  lap('preview')
  t.match(made, { newLines: 1000, refusedLines: 0 })
  t.equal((await x.ok(`POST /resource-imports/${made.id}/confirm`, { as: big.maker })).writtenLines, 1000)
  lap('drafts')
  const file = await exported(big.maker)
  lap('export')
  t.match(await sent(big.maker, file), { unchangedLines: 1000, refusedLines: 0 })
  lap('the export previewed again')
  const ids = (
    await x.sql`select v.id from resources.entry_version v join resources.entry e on e.id = v.entry_id
    where e.organization_id = ${big.id}`
  ).map(row => row.id)
  t.match(await x.ok('POST /resource-versions/submit', { as: big.maker, body: { versionIds: ids } }), {
    submitted: 1000,
  })
  lap('submitted')
})
