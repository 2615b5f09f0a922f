import type { Cast } from './cast.ts'
import type { Client } from './client.ts'

interface Parties {
  readonly vendor: Cast
  /** who has bought and accepted the product */
  readonly owner: Cast
  /** who thinks about buying it */
  readonly reader: Cast
}

type Items<T> = { readonly items: readonly T[] }

/** What is said about a product of the demo: a question with its answer, one that waits, a rating with its reply. */
export async function talkAbout(client: Client, productId: string, { vendor, owner, reader }: Parties): Promise<void> {
  const { items } = await client.call<Items<unknown>>(`GET /products/${productId}/questions?limit=1`)
  if (items.length === 0) {
    const ask = (as: Cast, question: string) =>
      client.call<{ id: string }>(`POST /products/${productId}/questions`, { as: as.maker, body: { question } })
    const { id } = await ask(reader, '降水量是否包含降雪？缺测日期怎样处理？')
    await client.call(`POST /questions/${id}/answer`, {
      as: vendor.maker,
      body: { answer: '包含，降雪按融化后的水量计入。四年逐日记录完整，没有缺测日期。' },
    })
    await ask(owner, '后续年份的数据会作为新版本提供吗？')
  }
  const rated = await client.call<Items<unknown>>(`GET /products/${productId}/ratings?limit=1`)
  if (rated.items.length > 0) return
  const orders = await client.call<Items<{ id: string; productId: string; acceptedAt: string | null }>>(
    'GET /orders?as=buyer&limit=100',
    { as: owner.maker },
  )
  const order = orders.items.find(each => each.productId === productId && each.acceptedAt !== null)
  if (!order) return
  const rating = await client.call<{ id: string }>(`POST /orders/${order.id}/rate`, {
    as: owner.maker,
    body: { score: 5, comment: '字段与数据字典一致，下载后直接可用于费率测算。' },
  })
  await client.call(`POST /ratings/${rating.id}/reply`, {
    as: vendor.maker,
    body: { reply: '感谢反馈，字段如有疑问请随时提问。' },
  })
}
