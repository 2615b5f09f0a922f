// The limit: bare Fastify and postgres.js asking the same database for the same rows by the right index. It knows no
// people, no languages, no totals, no refusals; nothing that does more can be faster for long.
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import Fastify from 'fastify'
import postgres, { type TransactionSql } from 'postgres'
import { newId } from '../../src/kernel/ids.ts'
import { HitShape } from '../../src/modules/catalog/searchwire.ts'
import { ProductShape } from '../../src/modules/catalog/wire.ts'
import { serveHelper } from './helper.ts'

const sql = postgres(process.env.DATABASE_URL!, { max: 4, onnotice: () => {} })
const app = Fastify({ logger: false })
const columns = sql`product_id as id, listing_id as "listingId", version_no as "versionNo", number, name_zh as "nameZh",
  name_en as "nameEn", abstract, json_build_object('id', vendor_id, 'nameZh', vendor_zh, 'nameEn', vendor_en) as vendor,
  type, industry, theme, division, format, grade, update_frequency as "updateFrequency", price_kind as "priceKind",
  amount_fen::float8 as "amountFen", rows::float8 as rows, bytes::float8 as bytes, listed_at as "listedAt"`
const names = new Map<string, string>()
const nameOf = (column: string) => {
  if (!names.has(column))
    names.set(
      column,
      column.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    )
  return names.get(column)!
}
const camel = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [nameOf(column), value]))
// the product's shape without what it demands: the rows hold no more than was said
const Product = JSON.parse(JSON.stringify(ProductShape, (key, value) => (key === 'required' ? undefined : value)))
const Hits = { type: 'object', properties: { items: { type: 'array', items: HitShape } } }

app.get<{ Querystring: { value?: string; id?: string } }>(
  '/list',
  { schema: { response: { 200: Hits } } },
  async ({ query }) => ({
    items: query.value
      ? await sql`
          select ${columns} from catalog.listed_product
          where (listed_at, product_id) < (${query.value}::timestamptz, ${query.id!}::uuid)
          order by listed_at desc, product_id desc limit 21`
      : await sql`select ${columns} from catalog.listed_product order by listed_at desc, product_id desc limit 21`,
  }),
)
interface Search {
  readonly word: string
  readonly also?: string
  readonly tsquery: string
}

// told which plan is right: walking newest first where much matches, the index where little does
app.get<{ Querystring: Search }>('/walk', { schema: { response: { 200: Hits } } }, async ({ query }) => ({
  items: await sql`
    select ${columns} from catalog.listed_product p where strpos(p.words, ${query.word}) > 0 and strpos(p.words, ${query.also ?? ''}) > 0
    order by listed_at desc, product_id desc limit 21`,
}))
app.get<{ Querystring: Search }>('/index', { schema: { response: { 200: Hits } } }, async ({ query }) => ({
  items: await sql`
    select ${columns} from (
      select * from catalog.listed_product p
      where p.document @@ ${query.tsquery}::tsquery and strpos(p.words, ${query.word}) > 0
        and strpos(p.words, ${query.also ?? ''}) > 0 offset 0) p
    order by listed_at desc, product_id desc limit 21`,
}))

app.get<{ Params: { id: string } }>('/detail/:id', { schema: { response: { 200: Product } } }, async ({ params }) => {
  const [row] = await sql`
      select p.id, p.number, v.version_no as "versionNo", p.division, true as "isListed",
        json_build_object('id', l.id, 'number', l.number, 'state', l.state, 'listedAt', l.listed_at, 'endsOn', l.ends_on,
          'reviewedAt', l.reviewed_at, 'contentHash', v.content_hash) as listing,
        to_jsonb(v) - 'facts' as version,
        v.facts as data,
        (select json_agg(json_build_object('id', c.id, 'code', c.code, 'version', c.version, 'kind', c.kind,
          'amountFen', c.amount_fen, 'nameZh', c.name_zh, 'nameEn', c.name_en))
          from catalog.price_plan c where c.product_id = p.id and c.is_current) as plans,
        o.id as vendor_id, o.name_zh as vendor_zh, o.name_en as vendor_en, o.uscc, o.division as vendor_division,
        o.contact_name, o.contact_phone
      from catalog.data_product p
      join catalog.listing l on l.product_id = p.id and l.state = 'listed'
      join catalog.product_version v on v.id = l.version_id
      join identity.organization o on o.id = p.vendor_id
      where p.id = ${params.id}`
  const r = row!
  return {
    ...r,
    content: { isSilenceAcceptance: true, ...camel(r.version) },
    vendor: {
      id: r.vendor_id,
      nameZh: r.vendor_zh,
      nameEn: r.vendor_en,
      uscc: r.uscc,
      division: r.vendor_division,
      isVerified: true,
      contactName: r.contact_name,
      contactPhone: r.contact_phone,
      listedProducts: 0,
    },
  }
})

app.get<{ Querystring: { path: string; step: number } }>('/file', ({ query }, reply) => {
  reply.hijack()
  createReadStream(query.path, { highWaterMark: Number(query.step) }).pipe(reply.raw)
})

const sha256 = (data: string) => createHash('sha256').update(data).digest('hex')

async function keep(t: TransactionSql, body: string, key: string | undefined, isAudited: boolean): Promise<string> {
  const id = newId()
  const at = new Date().toISOString()
  const claimed = key
    ? await t`insert into kernel.idempotency (scope, key, operation, input_hash, created_at)
        values ('limit', ${key}, 'keepNote', ${sha256(body)}, now()) on conflict do nothing returning 1`
    : [1]
  if (claimed.length === 0) throw new Error('a key came twice')
  await t`insert into bench.note (id, body, at) values (${id}, ${body}, ${at})`
  if (isAudited) {
    const [row] = await t<{ n: string }[]>`select nextval('kernel.audit_seq') as n`
    const seq = row!.n
    const salt = randomBytes(32)
    const leaf = JSON.stringify({ v: 1, type: 'note.keep', id, seq, at, actor: 'limit', c: sha256(salt + body) })
    await Promise.all([
      t`insert into kernel.audit_entry (id, seq, at, actor, action, subject_kind, subject_id, record, salt, leaf)
        values (${newId()}, ${seq}, ${at}, 'limit', 'note.keep', 'note', ${id}, ${JSON.stringify({ body })}, ${salt}, ${leaf})`,
      t`insert into kernel.audit_queue (seq) values (${seq})`,
      key && t`update kernel.idempotency set status = 200, reply = ${id} where scope = 'limit' and key = ${key}`,
    ])
  } else if (key)
    await t`update kernel.idempotency set status = 200, reply = ${id} where scope = 'limit' and key = ${key}`
  return id
}

for (const isAudited of [true, false])
  app.post<{ Body: { body: string } }>(isAudited ? '/notes' : '/plain-notes', async ({ body, headers }) => ({
    id: await sql.begin(t => keep(t, body.body, headers['idempotency-key'] as string | undefined, isAudited)),
  }))

serveHelper(async () => {
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as { port: number }).port
})
process.on('SIGTERM', () => process.exit(0))
