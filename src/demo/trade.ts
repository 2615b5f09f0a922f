import { readFile } from 'node:fs/promises'
import type { Cast } from './cast.ts'
import { type Client, type Player, StoryError } from './client.ts'
import { demoPassword, type Operator } from './operator.ts'

/** A product of the demo: which file, what only a person can say of it, and its price in fen. */
export interface Goods {
  readonly file: string
  /** what the file holds, where it is no sample file */
  readonly bytes?: () => string
  readonly columns: readonly { readonly name: string; readonly unit?: string; readonly meaning: string }[]
  readonly content: Readonly<Record<string, unknown>> & { readonly nameZh: string }
  readonly amountFen: number
}

export interface Listed {
  readonly productId: string
  readonly productNumber: string
  readonly listingId: string
  readonly dataVersionId: string
  readonly sha256: string
  readonly rows: number
}

const samples = new URL('../../templates/samples/', import.meta.url)

interface RiskFile {
  readonly points: readonly { readonly code: string; readonly answer: string | null }[]
  readonly personalColumns: readonly string[]
  readonly release: { readonly state: string }
}

/** The vendor grades the file and answers what the facts leave open of its risks; once. */
async function assessGoods(client: Client, vendor: Cast, goods: Goods, dataVersionId: string): Promise<void> {
  const as = vendor.maker
  const read = () => client.call<RiskFile>(`GET /data-versions/${dataVersionId}/assessment`, { as })
  const { state } = (await read()).release
  if (state !== 'ungraded' && state !== 'unassessed') return
  if (state === 'ungraded')
    await client.call(`POST /data-versions/${dataVersionId}/grade`, { as, body: { grade: goods.content.grade } })
  const { points } = await read()
  await client.call(`POST /data-versions/${dataVersionId}/assess`, {
    as,
    body: {
      sourceCategory: goods.content.sourceCategory,
      sourceStatement: goods.content.sourceStatement,
      points: points
        .filter(point => point.answer === null)
        .map(({ code }) => ({ code, answer: 'no', note: '来源为公开数据，已逐列核对' })),
    },
  })
}

/** Uploads a sample file as the vendor's and describes its columns. */
export async function uploadGoods(client: Client, vendor: Cast, goods: Goods) {
  const form = new FormData()
  form.append(
    'file',
    new Blob([goods.bytes ? goods.bytes() : new Uint8Array(await readFile(new URL(goods.file, samples)))]),
    goods.file,
  )
  type Version = { id: string; state: string; sha256: string; rows: number; columns: { name: string; type: string }[] }
  const sent = await client.call<Version>('POST /data-versions', { as: vendor.maker, form })
  // a reading that the end of a process cut off is given up after half a minute, and then begun again
  const version = await client.until(
    'the reading of the file',
    async () => {
      const found = await client.call<Version>(`GET /data-versions/${sent.id}`, { as: vendor.maker })
      if (found.state === 'failed') await client.send(`POST /data-versions/${sent.id}/retry`, { as: vendor.maker })
      return ['ready', 'confirmed'].includes(found.state) && found
    },
    75,
  )
  await client.call(`POST /data-versions/${version.id}/confirm`, { as: vendor.maker, body: { columns: goods.columns } })
  await assessGoods(client, vendor, goods, version.id)
  return version
}

/** Drafts a product over an uploaded file, with its price. */
export async function draftGoods(client: Client, vendor: Cast, goods: Goods, dataVersionId: string) {
  type Draft = { id: string; number: string; listing: { id: string } }
  const draft = await client.call<Draft>('POST /products', {
    as: vendor.maker,
    body: { ...goods.content, dataVersionId },
  })
  await client.call(`POST /products/${draft.id}/price`, {
    as: vendor.maker,
    body: goods.amountFen > 0 ? { kind: 'one-off', amountFen: goods.amountFen } : { kind: 'free' },
  })
  return draft
}

/** From file to listing, by the vendor's people and two of the operator's. */
export async function listGoods(client: Client, operator: Operator, vendor: Cast, goods: Goods): Promise<Listed> {
  const version = await uploadGoods(client, vendor, goods)
  const draft = await draftGoods(client, vendor, goods, version.id)
  await client.call(`POST /listings/${draft.listing.id}/submit`, { as: vendor.maker, body: {} })
  await passListing(client, operator, draft.listing.id)
  return {
    productId: draft.id,
    productNumber: draft.number,
    listingId: draft.listing.id,
    dataVersionId: version.id,
    sha256: version.sha256,
    rows: version.rows,
  }
}

/** The operator's side of a listing: accepted, passed by another person, listed. */
export async function passListing(client: Client, operator: Operator, listingId: string): Promise<void> {
  await client.call(`POST /listings/${listingId}/accept`, { as: operator.maker })
  const { items } = await client.call<{ items: { code: string }[] }>(`GET /listings/${listingId}/checklist`, {
    as: operator.checker,
  })
  await client.call(`POST /listings/${listingId}/pass`, {
    as: operator.checker,
    body: { opinion: '材料齐全，来源说明清楚，同意挂牌。', checks: items.map(item => item.code) },
  })
  await client.call(`POST /listings/${listingId}/publish`, { as: operator.maker })
}

export interface Contract {
  readonly id: string
  readonly number: string
  readonly state: string
  readonly textHash: string
  readonly pdfSha256: string | null
}

/** The buyer asks to buy; the contract is drafted from the model contract and offered. */
export const askToBuy = (
  client: Client,
  buyer: Cast,
  productId: string,
  purpose: string,
  scenario: string,
  planId?: string,
) =>
  client.call<Contract>('POST /contracts', {
    as: buyer.maker,
    body: { productId, purpose, scenario, ...(planId && { planId }) },
  })

/** Gives a listed product more plans than its first; those that it has stay. Answers the plans by code. */
export async function offerPlans(
  client: Client,
  vendor: Cast,
  productId: string,
  plans: readonly { readonly code: string; readonly [term: string]: unknown }[],
): Promise<ReadonlyMap<string, string>> {
  type Product = { plans: { id: string; code: string }[] }
  const before = await client.call<Product>(`GET /products/${productId}`)
  for (const plan of plans)
    if (!before.plans.some(({ code }) => code === plan.code))
      await client.call(`POST /products/${productId}/price`, { as: vendor.maker, body: plan })
  const after = await client.call<Product>(`GET /products/${productId}`)
  return new Map(after.plans.map(({ code, id }) => [code, id]))
}

/** The vendor agrees to the text as it stands. */
export const agree = (client: Client, vendor: Cast, contractId: string) =>
  client.call<Contract>(`POST /contracts/${contractId}/agree`, { as: vendor.maker })

/** A signer of one side proves who they are and signs with the organisation's key. */
export const sign = (client: Client, side: Cast, contractId: string) =>
  client.call<Contract>(`POST /contracts/${contractId}/sign`, { as: side.checker, body: { password: demoPassword } })

/** What of a trade can be read under its contract. */
interface Found {
  readonly id: string
  readonly contractId: string
  readonly state: string
  readonly number: string
}

/** Waits for what the worker makes of a contract: its registration, filing or order. */
export const openedFor = <T extends Found>(
  client: Client,
  as: Player,
  kind: 'registrations' | 'filings' | 'orders',
  contractId: string,
): Promise<T> =>
  client.until(`${kind} of the contract`, async () => {
    const { items } = await client.call<{ items: T[] }>(`GET /${kind}?limit=100`, { as })
    return items.find(item => item.contractId === contractId)
  })

/** The operator's two people take the registration up and pass it. */
export async function register(client: Client, operator: Operator, registrationId: string): Promise<Found> {
  await client.call(`POST /registrations/${registrationId}/accept`, { as: operator.maker })
  return client.call<Found>(`POST /registrations/${registrationId}/pass`, { as: operator.checker })
}

export interface Payment {
  readonly referenceCode: string
  readonly amountFen: number
  readonly amount: string
  readonly payee: { readonly holderName: string; readonly accountNumber: string }
}

/** One line of a bank statement. */
export interface BankLine {
  readonly on: string
  readonly amount: string
  readonly payer: string
  readonly account: string
  readonly remark: string
  readonly serial: string
}

/** A bank statement as the bank exports it. */
export const statementCsv = (lines: readonly BankLine[]): string =>
  `记账日期,金额,付款人名称,付款人账号,摘要,银行流水号\n${lines
    .map(l => [l.on, `"${l.amount}"`, l.payer, l.account, l.remark, l.serial].join(','))
    .join('\n')}\n`

/** Imports a statement as the operator's finance; answers what became of its lines. */
export function importStatement(client: Client, operator: Operator, name: string, csv: string) {
  const form = new FormData()
  form.append('file', new Blob([csv], { type: 'text/csv' }), name)
  return client.call<{ id: string; importedCount: number; states: { state: string; count: number }[] }>(
    'POST /bank-statements',
    { as: operator.finance, form },
  )
}

/** Registers and confirms a bank account of an organisation, as far as that is not done yet. */
export async function openAccount(
  client: Client,
  operator: Operator,
  who: Player,
  accountNumber: string,
): Promise<void> {
  type Account = { id: string; organizationId: string; state: string }
  const { items } = await client.call<{ items: Account[] }>('GET /bank-accounts?limit=100', { as: who })
  const own = items.filter(item => item.organizationId === who.organizationId)
  if (own.some(item => item.state === 'confirmed')) return
  const account =
    own.find(item => item.state === 'submitted') ??
    (await client.call<Account>('POST /bank-accounts', {
      as: who,
      body: { bankName: '晋商银行太原分行', accountNumber, password: demoPassword },
    }))
  await client.call(`POST /bank-accounts/${account.id}/confirm`, { as: operator.cashier })
}

/** Fetches the data of an order through a signed link, in two ranges that meet. */
export async function download(client: Client, buyer: Cast, orderId: string) {
  type Delivery = {
    entitlement: { id: string; bytes: number; sha256: string; fileName: string } | null
    receipts: { id: string; number: string }[]
  }
  const open = await client.until('the entitlement', async () => {
    const found = await client.call<Delivery>(`GET /orders/${orderId}/delivery`, { as: buyer.maker })
    return found.entitlement
  })
  const link = await client.call<{ url: string }>(`POST /entitlements/${open.id}/downloads`, {
    as: buyer.maker,
    body: {},
  })
  const address = link.url.startsWith('http') ? link.url : client.url + link.url
  const middle = Math.floor(open.bytes / 2)
  const parts: Buffer[] = []
  for (const range of [`bytes=0-${middle - 1}`, `bytes=${middle}-`]) {
    const response = await client.send(`GET ${address}`, { headers: { range } })
    if (response.status !== 206) throw new StoryError(`a range of the download answered ${response.status}`)
    parts.push(Buffer.from(await response.arrayBuffer()))
  }
  const receipt = await client.until('the delivery receipt', async () => {
    const found = await client.call<Delivery>(`GET /orders/${orderId}/delivery`, { as: buyer.maker })
    return found.receipts[0]
  })
  return { ...open, content: Buffer.concat(parts), receipt, url: link.url }
}
