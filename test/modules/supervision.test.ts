import { parse } from 'csv-parse/sync'
import Excel from 'exceljs'
import t from 'tap'
import { newId } from '../../src/kernel/ids.ts'
import { openFiling } from '../../src/modules/registration/filing.ts'
import { openExchange } from '../support/exchange.ts'
import { insertContract, run } from '../support/orders.ts'
import { signedContract } from '../support/trade.ts'

// the worker sleeps: what is filed here is filed by the tests, and stays as they leave it
const x = await openExchange(t, { workers: false })
const vendor = await x.organization(['vendor'], { name: '山西晋阳环境数据有限公司', division: '140100' })
const buyer = await x.organization(['buyer'], { name: '大同绿源农业科技有限公司', division: '140200' })
const rich = await x.organization(['buyer'], { name: '=HYPERLINK("http://evil.example")', division: '140100' })
const taiyuan = await x.organization(['authority'], { name: '太原市数据局', division: '140100' })
const datong = await x.organization(['authority'], { name: '大同市数据局', division: '140200' })
const yangquan = await x.organization(['authority'], { name: '阳泉市数据局', division: '140300' })
const province = await x.organization(['authority'], { name: '山西省数据局', division: '140000' })

interface Wish {
  readonly from?: typeof vendor
  readonly to?: typeof buyer
  readonly amountFen?: bigint
  /** members of the terms that differ */
  readonly terms?: Record<string, unknown>
  readonly deviations?: unknown[]
}

/** A filing of a contract that is as if sealed, with its registration in time. */
async function filed({ from = vendor, to = buyer, amountFen = 120_000n, terms = {}, deviations = [] }: Wish = {}) {
  const contractId = await run(x, cx => insertContract(cx, { vendor: from, buyer: to, amountFen }))
  await x.sql`update contracts.contract set pdf_sha256 = ${'a'.repeat(64)}, body = '合同正文', text_hash = ${'b'.repeat(64)},
    terms = terms || ${x.sql.json(terms as never)}, deviations = ${x.sql.json(deviations as never)} where id = ${contractId}`
  return run(x, cx => openFiling(cx, contractId))
}
const queue = (as: typeof taiyuan.maker, query = '') => x.ok(`GET /filing-queue?limit=100${query}`, { as })
const idsOf = (page: any): string[] => page.items.map((item: any) => item.id)

t.test('the queue is the own jurisdiction’s, filtered, sorted, paged and counted; nobody else has one', async t => {
  const small = await filed({ amountFen: 1_000n, terms: { grade: 'important' } })
  const large = await filed({ amountFen: 9_000_000n, to: rich })
  const mine = await queue(taiyuan.maker)
  t.same(new Set(idsOf(mine)), new Set([small.id, large.id]))
  t.same(mine.counts, [{ state: 'filed', count: 2, late: 0 }])
  t.match(mine.items[0].clock, { workingDaysLeft: 20, isLate: false, isProvisional: Boolean })
  t.same(idsOf(await queue(province.maker)).length, 2, 'the province sees its cities’')
  t.same(idsOf(await queue(datong.maker)), [], 'a buyer’s authority has nothing to check')
  t.same(idsOf(await queue(datong.maker, '&scope=along')), [small.id], 'and reads along what its buyers trade')
  t.same(idsOf(await queue(yangquan.maker)), [])
  t.same(idsOf(await queue(yangquan.maker, '&scope=along')), [])
  for (const as of [vendor.maker, x.operator.checker]) t.equal((await x.call('GET /filing-queue', { as })).status, 403)

  const asked = async (query: string) => idsOf(await queue(taiyuan.maker, query))
  t.same(await asked('&amountFrom=2000'), [large.id])
  t.same(await asked('&amountTo=1000'), [small.id])
  t.same(await asked('&grade=important'), [small.id])
  t.same(await asked(`&text=${encodeURIComponent('绿源')}`), [small.id], 'two characters of a name')
  t.same(
    await asked(`&text=${encodeURIComponent(large.number!.toLowerCase())}`),
    [large.id],
    'a number in small letters',
  )
  t.same(await asked('&text=%25'), [], 'a wildcard is a character')
  t.same(await asked('&isOverdue=true'), [])
  t.same(await asked('&receivedTo=2020-01-01'), [])
  t.same(await asked('&receivedFrom=2020-01-01&sort=oldest'), [small.id, large.id])
  t.same(await asked('&state=filed&containsPersonalInfo=false&isPublicData=false&sort=amount'), [large.id, small.id])
  for (const sort of ['due', 'newest', 'oldest', 'amount']) {
    const first = await x.ok(`GET /filing-queue?limit=1&sort=${sort}`, { as: taiyuan.maker })
    const second = await x.ok(`GET /filing-queue?limit=1&sort=${sort}&after=${first.next}`, { as: taiyuan.maker })
    t.same(new Set([...idsOf(first), ...idsOf(second)]), new Set([small.id, large.id]), `${sort}: page by page`)
    t.equal(second.next, null)
  }
  const wrong = await x.call('GET /filing-queue?state=lost&amountFrom=x', { as: taiyuan.maker })
  t.match(wrong.body.errors, [{ pointer: '/state' }, { pointer: '/amountFrom' }])
})

t.test(
  'each rule that meets a filing is named with the facts it met, and only from what the authority may know',
  async t => {
    const seller = await x.organization(['vendor'], { name: '山西汾河数据有限公司', division: '140100' })
    const findings = async (id: string, as = taiyuan.maker) => (await x.ok(`GET /filings/${id}/findings`, { as })).items
    const codes = async (id: string) => (await findings(id)).map((f: any) => f.code).sort()

    const usual = await filed({ from: seller })
    t.same(await codes(usual.id), ['certificate-missing', 'purpose-outside'], 'no registration; no purpose is allowed')
    t.match((await findings(usual.id))[0], {
      title: { zh: String, en: String },
      rule: { zh: String },
      detail: { zh: /允许|没有登记/ },
    })
    await x.sql`update catalog.product_version v set purposes_allowed = '{研究}' from catalog.data_product p
    where p.id = v.product_id and p.number = ${usual.productNumber}`
    t.same(await codes(usual.id), ['certificate-missing'], 'allowed now')
    await x.sql`insert into registration.registration (id, contract_id, division, buyer_division, vendor_id, buyer_id, state,
      facts, facts_hash, due_at, rule_pack, created_at, changed_at)
    select gen_random_uuid(), contract_id, division, buyer_division, vendor_id, buyer_id, 'accepted', facts, facts_hash,
      now() + interval '5 days', rule_pack, created_at, changed_at from registration.filing where id = ${usual.id}`
    t.same(await codes(usual.id), [], 'its registration is on its way and in time')
    t.notOk(idsOf(await queue(taiyuan.maker, '&hasFindings=true')).includes(usual.id))
    t.ok(idsOf(await queue(taiyuan.maker, '&hasFindings=false')).includes(usual.id))

    const same = await filed({
      from: seller,
      deviations: [{ pointer: '/price/amountFen', model: '"1"', agreed: '"2"' }],
    })
    t.same(
      (await codes(same.id)).filter((c: string) => c.startsWith('parties') || c.startsWith('terms')),
      ['parties-repeat', 'terms-deviate'],
    )
    const repeat = (await findings(same.id)).find((f: any) => f.code === 'parties-repeat')
    t.same(repeat.related, [{ kind: 'filing', id: usual.id, number: usual.number }])
    await x.ok(`POST /filings/${usual.id}/order-correction`, { as: taiyuan.checker, body: { reason: '场景过于笼统' } })
    const after = await filed({
      from: seller,
      to: rich,
      terms: { containsPersonalInfo: true, personalInfoBasis: '单独同意' },
    })
    t.ok((await codes(after.id)).includes('party-corrected'))
    t.ok((await codes(after.id)).includes('personal-info'))
    const listed = (await queue(taiyuan.maker)).items.find((item: any) => item.id === after.id)
    t.same(
      listed.findings.map((f: any) => f.code).sort(),
      await codes(after.id),
      'the list flags what the page explains',
    )
    await x.sql`update contracts.contract set state = 'void' where id = ${same.contractId}`
    const voids = (await findings(after.id)).find((f: any) => f.code === 'party-void-contract')
    t.match(voids.related, [{ kind: 'contract', id: same.contractId }])
    t.equal((await x.call(`GET /filings/${after.id}/findings`, { as: yangquan.maker })).status, 404)

    const parties = (await x.ok(`GET /filings/${after.id}/parties`, { as: taiyuan.maker })).items
    t.match(parties[0], { side: 'vendor', trades: 3, corrections: 1, referrals: 0, troubled: [{ state: 'void' }] })
    const seenByDatong = (await x.ok(`GET /filings/${same.id}/parties`, { as: datong.maker })).items
    t.equal(seenByDatong[0].trades, 2, 'the other city knows of the trades with its own buyer only')
  },
)

t.test('an amount stands out against at least five other paid trades of the product', async t => {
  const own = await x.organization(['vendor'], { name: '山西吕梁数据有限公司', division: '141100' })
  const liliang = await x.organization(['authority'], { name: '吕梁市数据局', division: '141100' })
  const codes = async (id: string) =>
    (await x.ok(`GET /filings/${id}/findings`, { as: liliang.maker })).items.map((f: any) => f.code)
  const rows = []
  for (const amountFen of [100n, 110n, 90n, 100n, 100n, 301n]) rows.push(await filed({ from: own, amountFen }))
  const [first, ...others] = rows
  for (const { id } of others)
    await x.sql`update registration.filing set facts = jsonb_set(facts, '{productNumber}', ${x.sql.json(first!.productNumber)}) where id = ${id}`
  const outlier = others.at(-1)!
  t.ok((await codes(outlier.id)).includes('amount-above-peers'))
  const { items } = await x.ok(`GET /filings/${outlier.id}/findings`, { as: liliang.maker })
  t.match(
    items.find((f: any) => f.code === 'amount-above-peers').detail.zh,
    /5 笔有偿交易，中位数 ¥1\.00，本笔为其 3\.01 倍/,
  )
  t.notOk((await codes(first!.id)).includes('amount-above-peers'))
  await x.sql`update registration.filing set facts = jsonb_set(facts, '{amountFen}', '"300"') where id = ${outlier.id}`
  t.notOk((await codes(outlier.id)).includes('amount-above-peers'), 'three times is not over three times')
  t.same(idsOf(await queue(liliang.maker, '&finding=amount-above-peers')), [])
})

t.test('many are passed in one write: each by itself, those that cannot be are named with the reason', async t => {
  const [one, two, done] = [await filed(), await filed(), await filed()]
  const abroad = await filed({ from: await x.organization(['vendor'], { division: '140200' }), to: rich })
  await x.ok(`POST /filings/${done.id}/pass`, { as: taiyuan.maker, body: {} })
  const unknown = newId()
  const ids = [one.id, two.id, done.id, abroad.id, unknown]
  const body = { ids, note: '抽查一致' }
  const result = await x.ok('POST /filings/pass', { as: taiyuan.checker, body, key: 'bulk-1' })
  t.match(result, { passed: 2, refused: 3 })
  const reasons = new Map(result.results.map((r: any) => [r.filingId, r.reason]))
  t.same([reasons.get(one.id), reasons.get(two.id)], [null, null])
  t.match(reasons.get(done.id), { zh: /已备案，已核查/, en: /Filed and checked/ })
  t.match(reasons.get(abroad.id), { zh: /供方所在地主管部门/ })
  t.match(reasons.get(unknown), { zh: /没有找到/ })
  t.same(
    await x.ok('POST /filings/pass', { as: taiyuan.checker, body, key: 'bulk-1' }),
    result,
    'sent twice, done once',
  )
  for (const id of [one.id, two.id])
    t.match(await x.ok(`GET /filings/${id}`, { as: vendor.maker }), { state: 'filed_checked', reason: '抽查一致' })
  t.same(await x.ok(`GET /bulk-checks/${result.id}`, { as: taiyuan.maker }), result)
  t.equal((await x.call(`GET /bulk-checks/${result.id}`, { as: datong.maker })).status, 404)
  t.match((await x.call('POST /filings/pass', { as: taiyuan.maker, body: { ids: [] } })).body.errors, [
    { pointer: '/ids' },
  ])
  t.equal((await x.call('POST /filings/pass', { as: vendor.maker, body })).status, 403)
  const race = await filed()
  const tries = await Promise.all(
    [1, 2].map(() => x.ok('POST /filings/pass', { as: taiyuan.maker, body: { ids: [race.id] } })),
  )
  t.same(tries.map(r => r.passed).sort(), [0, 1], 'two at once: one passes')
})

t.test('notes are for the competent authorities only, and cannot be changed', async t => {
  const { id } = await filed()
  const body = { body: '已电话核实使用场景，待补材料' }
  const note = await x.ok(`POST /filings/${id}/note`, { as: taiyuan.maker, body })
  t.match(note, { body: body.body, personName: 'maker', organizationName: '太原市数据局' })
  t.same((await x.ok(`GET /filings/${id}/notes`, { as: province.maker })).items, [note], 'the level above reads it')
  t.equal((await x.call(`GET /filings/${id}/notes`, { as: datong.maker })).status, 403, 'the buyer’s does not')
  t.equal((await x.call(`GET /filings/${id}/notes`, { as: yangquan.maker })).status, 404)
  t.equal((await x.call(`POST /filings/${id}/note`, { as: yangquan.maker, body })).status, 404)
  for (const as of [vendor.maker, buyer.maker, x.operator.checker])
    t.equal((await x.call(`GET /filings/${id}/notes`, { as })).status, 403)
  await t.rejects(x.sql`update registration.filing_note set body = '改' where id = ${note.id}`)
  const { items } = await x.ok(`GET /audit-entries?subject=filing/${id}&limit=100`, { as: vendor.maker })
  t.notOk(
    items.some((entry: any) => entry.action === 'filing.note'),
    'the parties’ timeline does not tell of it',
  )
  const kept = await x.ok(`GET /audit-entries?subject=filing-note/${note.id}`, { as: taiyuan.maker })
  t.equal(kept.items[0].action, 'filing.note')
  t.notMatch(kept.items[0].record, /电话核实/, 'the record commits to its hash')
})

t.test(
  'the filtered queue is exported as CSV and XLSX, recorded, harmless in a spreadsheet, and for its maker only',
  async t => {
    const query = { text: 'hyperlink' }
    const expected = (await queue(taiyuan.maker, '&text=hyperlink')).items
    t.ok(expected.length > 0)
    const made = await x.ok('POST /filing-exports', {
      as: taiyuan.maker,
      body: { format: 'csv', language: 'zh-CN', ...query },
    })
    t.equal(made.rows, expected.length)
    const file = await x.call(`GET /filing-exports/${made.id}/file`, { as: taiyuan.maker })
    t.match(file.headers['content-disposition'], /attachment; filename="filings-.*\.csv"/)
    t.equal(file.bytes.subarray(0, 3).toString('hex'), 'efbbbf', 'spreadsheets read it as UTF-8')
    const rows = parse(file.text, { bom: true, columns: true }) as Record<string, string>[]
    t.same(rows.map(row => row.备案编号).sort(), expected.map((item: any) => item.number).sort())
    for (const row of rows) {
      t.equal(row.需方, `'=HYPERLINK("http://evil.example")`, 'a formula is made text')
      t.match(row['金额（元）'], /^\d+\.\d{2}$/)
    }
    const book = await x.ok('POST /filing-exports', {
      as: taiyuan.maker,
      body: { format: 'xlsx', language: 'en', ...query },
    })
    const bytes = (await x.call(`GET /filing-exports/${book.id}/file`, { as: taiyuan.maker })).bytes
    const workbook = new Excel.Workbook()
    await workbook.xlsx.load(bytes as never)
    const sheet = workbook.worksheets[0]!
    t.equal(sheet.rowCount, expected.length + 1)
    const head = (sheet.getRow(1).values as string[]).slice(1)
    const cell = (name: string) => sheet.getRow(2).getCell(head.indexOf(name) + 1)
    t.equal(cell('Buyer').type, Excel.ValueType.String, 'text by its type, not a formula')
    t.equal(cell('Amount (CNY)').type, Excel.ValueType.Number)
    t.equal((await x.call(`GET /filing-exports/${made.id}/file`, { as: taiyuan.checker })).status, 404)
    t.equal((await x.call('POST /filing-exports', { as: vendor.maker, body: { format: 'csv' } })).status, 403)
    const { items } = await x.ok(`GET /audit-entries?subject=filing-export/${made.id}`, { as: taiyuan.maker })
    t.match(JSON.parse(items[0].record), { format: 'csv', rows: expected.length, sha256: made.sha256, query })
  },
)

t.test('statistics add up by city, industry and month', async t => {
  const found = await x.ok('GET /filing-statistics', { as: province.maker })
  const { items, counts } = await queue(province.maker)
  const all = counts.reduce((n: number, each: any) => n + each.count, 0)
  t.equal(items.length, all)
  t.equal(found.total.trades, all)
  for (const by of ['byCity', 'byIndustry', 'byMonth']) {
    const sum = (key: string) => found[by].reduce((n: number, line: any) => n + line[key], 0)
    for (const key of ['trades', 'amountFen', 'checked', 'corrections', 'late', 'personal'])
      t.equal(sum(key), found.total[key], `${by}: ${key}`)
  }
  t.equal(found.byMonth.length, 12, 'months without a filing are there')
  t.match(
    found.byCity.map((line: any) => line.name.zh),
    ['太原市', '大同市', '吕梁市'],
  )
  const city = await x.ok('GET /filing-statistics', { as: datong.maker })
  t.same(
    city.byCity.map((line: any) => line.key),
    ['140200'],
    'a city has its own only',
  )
  t.equal((await x.ok('GET /filing-statistics?from=2020-01-01&to=2020-02-29', { as: province.maker })).total.trades, 0)
  t.equal((await x.call('GET /filing-statistics', { as: vendor.maker })).status, 403)
})

t.test('what is not checked in time is late by its working days', async t => {
  await x.advanceDays(45)
  const late = await queue(taiyuan.maker, '&state=filed&isOverdue=true')
  t.ok(late.items.length > 0)
  t.match(late.items[0].clock, { isLate: true })
  t.ok(late.items[0].clock.workingDaysLeft < 0)
  t.equal(late.counts.find((c: any) => c.state === 'filed').late, late.items.length)
  const waiting = (await x.ok('GET /work-list', { as: taiyuan.maker })).items
  const count = (kind: string) => waiting.find((item: any) => item.kind === `regulator.${kind}`)?.count
  t.equal(count('late'), late.items.length, 'and stands on the work list')
  t.ok(count('check') >= count('late'))
})

t.test('a sealed contract is shown inside a page of ours when asked, and saved otherwise', async t => {
  const y = await openExchange(t)
  const parties = { vendor: await y.organization(['vendor']), buyer: await y.organization(['buyer']) }
  const { id } = await signedContract(y, parties)
  await y.until(async () => (await y.ok(`GET /contracts/${id}`, { as: parties.vendor.maker })).pdfSha256, 'the seal')
  const saved = await y.call(`GET /contracts/${id}/pdf`, { as: parties.vendor.maker })
  t.match(saved.headers, { 'content-disposition': /^attachment/, 'x-frame-options': 'DENY' })
  const shown = await y.call(`GET /contracts/${id}/pdf?isInline=true`, { as: parties.vendor.maker })
  t.match(shown.headers, {
    'content-disposition': /^inline/,
    'x-frame-options': 'SAMEORIGIN',
    'content-security-policy': /frame-ancestors 'self'/,
  })
})
