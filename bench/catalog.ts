// The catalog: list, search, one product, against the same rows by the right index; and whether everything is found.
import { parseQuery, toTsquery } from '../src/kernel/words.ts'
import { compare, get, headings, printTable } from './support/helper.ts'
import { placesEn, places as placesZh, topicsEn, topics as topicsZh } from './support/seed.ts'
import { openStage, type Stage } from './support/stage.ts'

const listings = Number(process.env.JINSHU_BENCH_LISTINGS ?? 20_500)

const searches = [
  ['search en, common', 'walk', ['traffic', 'power', 'energy']],
  ['search zh, common', 'walk', ['空气质量', '电力', '煤矿安全']],
  ['search en, rare', 'index', ['amber', 'agate', 'unicorn']],
  ['search zh, rare', 'index', ['琥珀', '蜂巢', '麒麟']],
  ['search en, absent', 'index', ['zeppelin', 'xylophone']],
  ['search zh, absent', 'index', ['鲸鱼', '恐龙化石']],
] as const

const encode = encodeURIComponent

async function cases(stage: Stage) {
  const { sql, productPort, limitPort } = stage
  const ids = await sql<{ product_id: string }[]>`select product_id from catalog.listed_product tablesample system (10)`
  const side = (port: number, paths: string[]) => ({ port, requests: paths.map(path => get(path)) })
  const places = await sql<{ value: string; id: string }[]>`
    select listed_at::text as value, product_id as id from catalog.listed_product tablesample bernoulli (10) limit 2000`
  const cursor = (row: { value: string; id: string }) =>
    Buffer.from(JSON.stringify([row.value, row.id])).toString('base64url')
  // more of them than a process keeps, in turn: each is found anew
  const pairs = placesEn.flatMap(place => topicsEn.map(topic => [place, topic] as const))
  const phrases = placesZh.flatMap(place => topicsZh.map(topic => `${place}市${topic}`))
  const read = (paths: string[]) =>
    side(
      productPort,
      paths.map(path => `/api/v1/products${path}`),
    )
  return [
    { name: 'list, first page with facets', product: read(['']), limit: side(limitPort, ['/list']) },
    { name: 'list, page only', product: read(['?facets=false']), limit: side(limitPort, ['/list']) },
    {
      name: 'list, any page (none kept)',
      product: read(places.map(row => `?after=${cursor(row)}`)),
      limit: side(
        limitPort,
        places.map(row => `/list?value=${encode(row.value)}&id=${row.id}`),
      ),
    },
    {
      name: 'search zh, phrase (none kept)',
      product: read(phrases.map(phrase => `?q=${encode(phrase)}&facets=false`)),
      limit: side(
        limitPort,
        phrases.map(phrase => `/index?word=${encode(phrase)}&tsquery=${encode(toTsquery(parseQuery(phrase)!))}`),
      ),
    },
    {
      name: 'search en, two words (none kept)',
      product: read(pairs.map(pair => `?q=${encode(pair.join(' '))}&facets=false`)),
      limit: side(
        limitPort,
        pairs.map(
          ([one, two]) =>
            `/index?word=${one.toLowerCase()}&also=${two}&tsquery=${encode(toTsquery(parseQuery(`${one} ${two}`)!))}`,
        ),
      ),
    },
    ...searches.map(([name, plan, terms]) => ({
      name,
      product: read(terms.map(term => `?q=${encode(term)}`)),
      limit: side(
        limitPort,
        terms.map(term => `/${plan}?word=${encode(term)}&tsquery=${encode(toTsquery(parseQuery(term)!))}`),
      ),
    })),
    {
      name: 'one product (kept)',
      product: read(ids.slice(0, 100).map(row => `/${row.product_id}`)),
      limit: side(
        limitPort,
        ids.slice(0, 100).map(row => `/detail/${row.product_id}`),
      ),
    },
    {
      name: 'one product (none kept)',
      product: read(ids.map(row => `/${row.product_id}`)),
      limit: side(
        limitPort,
        ids.map(row => `/detail/${row.product_id}`),
      ),
    },
  ]
}

/** Searches for pieces of titles and compares with reading every row. */
async function recall({ sql, productPort }: Stage): Promise<string[][]> {
  const rows = await sql<{ name_zh: string; name_en: string; abstract: string }[]>`
    select name_zh, coalesce(name_en, '') as name_en, abstract from catalog.listed_product tablesample bernoulli (1)
    order by random() limit 40`
  const piece = (text: string, length: number, i: number) => {
    const from = (i * 7) % Math.max(1, text.length - length)
    return text.slice(from, from + length)
  }
  const kinds = {
    'two Chinese characters': rows.map((row, i) => piece(row.abstract.replace(/[^\p{Script=Han}]/gu, ''), 2, i)),
    'four Chinese characters': rows.map((row, i) => piece(row.name_zh.replace(/[^\p{Script=Han}]/gu, ''), 4, i)),
    'an English word': rows.map((row, i) => row.name_en.split(' ')[i % 3]!),
    'a part of an English word': rows.map(row => row.name_en.split(' ')[1]!.slice(2, 7)),
  }
  const lines: string[][] = []
  for (const [kind, terms] of Object.entries(kinds)) {
    let [wanted, found] = [0, 0]
    for (const term of new Set(terms)) {
      const all = await sql<{ product_id: string }[]>`
        select product_id from catalog.listed_product where strpos(words, ${term.toLowerCase()}) > 0
        order by listed_at desc, product_id desc limit 100`
      const reply = await fetch(`http://127.0.0.1:${productPort}/api/v1/products?limit=100&q=${encode(term)}`)
      const ids = new Set(((await reply.json()) as { items: { id: string }[] }).items.map(item => item.id))
      wanted += all.length
      found += all.filter(row => ids.has(row.product_id)).length
    }
    lines.push([kind, String(new Set(terms).size), String(wanted), (found / wanted).toFixed(3)])
  }
  return lines
}

const stage = await openStage({ listings })
try {
  const only = process.argv[2]
  const lines: string[][] = []
  for (const one of await cases(stage)) if (!only || one.name.includes(only)) lines.push(await compare(stage.load, one))
  printTable(`Catalog, ${listings} listings, 16 connections`, headings, lines)
  if (!only)
    printTable(
      'Recall: of the newest 100 rows that hold the words',
      ['sought', 'searches', 'to find', 'found'],
      await recall(stage),
    )
} finally {
  await stage.close()
}
