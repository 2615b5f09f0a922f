import { readFile } from 'node:fs/promises'
import type { Cast } from './cast.ts'
import type { Client } from './client.ts'
import { demoPassword, type Operator } from './operator.ts'

/** A product of the demo: which file, what only a person can say of it, and its price in fen. */
export interface Goods {
  readonly file: string
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

/** Uploads a sample file as the vendor's and describes its columns. */
export async function uploadGoods(client: Client, vendor: Cast, goods: Goods) {
  const form = new FormData()
  form.append(
    'file',
    new Blob([new Uint8Array(await readFile(new URL(goods.file, samples)))], { type: 'text/csv' }),
    goods.file,
  )
  type Version = { id: string; state: string; sha256: string; rows: number; columns: { name: string; type: string }[] }
  const sent = await client.call<Version>('POST /data-versions', { as: vendor.maker, form })
  const version = await client.until('the reading of the file', async () => {
    const found = await client.call<Version>(`GET /data-versions/${sent.id}`, { as: vendor.maker })
    return found.state !== 'profiling' && found
  })
  await client.call(`POST /data-versions/${version.id}/confirm`, { as: vendor.maker, body: { columns: goods.columns } })
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
  await client.call(`POST /listings/${listingId}/pass`, {
    as: operator.checker,
    body: { opinion: '材料齐全，来源说明清楚，同意挂牌。' },
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
export const askToBuy = (client: Client, buyer: Cast, productId: string, purpose: string, scenario: string) =>
  client.call<Contract>('POST /contracts', { as: buyer.maker, body: { productId, purpose, scenario } })

/** The vendor agrees to the text as it stands. */
export const agree = (client: Client, vendor: Cast, contractId: string) =>
  client.call<Contract>(`POST /contracts/${contractId}/agree`, { as: vendor.maker })

/** A signer of one side proves who they are and signs with the organisation's key. */
export const sign = (client: Client, side: Cast, contractId: string) =>
  client.call<Contract>(`POST /contracts/${contractId}/sign`, { as: side.checker, body: { password: demoPassword } })
