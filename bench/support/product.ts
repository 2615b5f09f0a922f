// The exchange as it is started for people, in a process of its own, with one route more: a minimal audited write.
import { Type } from 'typebox'
import { access } from '../../src/access.ts'
import { createExchange } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { makeCast, roles } from '../../src/demo/cast.ts'
import { Client } from '../../src/demo/client.ts'
import { divisions, weather } from '../../src/demo/goods.ts'
import { openOperator } from '../../src/demo/operator.ts'
import { listGoods } from '../../src/demo/trade.ts'
import type { ContractSpec } from '../../src/kernel/documents/specs.ts'
import { mountRoutes } from '../../src/kernel/http/mount.ts'
import { write } from '../../src/kernel/http/route.ts'
import { newId } from '../../src/kernel/ids.ts'
import { text } from '../../src/kernel/text.ts'
import { newLogger } from '../../src/logger.ts'
import { serveHelper } from './helper.ts'

/** What the parent may ask. */
export type ProductOrder =
  | { readonly do: 'listen' | 'prepare' | 'work' | 'memory' }
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

/** An operator, a vendor and two listed products, made as people make them. */
async function prepare() {
  const { port } = exchange.app.server.address() as { port: number }
  const url = `http://127.0.0.1:${port}`
  const client = new Client(url)
  const operator = await openOperator(exchange, url)
  const vendor = await makeCast(client, operator, roles.vendor, '91140100MA0DEM010R')
  const { items } = await client.call<{ items: { id: string }[] }>('GET /products')
  if (items.length < 2) {
    await listGoods(client, operator, vendor, weather)
    await listGoods(client, operator, vendor, divisions)
  }
  return { token: vendor.maker.token }
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
    case 'memory':
      return process.memoryUsage().rss
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
