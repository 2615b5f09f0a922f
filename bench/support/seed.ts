import type { Sql } from 'postgres'
import { newId } from '../../src/kernel/ids.ts'
import { formatNumber } from '../../src/kernel/numbers.ts'
import { documentTokens, documentWords, titleKey } from '../../src/kernel/words.ts'

export const places = '太原 大同 朔州 忻州 阳泉 吕梁 晋中 长治 晋城 临汾 运城 北京 上海 深圳 杭州 成都 武汉 西安'.split(
  ' ',
)
export const placesEn =
  'Taiyuan Datong Shuozhou Xinzhou Yangquan Lvliang Jinzhong Changzhi Jincheng Linfen Yuncheng Beijing Shanghai Shenzhen Hangzhou Chengdu Wuhan Xian'.split(
    ' ',
  )
export const topics =
  '空气质量 道路交通 企业信用 电力负荷 供水管网 医疗机构 土地利用 农业气象 物流轨迹 商业网点 人口统计 煤矿安全 水文监测 旅游客流 能源消费 教育资源'.split(
    ' ',
  )
export const topicsEn =
  'air-quality traffic credit power water-supply hospital land-use agri-weather logistics retail population coal-mine hydrology tourism energy education'.split(
    ' ',
  )
const forms = '逐日观测 年度汇总 实时监测 遥感影像 指标体系 明细台账 预测结果 标注样本'.split(' ')
const formsEn = 'daily yearly realtime remote-sensing indicators ledger forecast labelled'.split(' ')
const uses =
  '可用于环境评估、规划编制和科学研究。 可用于信贷风控、保险精算和征信服务。 可用于线路优化、运力调度与出行提示。 可用于产业分析、选址评估与市场研究。'.split(
    ' ',
  )
// one product in five hundred carries one of these
const rare = '琥珀 玛瑙 蜂巢 梧桐 麒麟 蒹葭'.split(' ')
const rareEn = 'amber agate honeycomb parasol unicorn reed'.split(' ')

/** What the listing at `i` says in words; the same `i` gives the same words. */
function words(i: number) {
  const at = <T>(list: readonly T[], step: number): T => list[Math.floor(i / step) % list.length]!
  const isRare = i % 500 === 0
  const oddity = at(rare, 500)
  return {
    nameZh: `${at(places, 1)}市${at(topics, 3)}${at(forms, 7)}数据集${i}${isRare ? `（${oddity}）` : ''}`,
    nameEn: `${at(placesEn, 1)} ${at(topicsEn, 3)} ${at(formsEn, 7)} dataset ${i}${isRare ? ` ${at(rareEn, 500)}` : ''}`,
    abstract: `${at(places, 1)}市${at(topics, 3)}的${at(forms, 7)}，覆盖${2000 + (i % 26)}年至今，按月更新，字段完整。${at(uses, 11)}`,
    keywords: [at(topics, 3), at(forms, 7)],
  }
}

/** The rows of one listing beside those it is modelled on: only what differs. */
function rows(i: number, texts: readonly string[]) {
  const [product, version, plan, listing] = [newId(), newId(), newId(), newId()]
  const number = formatNumber('140000', 'DP', 2025, 10_000_000 + i)
  const listedAt = new Date(Date.UTC(2024, 0, 1) + i * 60_000).toISOString()
  const said = words(i)
  const titles = [said.nameZh, said.nameEn, ...said.keywords, number]
  const bodies = [said.abstract, ...texts]
  const names = { name_zh: said.nameZh, name_en: said.nameEn, abstract: said.abstract }
  return {
    product: { id: product, number },
    version: { id: version, product_id: product, ...names, keywords: said.keywords },
    plan: { id: plan, product_id: product },
    listing: {
      id: listing,
      number: formatNumber('140000', 'LQ', 2025, 10_000_000 + i),
      product_id: product,
      version_id: version,
      listed_at: listedAt,
    },
    listed: {
      product_id: product,
      listing_id: listing,
      number,
      ...names,
      listed_at: listedAt,
      title_key: titleKey(said.nameZh),
      words: documentWords(titles, bodies),
      tokens: documentTokens(titles, bodies),
    },
  }
}

/**
 * Lists products until there are `target`, each a copy of a really listed one under other words: the same columns, and
 * tokens, title keys and counters as the catalog itself makes them (its triggers count). Only the walls that would
 * want each product's life cycle gone through are passed by.
 */
export async function seedProducts(sql: Sql, target: number): Promise<void> {
  const [found] = await sql<{ n: number }[]>`select count(*)::int as n from catalog.listed_product`
  const models = await sql<{ product_id: string; vendor_zh: string; vendor_en: string }[]>`
    select product_id, vendor_zh, coalesce(vendor_en, '') as vendor_en from catalog.listed_product
    where number not like '%-2025-1%' order by product_id limit 2`
  const batch = 500
  for (let from = found!.n; from < target; from += batch) {
    const model = models[Math.floor(from / batch) % models.length]!
    const made = Array.from({ length: Math.min(batch, target - from) }, (_, i) =>
      rows(from + i, [model.vendor_zh, model.vendor_en]),
    )
    const json = (key: keyof ReturnType<typeof rows>) => sql.json(made.map(row => row[key]) as never)
    await sql.begin(async t => {
      await t`set local session_replication_role = replica`
      await t`insert into catalog.data_product select (jsonb_populate_record(m, j)).*
        from catalog.data_product m, jsonb_array_elements(${json('product')}) j where m.id = ${model.product_id}`
      await t`insert into catalog.product_version select (jsonb_populate_record(m, j)).*
        from catalog.product_version m, jsonb_array_elements(${json('version')}) j where m.product_id = ${model.product_id}`
      await t`insert into catalog.price_plan select (jsonb_populate_record(m, j)).*
        from catalog.price_plan m, jsonb_array_elements(${json('plan')}) j
        where m.product_id = ${model.product_id} and m.is_current`
      await t`insert into catalog.listing select (jsonb_populate_record(m, j)).*
        from catalog.listing m, jsonb_array_elements(${json('listing')}) j where m.product_id = ${model.product_id}`
      await t`set local session_replication_role = origin`
      await t`insert into catalog.listed_product select (jsonb_populate_record(m, j || jsonb_build_object('document',
          array_to_tsvector(array(select jsonb_array_elements_text(j->'tokens')))::text))).*
        from catalog.listed_product m, jsonb_array_elements(${json('listed')}) j where m.product_id = ${model.product_id}`
    })
    process.stderr.write(`\rseeded ${from + made.length}`)
  }
  if (found!.n < target) {
    process.stderr.write('\n')
    await sql`vacuum analyze`
  }
}
