import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { listingMachine } from '../../modules/catalog/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Bytes, Copyable, Count, Facts, Moment, Name, Notice } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Histogram } from './chart.tsx'
import { Dictionary, Sample, Spreads } from './dictionary.tsx'
import { OfferCard, VendorCard } from './offer.tsx'
import { Data, Part } from './parts.tsx'
import { Questions, Ratings } from './talk.tsx'
import { UseAndContract, Versions } from './terms.tsx'
import { type ProductView, productView } from './view.ts'
import { codeWords, formatName, gradeWords, placeWords, spanWords } from './words.ts'

function Head({ view: { product, rules } }: { view: ProductView }) {
  const t = useWords()
  const { content, listing } = product
  return (
    <div class="page-head">
      <div>
        <nav class="trail" aria-label={t(text('位置', 'You are here'))}>
          <a href="/products">{t(text('数据产品', 'Data products'))}</a>
          <a href={`/products?theme=${content.theme}`}>{t(codeWords(rules, 'themes', content.theme ?? ''))}</a>
        </nav>
        <h1>
          <Name zh={content.nameZh} en={content.nameEn} />
        </h1>
        <p class="row-gap mt-1 mb-0">
          <Badge tone={product.isListed ? 'good' : 'warn'}>
            {t(listingMachine.states[listing.state as keyof typeof listingMachine.states])}
          </Badge>
          <Badge>
            {t(text('分级：', 'Grade: '))}
            {t(gradeWords(rules, content.grade ?? ''))}
          </Badge>
          {content.isPublicData && <Badge tone="info">{t(text('公共数据', 'Public data'))}</Badge>}
          {content.containsPersonalInfo && <Badge tone="warn">{t(text('含个人信息', 'Personal information'))}</Badge>}
          <Copyable>{product.number}</Copyable>
        </p>
      </div>
    </div>
  )
}

function Jumps({ view }: { view: ProductView }) {
  const t = useWords()
  const links = [
    ['#facts', text('要点', 'Key facts')],
    ['#dictionary', text('数据字典', 'Dictionary')],
    ['#spread', text('取值分布', 'Spread')],
    ['#sample', text('样例', 'Sample')],
    ['#use', text('用途', 'Use')],
    ['#contract', text('合同', 'Contract')],
    ['#versions', text('版本', 'Versions')],
    ['#questions', text('问答', 'Questions')],
    ['#ratings', text('评价', 'Ratings')],
  ] as const
  const hasSpread = view.product.data.columns.some(column => column.histogram?.length || column.topValues?.length)
  return (
    <nav class="jumps" aria-label={t(text('本页内容', 'On this page'))}>
      {links
        .filter(([to]) => to !== '#spread' || hasSpread)
        .map(([to, words]) => (
          <a key={to} href={to}>
            {t(words)}
          </a>
        ))}
    </nav>
  )
}

/** The places that a data set covers; many of them are counted, not all named. */
function Places({ of }: { of: readonly string[] }) {
  const t = useWords()
  if (of.length === 0) return <>{t(text('未识别到地区', 'No places were found in it'))}</>
  const shown = of.slice(0, 12)
  return (
    <>
      {shown.map((code, i) => (
        <span key={code}>
          {i > 0 && t(text('、', ', '))}
          <Data>{t(placeWords(code))}</Data>
        </span>
      ))}
      {of.length > shown.length && t(text(` 等 ${of.length} 个地区`, ` and ${of.length - shown.length} more`))}
    </>
  )
}

/** The facts of a product, read and said, in one list. */
export function KeyFacts({ view: { product, rules } }: { view: ProductView }) {
  const t = useWords()
  const { content, data, listing } = product
  const span = spanWords(data.coverage.timeFrom, data.coverage.timeTo)
  return (
    <Facts
      of={[
        [
          t(text('规模', 'Size')),
          <span key="size">
            <Count of={data.rows} /> {t(text('行', 'rows'))} × {data.columns.length} {t(text('列，', 'columns, '))}
            <Bytes of={data.bytes} />
          </span>,
        ],
        [t(text('格式', 'Format')), [formatName(data.format), data.encoding].filter(Boolean).join(' · ')],
        [t(text('覆盖时间', 'Time covered')), span ? t(span) : t(text('未识别到时间', 'No times were found in it'))],
        [t(text('覆盖地区', 'Places covered')), <Places key="places" of={data.coverage.divisions} />],
        [t(text('更新频率', 'Updated')), t(codeWords(rules, 'updateFrequencies', content.updateFrequency ?? ''))],
        [
          t(text('完整度', 'Completeness')),
          t(
            text(
              `${(data.completenessPpm / 10_000).toFixed(2)}% 的单元格有值`,
              `${(data.completenessPpm / 10_000).toFixed(2)}% of cells hold a value`,
            ),
          ),
        ],
        [t(text('类型', 'Kind')), t(codeWords(rules, 'productTypes', content.type ?? ''))],
        [t(text('行业', 'Industry')), t(codeWords(rules, 'industries', content.industry ?? ''))],
        [t(text('数据来源', 'Source')), t(codeWords(rules, 'sourceCategories', content.sourceCategory ?? ''))],
        [t(text('来源说明', 'Statement of source')), <Data key="source">{content.sourceStatement ?? ''}</Data>],
        content.qualityNote ? [t(text('质量说明', 'Quality')), <Data key="quality">{content.qualityNote}</Data>] : null,
        content.containsPersonalInfo && content.personalInfoNotice
          ? [
              t(text('个人信息告知', 'Notice on personal information')),
              <Data key="pi">{content.personalInfoNotice}</Data>,
            ]
          : null,
        [
          t(text('挂牌', 'Listing')),
          <span key="listing">
            <code>{listing.number}</code> <Moment at={listing.listedAt} isDay />
            {listing.endsOn && t(text(`，至 ${listing.endsOn}`, `, until ${listing.endsOn}`))}
          </span>,
        ],
        [
          t(text('文件摘要', 'Digest of the file')),
          <code key="sha" title={data.sha256}>
            SHA-256 {data.sha256.slice(0, 16)}…
          </code>,
        ],
      ]}
    />
  )
}

/** How the rows are spread over time, where a column of days says so. */
export function OverTime({ view: { product } }: { view: ProductView }) {
  const t = useWords()
  const { columns } = product.data
  const dated = columns.find(
    column => (column.type === 'date' || column.type === 'timestamp') && (column.histogram?.length ?? 0) > 1,
  )
  if (!dated?.histogram) return null
  return (
    <div class="over-time">
      <h3>{t(text('各时段的行数', 'Rows over time'))}</h3>
      <Histogram name={dated.name} of={dated.histogram} />
    </div>
  )
}

function Product({ view }: { view: ProductView }) {
  const t = useWords()
  const { content, isListed, listing } = view.product
  return (
    <>
      <Head view={view} />
      {!isListed && (
        <Notice tone="warn">
          {listing.state === 'suspended'
            ? t(
                text(
                  '产品停牌中：暂不能购买，已签合同不受影响。',
                  'The listing is suspended: it cannot be bought for now.',
                ),
              )
            : t(
                text(
                  '产品已不再挂牌，本页供已签合同和旧链接查阅。',
                  'The product is no longer listed; this page stays for contracts and old links.',
                ),
              )}
        </Notice>
      )}
      <div class="product-page">
        <OfferCard view={view} />
        <div class="product-main">
          <Jumps view={view} />
          <Part id="facts" title={t(text('这是什么数据', 'What it is'))}>
            <p class="abstract">
              <Data>{content.abstract ?? ''}</Data>
            </p>
            {content.keywords.length > 0 && (
              <p class="row-gap">
                {content.keywords.map(keyword => (
                  <a key={keyword} class="pill" href={`/products?q=${encodeURIComponent(keyword)}`}>
                    <Data>{keyword}</Data>
                  </a>
                ))}
              </p>
            )}
            <KeyFacts view={view} />
            <OverTime view={view} />
          </Part>
          <Dictionary view={view} />
          <Spreads view={view} />
          <Sample view={view} />
          <UseAndContract view={view} />
          <Versions view={view} />
          <Questions view={view} />
          <Ratings view={view} />
        </div>
        <VendorCard record={view.record} />
      </div>
    </>
  )
}

const cursor = Type.Optional(Type.String({ maxLength: 300 }))

export const productRoutes: Route[] = [
  page({
    at: 'GET /products/:id',
    operation: 'showProduct',
    permission: 'product.read',
    summary: text('数据产品', 'A data product'),
    params: { id: Id },
    query: { questions: cursor, ratings: cursor },
    run: async (rx, { params, query }) => {
      const view = await productView(rx, params.id, query)
      const { nameZh, nameEn } = view.product.content
      return { title: text(nameZh, nameEn ?? nameZh), hasOwnHeading: true, body: <Product view={view} /> }
    },
  }),
]
