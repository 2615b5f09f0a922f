import type { RulePack } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import type { Glimpse, Hit } from '../../modules/catalog/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Bytes, Count, Moment, Name } from '../../web/parts.tsx'
import { PlanPrice } from '../price.tsx'
import { codeWords, formatName, gradeWords, langOf, spanWords } from './words.ts'

const abstractLength = 110
const shortened = (words: string): string => {
  const characters = [...words]
  return characters.length <= abstractLength ? words : `${characters.slice(0, abstractLength).join('')}…`
}

function Purposes({ of }: { of: readonly string[] }) {
  const t = useWords()
  const { language } = useReader()
  if (of.length === 0) return null
  const shown = of.slice(0, 3).join(language === 'en' ? '; ' : '、')
  return (
    <p class="hit-line">
      {t(text('可用于：', 'May be used for: '))}
      <span lang={langOf(language, shown)} data-words="data">
        {shown}
      </span>
      {of.length > 3 && t(text(' 等', ' and more'))}
    </p>
  )
}

/** A product in a list: what it is, what it costs, whose it is, and the facts by which it is judged. */
export function ProductCard({
  hit,
  glimpse,
  rules,
  level = 2,
}: {
  hit: Hit
  glimpse?: Glimpse | undefined
  rules: RulePack
  level?: 2 | 3
}) {
  const t = useWords()
  const { language } = useReader()
  const span = spanWords(glimpse?.timeFrom ?? null, glimpse?.timeTo ?? null)
  const Heading = `h${level}` as 'h2'
  return (
    <article class="card hit">
      <div class="card-body">
        <div class="hit-top">
          <Heading class="hit-title">
            <a href={`/products/${hit.product_id}`}>
              <Name zh={hit.name_zh} en={hit.name_en} />
            </a>
          </Heading>
          <p class="hit-price">
            <PlanPrice of={{ kind: hit.price_kind, amountFen: BigInt(hit.amount_fen), period: hit.price_period }} />
          </p>
        </div>
        <p class="hit-line">
          <a href={`/vendors/${hit.vendor_id}`}>
            <Name zh={hit.vendor_zh} en={hit.vendor_en} />
          </a>
          <span class="dot">{t(codeWords(rules, 'themes', hit.theme))}</span>
          <span class="dot">
            <span class="text-nowrap">
              {t(text('挂牌于 ', 'Listed '))}
              <Moment at={hit.listed_at} isDay />
            </span>
          </span>
        </p>
        <p class="hit-abstract" lang={langOf(language, hit.abstract)} data-words="data">
          {shortened(hit.abstract)}
        </p>
        <ul class="hit-facts">
          <li>
            <Count of={Number(hit.rows)} /> {t(text('行', 'rows'))}
          </li>
          <li>
            <Bytes of={Number(hit.bytes)} /> · {formatName(hit.format)}
          </li>
          {span && <li>{t(span)}</li>}
          <li>
            {t(text('分级：', 'Grade: '))}
            {t(gradeWords(rules, hit.grade))}
          </li>
          <li>
            {t(text('更新：', 'Updated: '))}
            {t(codeWords(rules, 'updateFrequencies', hit.update_frequency))}
          </li>
        </ul>
        <Purposes of={glimpse?.purposes ?? []} />
      </div>
    </article>
  )
}
