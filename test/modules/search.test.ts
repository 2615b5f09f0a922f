import fc from 'fast-check'
import t from 'tap'
import { anonymous } from '../../src/kernel/actor.ts'
import { documentTokens, documentWords, titleKey } from '../../src/kernel/words.ts'
import { type SearchInput, searchProducts } from '../../src/modules/catalog/search.ts'
import { openExchange, type TestExchange } from '../support/exchange.ts'
import { listedProduct } from '../support/offering.ts'

const search = (x: TestExchange, input: SearchInput) =>
  x.exchange.engine.read(anonymous, rx => searchProducts(rx, input))

t.test('any part of a title is found in PostgreSQL', async t => {
  const x = await openExchange(t, { workers: false })
  const vendor = await x.organization(['vendor'])
  const product = await listedProduct(x, vendor)
  const entitle = (title: string) => x.sql`
    update catalog.listed_product set name_zh = ${title}, title_key = ${titleKey(title)}, words = ${documentWords([title], [])},
      document = array_to_tsvector(${documentTokens([title], [])}::text[])`

  const piece = fc.constantFrom(
    ...'空气质量数据太原市晋中路网长三角𠮷',
    'PM2.5',
    'weather',
    'É',
    'ＡＢ',
    ' ',
    '（',
    "'",
    '\\',
    '%',
    '7',
  )
  const title = fc.array(piece, { minLength: 4, maxLength: 16 }).map(parts => parts.join(''))
  await fc.assert(
    fc.asyncProperty(
      title,
      fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 6, maxLength: 6 }),
      async (name, cuts) => {
        await entitle(name)
        const characters = [...name]
        for (const [from, length] of cuts) {
          const start = from % (characters.length - 1)
          const part = characters.slice(start, start + 2 + (length % characters.length)).join('')
          if (part.trim() === '') continue
          const { hits, counts } = await search(x, { q: part })
          if (hits[0]?.product_id !== product.id || counts?.total !== 1)
            throw new Error(`“${part}” does not find “${name}”`)
        }
      },
    ),
    { numRuns: 40 },
  )
  await entitle('太原市空气质量')
  for (const q of ['气空', '原气', '太原天气', 'x']) t.equal((await search(x, { q })).hits.length, 0, q)
  t.equal((await search(x, { q: '空气 太原' })).hits.length, 1, 'words in any order')
  await x.sql`delete from catalog.listed_product`
  const { counts, hits } = await search(x, { q: '空气' })
  t.same([hits.length, counts?.total], [0, 0], 'what is no longer listed is not counted either')
})

t.test('a catalog of thousands is walked in order, whatever the plan', async t => {
  const x = await openExchange(t, { workers: false })
  const vendor = await x.organization(['vendor'])
  await listedProduct(x, vendor)
  const names = Array.from(
    { length: 3000 },
    (_, i) => `${i % 97 === 0 ? '稀有' : '常见'}数据集第${i}号 ${i % 2 ? 'odd' : 'even'}`,
  )
  const documents = names.map(
    name =>
      `{${documentTokens([name], [])
        .map(token => `"${token}"`)
        .join(',')}}`,
  )
  // rows without listings: only the counting triggers are left on
  await x.sql`alter table catalog.listed_product disable trigger all`
  await x.sql`alter table catalog.listed_product enable trigger listed_product_counted_in`
  await x.sql`
    insert into catalog.listed_product
    select gen_random_uuid(), p.listing_id, 1, 'N' || u.i, u.name, null, p.abstract, p.vendor_id, p.vendor_zh, null, p.type,
      (array['A','B','C'])[u.i % 3 + 1], p.theme, p.division, p.format, p.grade, p.update_frequency,
      case when u.i % 5 = 0 then 'free' else 'one-off' end, case when u.i % 5 = 0 then 0 else u.i % 50 * 100 + 100 end,
      1, 1, timestamptz '2026-01-01' + u.i / 2 * interval '1 minute', u.key, u.words, array_to_tsvector(u.document::text[])
    from unnest(${names.map((_, i) => i)}::int[], ${names}::text[], ${names.map(titleKey)}::text[],
      ${names.map(name => documentWords([name], []))}::text[], ${documents}::text[]) u (i, name, key, words, document),
      catalog.listed_product p`
  await x.sql`analyze catalog.listed_product`
  await x.sql`alter table catalog.listed_product enable trigger all`

  const walk = async (input: SearchInput) => {
    const seen: string[] = []
    for (let after: string | undefined; ; ) {
      const { hits, next } = await search(x, { ...input, limit: 100, after })
      seen.push(...hits.map(hit => hit.product_id))
      if (next === null) return seen
      after = next
    }
  }
  const expected = async (where: string, order: string) =>
    (await x.sql.unsafe(`select product_id from catalog.listed_product where ${where} order by ${order}`)).map(
      r => r.product_id,
    )

  const cases: [SearchInput, string, string][] = [
    [{}, 'true', 'listed_at desc, product_id desc'],
    [{ sort: 'price' }, 'true', 'amount_fen, product_id'],
    [{ sort: 'title', industry: ['A'] }, "industry = 'A'", 'title_key, product_id'],
    [{ sort: 'price', industry: ['C', 'A', 'C'] }, "industry in ('A', 'C')", 'amount_fen, product_id'],
    [
      { industry: ['A', 'B'], priceKind: ['free'] },
      "industry in ('A', 'B') and price_kind = 'free'",
      'listed_at desc, product_id desc',
    ],
    [
      { q: '常见', industry: ['B', 'C'] },
      "words like '%常见%' and industry in ('B', 'C')",
      'listed_at desc, product_id desc',
    ],
    [
      { division: ['140100', '140200'] },
      "division like '1401%' or division like '1402%'",
      'listed_at desc, product_id desc',
    ],
    [{ q: '常见' }, "words like '%常见%'", 'listed_at desc, product_id desc'],
    [{ q: '数据集 odd', sort: 'price-desc' }, "words like '%odd%'", 'amount_fen desc, product_id desc'],
    [{ q: '稀有', sort: 'title' }, "words like '%稀有%'", 'title_key, product_id'],
    [
      { q: '稀有', priceKind: ['free'] },
      "words like '%稀有%' and price_kind = 'free'",
      'listed_at desc, product_id desc',
    ],
  ]
  for (const [input, where, order] of cases)
    t.same(await walk(input), await expected(where, order), JSON.stringify(input))

  const all = (await search(x, {})).counts
  t.match(all, { total: 3001, isExact: true })
  t.same(
    all?.facets.industry.map(f => [f.value, f.count]),
    [
      ['A', 1000],
      ['B', 1000],
      ['C', 1000],
      ['N', 1],
    ],
  )
  const common = (await search(x, { q: '常见' })).counts
  t.match(common, { total: 1000, isExact: false })
  const rare = (await search(x, { q: '稀有', industry: ['B'] })).counts
  t.match(rare, { isExact: true, total: names.filter((n, i) => n.includes('稀有') && i % 3 === 1).length })
  t.equal(rare?.facets.industry.length, 3, 'a narrowed facet still shows its other values')
  t.equal(
    await search(x, { q: '稀有', industry: ['B', 'B'] }).then(f => f.counts),
    rare,
    'counted once while nothing changes',
  )
  const industries = await search(x, { q: '稀有', industry: ['B', 'A'], priceKind: ['free'] })
  const rarely = (industry: number, priceKind: boolean) =>
    names.filter((n, i) => n.includes('稀有') && i % 3 === industry && (i % 5 === 0) === priceKind).length
  t.equal(industries.counts?.total, rarely(0, true) + rarely(1, true), 'any of a facet, and every facet')
  t.same(
    industries.counts?.facets.industry.map(f => [f.value, f.count]).sort(),
    [0, 1, 2].map(i => ['ABC'[i], rarely(i, true)]),
    'a facet counts without its own choice, and with that of the others',
  )
  t.same(
    industries.counts?.facets.priceKind.find(f => f.value === 'one-off')?.count,
    rarely(0, false) + rarely(1, false),
  )
  t.same((await search(x, { q: '不存在的词' })).hits, [])
  t.equal(
    (await search(x, { after: (await search(x, {})).next ?? '' })).counts,
    undefined,
    'later pages come without counts',
  )

  const wire = await x.ok(`GET /products?q=${encodeURIComponent('稀有')}&sort=price&limit=2&division=140100`)
  t.match(wire, { isTotalExact: true, items: [{ amountFen: Number }, {}], facets: { priceKind: [{}] } })
  t.same((await x.ok('GET /products?division=140200')).items, [])
  const both = await x.ok('GET /products?industry=A&industry=C&facets=true')
  t.equal(both.total, 1000, 'counted up to a bound')
  t.equal((await x.ok('GET /products?industry=A&priceKind=free')).total, names.filter((_, i) => i % 15 === 0).length)
  t.equal((await x.call('GET /products?priceKind=free&priceKind=dear')).status, 400)
  t.equal(
    (await x.call(`GET /products?sort=price&after=${Buffer.from('["x","y"]').toString('base64url')}`)).status,
    400,
  )
  t.equal((await x.call('GET /products?sort=random')).status, 400)
  t.equal((await x.call('GET /products?colour=red')).status, 400)
})
