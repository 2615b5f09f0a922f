// The exchange as it is started for people, in a process of its own, with one route more: a minimal audited write.
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { access } from '../../src/access.ts'
import { createExchange } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { makeCast, roles } from '../../src/demo/cast.ts'
import { Client } from '../../src/demo/client.ts'
import { divisions, weather } from '../../src/demo/goods.ts'
import { openOperator } from '../../src/demo/operator.ts'
import { agree, askToBuy, listGoods, openedFor, register, sign } from '../../src/demo/trade.ts'
import type { ContractSpec } from '../../src/kernel/documents/specs.ts'
import { mountRoutes } from '../../src/kernel/http/mount.ts'
import { write } from '../../src/kernel/http/route.ts'
import { newId } from '../../src/kernel/ids.ts'
import { text } from '../../src/kernel/text.ts'
import { newLogger } from '../../src/logger.ts'
import { serveHelper } from './helper.ts'

/** What the parent may ask. */
export type ProductOrder =
  | { readonly do: 'listen' | 'prepare' | 'work' | 'sell' }
  | { readonly do: 'store'; readonly bytes: number }
  | { readonly do: 'link'; readonly id: string }
  | { readonly do: 'render'; readonly spec: ContractSpec; readonly times: number }
  | { readonly do: 'render-until'; readonly spec: ContractSpec; readonly ms: number }

const config = readConfig(process.env)
const exchange = await createExchange(config, config.databaseUrl!, newLogger(config.logLevel))
const NoteBody = Type.Object({ body: Type.String() })
const note = (at: string, permission: string) =>
  write({
    at,
    operation: 'keepNote',
    permission,
    tag: 'bench',
    summary: text('记一条', 'Keep a note'),
    body: NoteBody,
    reply: Type.Object({ id: Type.String() }),
    run: async (cx, { body }) => {
      const id = newId()
      await cx.sql`insert into bench.note (id, body, at) values (${id}, ${body.body}, ${cx.now.toISOString()})`
      cx.audit('note.keep', ['note', id], { body: body.body })
      return { id }
    },
  })
mountRoutes(
  exchange.app,
  [note('POST /bench/notes', 'bench.anyone'), note('POST /bench/signed-notes', 'bench.person')],
  { ...access, 'bench.anyone': ['anyone'], 'bench.person': ['person'] },
  exchange.engine,
)

async function cast() {
  const { port } = exchange.app.server.address() as { port: number }
  const url = `http://127.0.0.1:${port}`
  const client = new Client(url)
  const operator = await openOperator(exchange, url)
  return { client, operator, vendor: await makeCast(client, operator, roles.vendor, '91140100MA0DEM010R') }
}

/** An operator, a vendor and two listed products, made as people make them. */
async function prepare() {
  const { client, operator, vendor } = await cast()
  const { items } = await client.call<{ items: { id: string }[] }>('GET /products')
  if (items.length < 2) {
    await listGoods(client, operator, vendor, weather)
    await listGoods(client, operator, vendor, divisions)
  }
  return { token: vendor.maker.token }
}

/** A trade in the goods that are given away, up to what the buyer may fetch; answers the entitlement's id. */
async function sell(): Promise<string> {
  const { client, operator, vendor } = await cast()
  const buyer = await makeCast(client, operator, roles.buyer, '91140700MA0DEM030T')
  type Page = { items: { id: string; nameZh: string }[] }
  const found = await client.call<Page>(`GET /products?q=${encodeURIComponent(divisions.content.nameZh)}`)
  const { id } = await askToBuy(client, buyer, found.items[0]!.id, '科学研究', '用于本公司客户地址的标准化，不对外提供')
  await agree(client, vendor, id)
  await sign(client, vendor, id)
  await sign(client, buyer, id)
  const registration = await openedFor(client, vendor.maker, 'registrations', id)
  await register(client, operator, registration.id)
  const order = await openedFor(client, buyer.maker, 'orders', id)
  const open = await client.until('the entitlement', async () => {
    const delivery = await client.call<{ entitlement: { id: string } | null }>(`GET /orders/${order.id}/delivery`, {
      as: buyer.maker,
    })
    return delivery.entitlement
  })
  return open.id
}

/** Stores a file of random bytes; answers its digest and where it lies. */
async function store(bytes: number) {
  const block = randomBytes(2 ** 20)
  const source = Readable.from(Array.from({ length: bytes / block.length }, () => block))
  const { sha256 } = await exchange.kit.files.put(source, { maxBytes: bytes })
  return { sha256, path: exchange.kit.files.path(sha256) }
}

async function linkOf(id: string): Promise<string> {
  const { client, operator } = await cast()
  const buyer = await makeCast(client, operator, roles.buyer, '91140700MA0DEM030T')
  const { url } = await client.call<{ url: string }>(`POST /entitlements/${id}/downloads`, {
    as: buyer.maker,
    body: {},
  })
  return url
}

async function render(spec: ContractSpec, times: number): Promise<number[]> {
  const took: number[] = []
  for (let i = 0; i < times; i++) {
    const began = performance.now()
    await exchange.kit.renderer.render(spec)
    took.push(performance.now() - began)
  }
  return took
}

serveHelper(async (order: ProductOrder) => {
  switch (order.do) {
    case 'listen':
      await exchange.app.listen({ host: '127.0.0.1', port: 0 })
      return (exchange.app.server.address() as { port: number }).port
    case 'prepare':
      return prepare()
    case 'work':
      return exchange.startWorker()
    case 'sell':
      return sell()
    case 'store':
      return store(order.bytes)
    case 'link':
      return linkOf(order.id)
    case 'render':
      return render(order.spec, order.times)
    case 'render-until': {
      const end = performance.now() + order.ms
      let made = 0
      for (; performance.now() < end; made++) await exchange.kit.renderer.render(order.spec)
      return made
    }
  }
})
process.on('SIGTERM', () => void exchange.close().finally(() => process.exit(0)))
