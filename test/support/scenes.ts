import { allRoutes } from '../../src/app.ts'
import type { Stage } from './stage.ts'

/** People of the demo, one for each kind of reader. */
export const readers = {
  visitor: undefined,
  vendor: 'maker@qixiang.demo',
  signer: 'checker@qixiang.demo',
  treasurer: 'finance@qixiang.demo',
  buyer: 'maker@baoxian.demo',
  regulator: 'maker@taiyuan.demo',
  institution: 'maker@minzheng.demo',
  clerk: 'maker@operator.demo',
  supervisor: 'checker@operator.demo',
  cashier: 'finance@operator.demo',
  administrator: 'admin@operator.demo',
} as const

export type ReaderName = keyof typeof readers

/** A page of the exchange with an address of the demo behind which there is something, and whom it is for. */
export interface Scene {
  readonly route: string
  readonly path: string
  readonly reader: ReaderName
}

/** Every page that the exchange has, as its routes say. */
export const pageRoutes = (): string[] =>
  allRoutes()
    .filter(({ kind, spec }) => kind === 'raw' && spec.tag === 'pages' && spec.at.startsWith('GET '))
    .map(({ spec }) => spec.at.slice(4))
    .filter(path => !/^\/(assets|theme)\b|\.(csv|xlsx|pdf|json|svg)$|\/(export|file)$/.test(path))

/** Whom a page is for, by where it is. */
function readerOf(route: string): ReaderName {
  if (route === '/sign-in' || route === '/sign-up') return 'visitor'
  if (/^\/products\/:id\/buy|^\/(buyer|contracts|orders|trades|subscriptions)\b/.test(route)) return 'buyer'
  if (/^\/(regulator|freezes)\b/.test(route)) return 'regulator'
  if (route.startsWith('/invoices')) return 'treasurer'
  if (/^\/operator\/(statements|reconciliation|payouts|books)\b/.test(route)) return 'cashier'
  if (/^\/operator\/(people|mail|health)\b/.test(route)) return 'supervisor'
  if (route.startsWith('/operator')) return 'clerk'
  if (route === '/organization/bank-accounts' || route.startsWith('/vendor/earnings')) return 'treasurer'
  if (/^\/(institution|source-proposals)\b/.test(route)) return 'institution'
  if (/^\/collections\/(report|reports|check)\b/.test(route)) return 'vendor'
  if (/^\/(vendor|assessments|data-versions|organization|account|inbox)\b/.test(route)) return 'vendor'
  return 'visitor'
}

/** Ids of the demo for the parameters of each route; a route that is missing here has no scene, and a test says so. */
async function samplesOf({ sql }: Stage): Promise<Record<string, string>> {
  const one = async (query: Promise<{ id: string }[]>) => (await query)[0]?.id ?? ''
  const contract = await one(sql`select c.id from contracts.contract c join orders."order" o on o.contract_id = c.id
    join identity.organization b on b.id = c.buyer_id
    where o.accepted_at is not null and b.uscc = '91140100MA0DEM040W' limit 1`)
  const product = await one(sql`select product_id as id from contracts.contract where id = ${contract}`)
  const listing = await one(sql`select id from catalog.listing where product_id = ${product} limit 1`)
  const order = await one(sql`select id from orders."order" where contract_id = ${contract}`)
  const subscription = await one(sql`select s.id from orders.subscription s
    join identity.organization b on b.id = s.buyer_id where b.uscc = '91140100MA0DEM040W' limit 1`)
  const registration = await one(sql`select id from registration.registration where contract_id = ${contract}`)
  const filing = await one(sql`select id from registration.filing where contract_id = ${contract}`)
  const number = await one(sql`select number as id from registration.registration where id = ${registration}`)
  const vendor = await one(sql`select id from identity.organization where uscc = '91140100MA0DEM010R'`)
  const version = await one(sql`select id from data.data_version where organization_id = ${vendor} limit 1`)
  const assessment = await one(sql`select id from risk.assessment where data_version_id = ${version} limit 1`)
  const statement = await one(sql`select id from settlement.bank_statement limit 1`)
  const difference = await one(sql`select id from settlement.difference limit 1`)
  const payout = await one(sql`select id from settlement.payout limit 1`)
  const person = await one(sql`select id from identity.person where email = 'maker@qixiang.demo'`)
  const announcement = await one(sql`select id from bulletin.announcement where state = 'published' limit 1`)
  const resource = await one(sql`select entry_id as id from resources.entry_version where state = 'published' limit 1`)
  const entry = await one(sql`select id from resources.entry_version where entry_id = ${resource} limit 1`)
  const source = await one(sql`select id from sources.source where state = 'ready' limit 1`)
  const form = await one(sql`select id from collection.planned_form where state = 'registered' limit 1`)
  const ownForm = await one(sql`select f.id from collection.planned_form f
    join identity.person p on p.id = f.created_by where p.email = ${readers.institution} limit 1`)
  const breach = await one(sql`select id from collection.breach_report limit 1`)
  const month = await one(sql`
    select to_char(created_at at time zone 'Asia/Shanghai', 'YYYY-MM') as id from settlement.split limit 1`)
  const period = await one(sql`select month as id from ledger.period limit 1`)
  const freeze = await one(sql`select id from orders.freeze limit 1`)
  const invoice = await one(sql`select id from settlement.invoice limit 1`)
  const catalogImport = await one(sql`select id from resources.bulk_import limit 1`)
  return {
    form,
    ownForm,
    breach,
    catalogImport,
    announcement,
    assessment,
    resource,
    source,
    entry,
    person,
    contract,
    product,
    listing,
    order,
    subscription,
    registration,
    filing,
    number,
    vendor,
    version,
    statement,
    difference,
    payout,
    month,
    period,
    freeze,
    invoice,
  }
}

/** Which sample a route's parameters are; `…` fills itself. */
const fills: readonly (readonly [pattern: RegExp, fill: (ids: Record<string, string>) => Record<string, string>])[] = [
  [/^\/(vendor\/)?products\/:id/, ids => ({ id: ids.product! })],
  [/^\/vendors\/:id/, ids => ({ id: ids.vendor! })],
  [/^\/(vendor\/versions|data-versions)\/:id/, ids => ({ id: ids.version! })],
  [/^\/(operator\/)?announcements\/:id/, ids => ({ id: ids.announcement! })],
  [/^\/sources\/:code/, () => ({ code: 'division-code' })],
  [/^\/source-proposals\/:id/, ids => ({ id: ids.source! })],
  [/^\/resources\/:id/, ids => ({ id: ids.resource! })],
  [/^\/institution\/resources\/imports\/:id/, ids => ({ id: ids.catalogImport! })],
  [/^\/(institution|operator)\/resources\/:id/, ids => ({ id: ids.entry! })],
  [/^\/institution\/collections\/:id/, ids => ({ id: ids.ownForm! })],
  [/^\/(operator\/)?collections\/:id/, ids => ({ id: ids.form! })],
  [/^\/(collections|regulator)\/reports\/:id/, ids => ({ id: ids.breach! })],
  [/^\/verify\/:number/, ids => ({ number: ids.number! })],
  [/^\/(contracts|trades)\/:id/, ids => ({ id: ids.contract! })],
  [/^\/subscriptions\/:id/, ids => ({ id: ids.subscription! })],
  [/^\/orders\/:id/, ids => ({ id: ids.order! })],
  [/^\/freezes\/:id/, ids => ({ id: ids.freeze! })],
  [/^\/regulator\/filings\/:id/, ids => ({ id: ids.filing! })],
  [/^\/operator\/orders\/:id/, ids => ({ id: ids.order! })],
  [/^\/operator\/people\/:id/, ids => ({ id: ids.person! })],
  [/^\/operator\/organizations\/:id/, ids => ({ id: ids.vendor! })],
  [/^\/operator\/listings\/:id/, ids => ({ id: ids.listing! })],
  [/^\/operator\/assessments\/:id/, ids => ({ id: ids.assessment! })],
  [/^\/operator\/registrations\/:id/, ids => ({ id: ids.registration! })],
  [/^\/operator\/statements\/:id/, ids => ({ id: ids.statement! })],
  [/^\/operator\/reconciliation\/:id/, ids => ({ id: ids.difference! })],
  [/^\/operator\/books\/accounts\/:code/, () => ({ code: 'psp_clearing' })],
  [/^\/operator\/books\/vendors\/:id/, ids => ({ id: ids.vendor! })],
  [/^\/operator\/books\/periods\/:month/, ids => ({ month: ids.period! })],
  [/^\/invoices\/:id/, ids => ({ id: ids.invoice! })],
  [/^\/vendor\/earnings\/:month/, ids => ({ month: ids.month! })],
  [/^\/operator\/payouts\/:id/, ids => ({ id: ids.payout! })],
  [/^\/problems\/:slug/, () => ({ slug: 'state-conflict' })],
  [/^\/model-contracts\/:code\/:version/, () => ({ code: 'data-provision', version: '1.0.0' })],
]

/** A month that waits for the second person who closes it. */
async function proposeClosing(sql: Stage['sql']): Promise<void> {
  await sql`
    insert into ledger.period (id, month, ends_at, state, proposed_by, proposed_at, changed_at)
    select gen_random_uuid(), to_char(m.first, 'YYYY-MM'), (m.first + interval '1 month') at time zone 'Asia/Shanghai',
      'closing', (select id from identity.person where email = 'cashier@operator.demo'), now(), now()
    from (select date_trunc('month', min(effective_at) at time zone 'Asia/Shanghai') as first from ledger.transaction) m`
}

/** A freeze that waits for the second person of the authority; nothing is frozen by it. */
async function proposeFreeze(sql: Stage['sql']): Promise<void> {
  await sql`
    insert into orders.freeze (id, contract_id, vendor_id, buyer_id, division, buyer_division, organization_id, state,
      reason, basis, is_delivery_stopped, proposed_by, proposed_at, rule_pack, changed_at)
    select gen_random_uuid(), c.id, c.vendor_id, c.buyer_id, c.division, c.buyer_division, m.organization_id, 'proposed',
      '群众举报数据来源不实，正在核查', '《数据安全法》第三十三条', false, p.id, now(), c.rule_pack, now()
    from orders."order" o join contracts.contract c on c.id = o.contract_id
    cross join identity.person p join identity.membership m on m.person_id = p.id
    where p.email = 'checker@taiyuan.demo' and c.division like '1401%' limit 1`
}

/** Lets the day of settlement come, so that there is a payout to look at. */
export async function settle({ origin, sql }: Stage): Promise<void> {
  const [row] = await sql<{ at: Date }[]>`select now() + interval '10 days' as at`
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'scenes-settle' }
  const body = JSON.stringify({ to: row!.at.toISOString() })
  const answer = await fetch(`${origin}/api/v1/demo/clock`, { method: 'POST', headers, body })
  if (!answer.ok) throw new Error(`POST /demo/clock → ${answer.status}`)
  for (let tries = 0; tries < 150; tries += 1) {
    const { length } = await sql`select id from settlement.payout limit 1`
    if (length > 0) {
      await proposeFreeze(sql)
      return proposeClosing(sql)
    }
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  throw new Error('the accepted order was not settled')
}

/** A scene for every page; `path` is empty where the demo has nothing to show for its parameters. */
export async function scenesOf(stage: Stage): Promise<Scene[]> {
  const ids = await samplesOf(stage)
  return pageRoutes().map(route => {
    const values = fills.find(([pattern]) => pattern.test(route))?.[1](ids) ?? {}
    const path = route.replace(/:(\w+)/g, (_, name: string) => values[name] || '\0')
    return { route, path: path.includes('\0') ? '' : path, reader: readerOf(route) }
  })
}
