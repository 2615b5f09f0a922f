import t, { type Test as Tap } from 'tap'
import { allRoutes } from '../../src/app.ts'
import { anonymous } from '../../src/kernel/actor.ts'
import { signInForWeb } from '../../src/modules/identity/index.ts'
import { type Cast, openExchange, password, type Role } from '../support/exchange.ts'
import { assessed } from '../support/gate.ts'
import { draftProduct, formOf, productContent, publishDraft } from '../support/offering.ts'
import { scenario } from '../support/trade.ts'

const x = await openExchange(t)
const { operator } = x
const vendor = await x.organization(['vendor'])
const institution = await x.organization(['institution'], { division: '140000', name: '山西省气象局' })
const buyer = await x.organization(['buyer', 'vendor'])
const bureau = await x.organization(['institution'], { division: '140100', name: '太原市水务局' })

/** A data version at one place of its life, with what was made of it; its cells tell which it is. */
interface Case {
  readonly state: string
  readonly versionId: string
  readonly productId: string
  readonly listingId: string
  readonly assessmentId: string | undefined
}

const markOf = (state: string) => `MARK-${state}-QZ`
const csvOf = (state: string) =>
  `日期,数值,说明\n2026-01-01,1,${markOf(state)}\n2026-01-02,2,${markOf(state)}\n2026-01-03,3,${markOf(state)}\n`
const findings = (severity: string) => ({ findings: [{ severity, message: '可反推个人身份', demand: '说明并处理' }] })

/** A confirmed version that nobody has graded. */
async function raw(as: Role, state: string): Promise<string> {
  const { id } = await x.ok('POST /data-versions', { as, raw: formOf(`${state}.csv`, csvOf(state)) })
  await x.ok(`POST /data-versions/${id}/confirm`, { as, body: {} })
  return id
}
async function offered(versionId: string) {
  const { grade: _, containsPersonalInfo: __, sourceStatement: ___, ...content } = productContent
  const draft = await x.ok('POST /products', { as: vendor.maker, body: { ...content, dataVersionId: versionId } })
  await x.ok(`POST /products/${draft.id}/price`, { as: vendor.maker, body: { kind: 'one-off', amountFen: 100_000 } })
  return draft
}

/** The ways of an assessment before any release, by the state they lead to. */
const ways: Readonly<Record<string, (as: Role, versionId: string) => Promise<string | undefined>>> = {
  ungraded: async () => undefined,
  graded: async (as, id) => void (await x.ok(`POST /data-versions/${id}/grade`, { as, body: { grade: 'general' } })),
  submitted: async (as, id) => (await assessed(x, as, id)).id,
  reviewing: async (as, id) => {
    const { id: assessment } = await assessed(x, as, id)
    await x.ok(`POST /assessments/${assessment}/review`, { as: operator.maker })
    return assessment
  },
  handling: async (as, id) => {
    const assessment = await ways.reviewing!(as, id)
    await x.ok(`POST /assessments/${assessment}/find`, { as: operator.maker, body: findings('low') })
    return assessment
  },
  withheld: async (as, id) => {
    const assessment = await ways.reviewing!(as, id)
    await x.ok(`POST /assessments/${assessment}/withhold`, { as: operator.checker, body: { reason: '来源不明' } })
    return assessment
  },
}

async function listed(state: string): Promise<Case> {
  const draft = await draftProduct(x, vendor, {
    fileName: `${state}.csv`,
    bytes: csvOf(state),
    content: { nameZh: `产品${state}` },
  })
  await publishDraft(x, vendor, draft.listing.id)
  const [row] = await x.sql`select data_version_id as id from catalog.product_version where product_id = ${draft.id}`
  const { assessment } = await x.ok(`GET /data-versions/${row!.id}/assessment`, { as: operator.checker })
  return { state, versionId: row!.id, productId: draft.id, listingId: draft.listing.id, assessmentId: assessment.id }
}

const cases: Case[] = []
for (const [state, go] of Object.entries(ways)) {
  const versionId = await raw(vendor.maker, state)
  const draft = await offered(versionId)
  const assessmentId = await go(vendor.maker, versionId)
  cases.push({ state, versionId, productId: draft.id, listingId: draft.listing.id, assessmentId })
}
const released = await listed('released')
const suspended = await listed('suspended')
const { id: contractId } = await x.ok('POST /contracts', {
  as: buyer.maker,
  body: { productId: suspended.productId, purpose: '内部分析', scenario },
})
await x.ok(`POST /assessments/${suspended.assessmentId}/find`, { as: operator.checker, body: findings('high') })
cases.push(suspended)
const stale = await listed('stale')
const regraded = await x.call(`POST /data-versions/${stale.versionId}/grade`, {
  as: vendor.maker,
  body: { grade: 'important', approval: '晋数批〔2026〕1号' },
})
if (regraded.status !== 200) throw new Error(regraded.text)
cases.push(stale)

/** An entry of the institution, published, to which each of its own versions is tried to be attached. */
async function entryOf(of: Cast) {
  const made = await x.ok('POST /resources', { as: of.maker, body: { classCode: '306010', nameZh: '气象观测目录' } })
  await x.ok(`PATCH /resource-versions/${made.versionId}`, {
    as: of.maker,
    body: {
      abstract: '观测结果。',
      format: 'table',
      sharingType: 'unconditional',
      sharingBasis: '政务数据共享条例',
      openingType: 'open',
      openingBasis: '气象法',
      updateCycle: 'monthly',
      grade: 'general',
      placement: 'provinceCloud',
      systemOfRecord: '观测系统',
      dutyBasis: '气象法',
      themes: ['smart-city'],
      securityTerms: '无',
      items: [{ nameZh: '说明', type: 'text', sensitivity: 'none' }],
    },
  })
  await x.ok(`POST /resource-versions/${made.versionId}/submit`, { as: of.maker })
  await x.ok(`POST /resource-versions/${made.versionId}/review`, { as: operator.maker })
  await x.ok(`POST /resource-versions/${made.versionId}/publish`, { as: operator.checker })
  return made as { id: string; versionId: string }
}
const entry = await entryOf(institution)
const publicCases: { state: string; versionId: string; assessmentId: string | undefined }[] = []
for (const [state, go] of Object.entries(ways)) {
  const versionId = await raw(institution.maker, `public-${state}`)
  publicCases.push({ state: `public-${state}`, versionId, assessmentId: await go(institution.maker, versionId) })
}
const attachedId = await raw(institution.maker, 'public-suspended')
const attachedBy = await ways.reviewing!(institution.maker, attachedId)
await x.ok(`POST /assessments/${attachedBy}/pass`, { as: operator.checker, body: { opinion: '同意' } })
await x.ok(`POST /resources/${entry.id}/data`, { as: institution.maker, body: { dataVersionId: attachedId } })
await x.ok(`POST /assessments/${attachedBy}/find`, { as: operator.checker, body: findings('high') })
publicCases.push({ state: 'public-suspended', versionId: attachedId, assessmentId: attachedBy })

/** A statement that a rule of the database refuses, and not a mistake of its own. */
async function refusedBySql(t: Tap, statement: Promise<unknown>, what: string) {
  const error = await statement.then(
    () => undefined,
    (refusal: { code?: string; message: string }) => refusal,
  )
  t.ok(error, what)
  t.notMatch(error?.code ?? '', /^(42|22)/, `${what}: ${error?.message}`)
}

const everything = () => [...cases, ...publicCases, released]
const some = (values: readonly (string | undefined)[]) => values.filter(value => value !== undefined)

/**
 * What each address with a parameter is about, by its first words: the ids behind which data of a version could be. An
 * address that is not here fails the test: whoever adds one says what it is about.
 */
const about: Readonly<Record<string, () => readonly string[]>> = {
  'data-versions': () => everything().map(each => each.versionId),
  uploads: () => everything().map(each => each.versionId),
  products: () => [...cases, released].map(each => each.productId),
  'vendor/products': () => [...cases, released].map(each => each.productId),
  'vendor/versions': () => everything().map(each => each.versionId),
  listings: () => [...cases, released].map(each => each.listingId),
  assessments: () => some(everything().map(each => each.assessmentId)),
  resources: () => [entry.id],
  'resource-versions': () => [entry.versionId],
  'institution/resources': () => [entry.id],
  contracts: () => [contractId],
  trades: () => [contractId],
  'verified-documents': () => [],
}
/** Addresses about things that hold no data of a version, or that only the operator and authorities reach. */
const nothing =
  /^(audit-entries|log|persons|organizations|registrations|filings|bulk-checks|filing-exports|ledger|earnings|invoices|vendor\/earnings|orders|subscriptions|freezes|differences|payout-batches|bank-statements|statement-lines|payouts|entitlements|downloads|receipts|announcements|assets|problems|verify|verifications|model-contracts|vendors|operator|regulator|data-elements|sources|source-proposals|planned-collections|registered-collections|collections|institution\/collections|breach-reports|resource-imports|institution\/resources\/imports)\//

const web = new Map<Role, string>()
async function cookieOf(as: Role): Promise<string> {
  if (!web.has(as)) {
    const signed = await x.exchange.engine.write(anonymous, { operation: 'signIn' }, cx =>
      signInForWeb(cx, { email: as.email, password }, 'test'),
    )
    if (signed.isReplay || !('secret' in signed.value)) throw new Error(`${as.email} is not signed in`)
    web.set(as, `jinshu_session=${signed.value.secret}; jinshu_organization=${as.organizationId}`)
  }
  return web.get(as)!
}

/** Every address of the exchange that is asked for, with ids of all that there is. */
function addresses(): { path: string; isPage: boolean }[] {
  return allRoutes()
    .map(({ spec }) => ({ at: spec.at, isPage: spec.tag === 'pages' }))
    .filter(({ at }) => at.startsWith('GET ') && !at.includes('*'))
    .flatMap(({ at, isPage }) => {
      const path = at.slice(5)
      if (!path.includes(':')) return [{ path, isPage }]
      if (nothing.test(path)) return []
      const ids = Object.entries(about).find(([begin]) => path.startsWith(`${begin}/:`))?.[1]
      if (!ids) throw new Error(`GET /${path}: say in the table what it is about`)
      return ids().map(id => ({ path: path.replace(/:\w+/, id), isPage }))
    })
}

const queries: readonly [RegExp, string][] = [
  [/export$/, '?format=csv'],
  [/difference$/, `?from=${released.versionId}`],
  [/^contract-preview$/, `?productId=${released.productId}`],
]

async function showsNothing(t: Tap, who: string, as: Role | undefined, forbidden: readonly string[]) {
  const seen = new Set<string>()
  let asked = 0
  for (const { path, isPage } of addresses()) {
    const query = queries.find(([pattern]) => pattern.test(path))?.[1] ?? ''
    const address = `GET ${isPage ? '//' : '/'}${path}${query}`
    const headers = isPage && as ? { cookie: await cookieOf(as) } : {}
    const { text, status } = await x.call(address, { ...(!isPage && as && { as }), headers, language: 'zh-CN' })
    asked += 1
    t.ok(status < 500, `${who}: ${address} answers ${status}`)
    for (const state of everything().map(each => each.state))
      if (text.includes(markOf(state))) seen.add(`${state} at ${path.replace(/[0-9a-f-]{36}/, ':id')}`)
  }
  const leaked = [...seen].filter(each => forbidden.some(state => each.startsWith(`${state} at`)))
  t.same(leaked, [], `${who}: no value of what is not released, at ${asked} addresses`)
  return seen
}

t.test('no address of the exchange shows a value of what is not released to those who do not own it', async t => {
  const closed = everything()
    .map(each => each.state)
    .filter(state => state !== 'released')
  const visitor = await showsNothing(t, 'a visitor', undefined, closed)
  t.ok(visitor.has('released at products/:id'), 'what is released is shown, so that the question means something')
  const trader = await showsNothing(t, 'a buyer', buyer.maker, closed)
  t.ok(trader.has('released at products/:id'))
  await showsNothing(t, 'another institution', bureau.maker, closed)
})

t.test('every step that would publish what is not released is refused, whatever its state', async t => {
  for (const { state, versionId, productId, listingId } of cases) {
    const contract = await x.call('POST /contracts', {
      as: buyer.maker,
      body: { productId, purpose: '内部分析', scenario },
    })
    t.ok(contract.status >= 400 && contract.status < 500, `${state}: no contract (${contract.status})`)
    for (const move of ['publish', 'resume']) {
      const { status } = await x.call(`POST /listings/${listingId}/${move}`, {
        as: move === 'resume' ? operator.checker : vendor.maker,
      })
      t.ok(status >= 400 && status < 500, `${state}: not ${move} (${status})`)
    }
    await refusedBySql(
      t,
      x.sql`update catalog.listing set state = 'listed', listed_at = coalesce(listed_at, now()), number = coalesce(number, 'x') where id = ${listingId} and state <> 'listed'`.then(
        rows => {
          if (rows.count === 0) throw new Error('it is listed already')
        },
      ),

      `${state}: SQL lists nothing`,
    )
    const [open] = await x.sql`select risk.is_released(${versionId}) as yes`
    t.equal(open!.yes, false, `${state}: the gate is closed`)
  }
  for (const { state, versionId } of publicCases) {
    const reply = await x.call(`POST /resources/${entry.id}/data`, {
      as: institution.maker,
      body: { dataVersionId: versionId },
    })
    t.match(reply, { status: 422, body: { type: '/problems/not-released' } }, `${state} is not attached`)
    if (state === 'public-suspended') continue
    await t.rejects(
      x.sql`insert into resources.attachment (id, entry_id, entry_version_id, data_version_id, sequence_no, attached_by, attached_at)
        values (gen_random_uuid(), ${entry.id}, ${entry.versionId}, ${versionId}, 99, ${institution.maker.personId}, now())`,
      /is not released/,
      `${state}: SQL attaches nothing`,
    )
  }
  await t.rejects(x.sql`update contracts.contract set state = 'agreed' where id = ${contractId}`, /is not released/)
})

t.test('direct SQL forges no release, whatever the state', async t => {
  for (const { state, versionId, assessmentId } of [...cases, ...publicCases]) {
    const [{ sha256 }] = (await x.sql`select sha256 from data.data_version where id = ${versionId}`) as any
    for (const source of ['review', 'taken-over'])
      await refusedBySql(
        t,
        x.sql`insert into risk.release (data_version_id, sha256, source, assessment_id, grade, state, released_at, valid_until, rule_pack)
          values (${versionId}, ${sha256}, ${source}, ${source === 'review' ? (assessmentId ?? null) : null}, 'general', 'released', now(), now() + interval '1 year', 'x')
          on conflict (data_version_id) do update set state = 'released', ended_at = null, valid_until = excluded.valid_until`,

        `${state}: no release by ${source}`,
      )
    if (assessmentId)
      await refusedBySql(
        t,
        x.sql`update risk.assessment set state = 'passed', valid_until = now() + interval '1 year' where id = ${assessmentId} and state <> 'passed'`.then(
          rows => {
            if (rows.count === 0) throw new Error('it passed once, and its release was ended')
          },
        ),

        `${state}: no passed assessment`,
      )
    const [open] = await x.sql`select risk.is_released(${versionId}) as yes`
    t.equal(open!.yes, false, `${state}: the gate is closed still`)
  }
  await refusedBySql(
    t,
    x.sql`update data.data_version set sha256 = ${'0'.repeat(64)} where id = ${released.versionId}`,

    'nor other bytes under a release',
  )
})

t.test('a release that has run out shows and gives nothing at once', async t => {
  const { validUntil } = await x.ok(`GET /data-versions/${released.versionId}/release`, { as: vendor.maker })
  await x.advanceTo(new Date(new Date(validUntil).getTime() + 1000))
  const { data } = await x.ok(`GET /products/${released.productId}`)
  t.same(data.sample, [])
  t.notMatch(JSON.stringify(data), 'MARK-')
  const page = await x.call(`GET //products/${released.productId}`, { language: 'zh-CN' })
  t.match(page.text, '不展示样例和数值')
  t.notMatch(page.text, markOf('released'))
  const contract = await x.call('POST /contracts', {
    as: buyer.maker,
    body: { productId: released.productId, purpose: '内部分析', scenario },
  })
  t.ok(contract.status >= 400 && contract.status < 500, `no contract (${contract.status})`)
})
