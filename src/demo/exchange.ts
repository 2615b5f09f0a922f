import { dayOf } from '../kernel/calendar.ts'
import { endBankDay } from './bank.ts'
import { type Cast, makeCast, roles } from './cast.ts'
import { type Client, StoryError } from './client.ts'
import { planCollections } from './collections.ts'
import { divisions, shelf, weather } from './goods.ts'
import type { Operator } from './operator.ts'
import { catalogResources } from './resources.ts'
import { talkAbout } from './talk.ts'
import {
  agree,
  askToBuy,
  type BankLine,
  download,
  type Goods,
  importStatement,
  listGoods,
  offerPlans,
  openAccount,
  openedFor,
  type Payment,
  register,
  sign,
  statementCsv,
} from './trade.ts'

/** Codes of the demo's organisations; their check characters are right (GB 32100). */
const codes = {
  vendor: '91140100MA0DEM010R',
  surveyor: '91140200MA0DEM0200',
  buyer: '91140700MA0DEM030T',
  insurer: '91140100MA0DEM040W',
  taiyuan: '11140100MB0DEM0508',
  datong: '11140200MB0DEM060E',
  civil: '11140000MB0DEM0705',
  water: '91140100MA0DEM0801',
} as const

export type Demo = Record<keyof typeof codes, Cast>

/** Four companies, two cities' regulators and two institutions; found again when they are there. */
export async function makeDemoCast(client: Client, operator: Operator): Promise<Demo> {
  const made: [string, Cast][] = []
  for (const [name, code] of Object.entries(codes)) {
    const key = name as keyof typeof codes
    made.push([name, await makeCast(client, operator, roles[key], code)])
  }
  return Object.fromEntries(made) as Demo
}

/** Lists what the vendor does not list yet; answers product ids by name. */
async function stock(
  client: Client,
  operator: Operator,
  vendor: Cast,
  goods: readonly Goods[],
): Promise<Map<string, string>> {
  type Row = { product: { id: string; nameZh: string }; state: string }
  const { items } = await client.call<{ items: Row[] }>('GET /listings?limit=100', { as: vendor.maker })
  const ids = new Map(items.filter(row => row.state === 'listed').map(row => [row.product.nameZh, row.product.id]))
  for (const each of goods)
    if (!ids.has(each.content.nameZh))
      ids.set(each.content.nameZh, (await listGoods(client, operator, vendor, each)).productId)
  return ids
}

/** How far a trade of the demo goes. */
const stages = ['asked', 'half-signed', 'signed', 'registered', 'paid', 'delivered', 'accepted'] as const
type Stage = (typeof stages)[number]

interface Plan {
  readonly vendor: Cast
  readonly buyer: Cast
  readonly goods: Goods
  readonly purpose: string
  readonly scenario: string
  readonly until: Stage
  /** the code of a plan among several */
  readonly plan?: string
}

/** By the month, by the year or for a fortnight: one product shows what plans there are. */
const manyPlans = [
  { code: 'monthly', kind: 'subscription', amountFen: 128_000, period: 'month' },
  { code: 'yearly', kind: 'subscription', amountFen: 1_280_000, period: 'year', noticeDays: 15 },
  { code: 'trial', kind: 'trial', trialDays: 14, trialDownloads: 2 },
] as const

async function pay(client: Client, operator: Operator, plan: Plan, orderId: string): Promise<BankLine> {
  const due = await client.call<Payment & { orderNumber: string }>(`GET /orders/${orderId}/payment`, {
    as: plan.buyer.finance,
  })
  const { now } = await client.call<{ now: string }>('GET /clock')
  const line: BankLine = {
    on: dayOf(new Date(now)),
    amount: due.amount,
    payer: plan.buyer.role.nameZh,
    account: '622200009999888877',
    remark: `数据款 ${due.referenceCode}`,
    serial: `SEED-${due.referenceCode}`,
  }
  await importStatement(client, operator, `seed-${due.referenceCode}.csv`, statementCsv([line]))
  return line
}

/** Makes one trade and leaves it at its stage; one that the buyer already has is left as it is. */
async function trade(
  client: Client,
  operator: Operator,
  plan: Plan,
  productId: string,
  received: BankLine[],
  planId?: string,
): Promise<void> {
  const reaches = (stage: Stage) => stages.indexOf(plan.until) >= stages.indexOf(stage)
  const { items } = await client.call<{ items: unknown[] }>(`GET /contracts?productId=${productId}&limit=1`, {
    as: plan.buyer.maker,
  })
  if (items.length > 0) return
  const { id } = await askToBuy(client, plan.buyer, productId, plan.purpose, plan.scenario, planId)
  if (!reaches('half-signed')) return
  await agree(client, plan.vendor, id)
  await sign(client, plan.vendor, id)
  if (!reaches('signed')) return
  await sign(client, plan.buyer, id)
  const registration = await openedFor(client, plan.vendor.maker, 'registrations', id)
  if (!reaches('registered')) return
  await register(client, operator, registration.id)
  const order = await openedFor(client, plan.buyer.maker, 'orders', id)
  if (!reaches('paid')) return
  if (plan.goods.amountFen > 0 && plan.plan !== 'trial') received.push(await pay(client, operator, plan, order.id))
  if (!reaches('delivered')) return
  await download(client, plan.buyer, order.id)
  if (!reaches('accepted')) return
  await client.call(`POST /orders/${order.id}/accept`, { as: plan.buyer.maker })
  if (plan.goods.amountFen === 0) return
  const body = { kind: 'special', phone: '0351-6000001' }
  await client.call(`POST /orders/${order.id}/request-invoice`, { as: plan.buyer.maker, body })
}

/** The operator's first announcement, written by one person and published by another; once. */
async function announce(client: Client, operator: Operator): Promise<void> {
  const { items } = await client.call<{ items: unknown[] }>('GET /announcements')
  if (items.length > 0) return
  const { id } = await client.call<{ id: string }>('POST /announcements', {
    as: operator.maker,
    body: {
      kind: 'notice',
      titleZh: '演示交易场所开放',
      titleEn: 'The demo exchange is open',
      bodyZh:
        '本交易场所供试用，其中的机构、人员和资金均为虚构；数据产品由两份真实的公开数据整理、计算而成，来源见产品页。\n\n页面顶部可前移时钟，用于查看公示期、验收期和结算日届满后的情形。',
      bodyEn:
        'This exchange is for trying things out: its organisations, people and money are invented; its products are real open data or computed from them, as the product pages say.\n\nThe clock at the top of each page moves forward, to see what happens when publicity, acceptance and settlement periods end.',
    },
  })
  await client.call(`POST /announcements/${id}/publish`, { as: operator.checker })
}

/** The demo exchange: a dozen listings and trades in different states, made by the calls that everyone makes. */
export async function makeDemoExchange(client: Client, operator: Operator): Promise<Demo> {
  const demo = await makeDemoCast(client, operator)
  const { vendor, surveyor, buyer, insurer } = demo
  const ids = new Map<string, string>()
  const offers = [weather, ...shelf.weather].flatMap((goods, at) => [
    [vendor, goods] as const,
    [surveyor, [divisions, ...shelf.divisions][at]!] as const,
  ])
  for (const [seller, goods] of offers)
    for (const [name, id] of await stock(client, operator, seller, [goods])) ids.set(name, id)
  await openAccount(client, operator, operator.finance, '140001234567890123')
  await openAccount(client, operator, vendor.finance, '140009876543210987')
  await openAccount(client, operator, surveyor.finance, '140205555666677778')
  const farm = '结合气象数据为冬小麦春管提供灌溉建议，成果仅供本公司农技人员使用'
  const premium = '用于农业保险产品的费率厘定与灾损核验，仅限本公司精算部门使用'
  const address = '用于本公司客户地址的标准化与网点归属判断，不对外提供'
  const research = '数据治理与对接'
  const served = '用于灾害天气预警服务的内部试算，成果不对外发布'
  const plans: Plan[] = [
    { vendor, buyer: insurer, goods: weather, purpose: '保险精算', scenario: premium, until: 'accepted' },
    { vendor, buyer, goods: weather, purpose: '农业生产分析', scenario: farm, until: 'paid' },
    { vendor, buyer, goods: shelf.weather[0]!, purpose: '农业生产分析', scenario: farm, until: 'registered' },
    { vendor, buyer: insurer, goods: shelf.weather[3]!, purpose: '保险精算', scenario: premium, until: 'half-signed' },
    {
      vendor,
      buyer: surveyor,
      goods: shelf.weather[2]!,
      purpose: '科学研究',
      scenario: '用于云冈石窟周边客流与天气关系的研究',
      until: 'asked',
    },
    { vendor: surveyor, buyer, goods: divisions, purpose: research, scenario: address, until: 'delivered' },
    {
      vendor: surveyor,
      buyer: insurer,
      goods: shelf.divisions[3]!,
      purpose: research,
      scenario: address,
      until: 'signed',
    },
    {
      ...{ vendor, buyer: insurer, goods: shelf.weather[1]!, plan: 'monthly' },
      ...{ purpose: '保险精算', scenario: premium, until: 'paid' },
    },
    {
      ...{ vendor, buyer, goods: shelf.weather[1]!, plan: 'trial' },
      ...{ purpose: '农业生产分析', scenario: served, until: 'registered' },
    },
  ]
  const received: BankLine[] = []
  for (const plan of plans) {
    const productId = ids.get(plan.goods.content.nameZh)
    if (!productId) throw new StoryError(`${plan.goods.content.nameZh} is not listed`)
    const offered = plan.plan ? await offerPlans(client, plan.vendor, productId, manyPlans) : undefined
    await trade(client, operator, plan, productId, received, plan.plan && offered?.get(plan.plan))
  }
  await endBankDay(client, operator, received)
  await announce(client, operator)
  await catalogResources(client, operator, demo.civil, demo.water)
  await planCollections(client, operator, { water: demo.water, civil: demo.civil, company: vendor })
  const talked = ids.get(weather.content.nameZh)
  if (talked) await talkAbout(client, talked, { vendor, owner: insurer, reader: buyer })
  return demo
}
