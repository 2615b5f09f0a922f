import { division } from '../../kernel/division.ts'
import type { RulePack } from '../../kernel/rulepack.ts'
import { type Language, type Text, text } from '../../kernel/text.ts'
import type { FacetName, Sort } from '../../modules/catalog/index.ts'

type ListName = keyof RulePack['lists']

/** What a code of a rule pack's list is called; an unknown one stands for itself. */
export const codeWords = (rules: RulePack, list: ListName, code: string): Text =>
  rules.lists[list].items.find(item => item.code === code)?.name ?? text(code, code)

/** What a grade of data is called (分级). */
export const gradeWords = (rules: RulePack, code: string): Text =>
  rules.grades.items.find(item => item.code === code)?.name ?? text(code, code)

/** What a place is called; places without an English name keep the Chinese one. */
export function placeWords(code: string): Text {
  const found = division(code)
  return found ? text(found.name, found.nameEn ?? found.name) : text(code, code)
}

const priceKinds: Record<string, Text> = {
  free: text('免费', 'Free'),
  'one-off': text('一次性付费', 'One-off price'),
  subscription: text('订阅', 'Subscription'),
  trial: text('试用', 'Trial'),
}
const formats: Record<string, string> = { csv: 'CSV', json: 'JSON', parquet: 'Parquet' }

export const formatName = (format: string): string => formats[format] ?? format.toUpperCase()
export const priceWords = (kind: string): Text => priceKinds[kind] ?? text(kind, kind)

export const facetWords: Record<FacetName, Text> = {
  theme: text('主题', 'Theme'),
  industry: text('行业', 'Industry'),
  type: text('产品类型', 'Kind of product'),
  priceKind: text('价格', 'Price'),
  division: text('供方所在地', 'Place of the vendor'),
  format: text('文件格式', 'File format'),
}

/** The order in which a reader narrows a search. */
export const facetOrder: readonly FacetName[] = ['theme', 'priceKind', 'industry', 'division', 'type', 'format']

/** What the value of a facet is called. */
export function facetValue(rules: RulePack, facet: FacetName, value: string): Text {
  switch (facet) {
    case 'theme':
      return codeWords(rules, 'themes', value)
    case 'industry':
      return codeWords(rules, 'industries', value)
    case 'type':
      return codeWords(rules, 'productTypes', value)
    case 'priceKind':
      return priceWords(value)
    case 'division':
      return placeWords(value)
    case 'format':
      return text(formatName(value), formatName(value))
  }
}

export const sortWords: Record<Sort, Text> = {
  newest: text('最新挂牌', 'Newest'),
  price: text('价格从低到高', 'Lowest price'),
  'price-desc': text('价格从高到低', 'Highest price'),
  title: text('名称', 'Name'),
}

export const columnTypes: Record<string, Text> = {
  text: text('文本', 'Text'),
  integer: text('整数', 'Whole number'),
  decimal: text('小数', 'Number'),
  date: text('日期', 'Date'),
  timestamp: text('时间', 'Time'),
  boolean: text('是/否', 'Yes or no'),
}

const rounded = (value: number) => (value >= 100 ? Math.round(value) : Math.round(value * 10) / 10)

/** Hours as people say them: hours up to two days, days beyond. */
export function hoursWords(hours: number): Text {
  if (hours < 1) return text('不到 1 小时', 'under an hour')
  if (hours < 48) return text(`${rounded(hours)} 小时`, `${rounded(hours)} h`)
  return text(`${rounded(hours / 24)} 天`, `${rounded(hours / 24)} days`)
}

/** A span of time as a file tells it: days, or instants cut to their day. */
export function spanWords(from: string | null, to: string | null): Text | undefined {
  if (!from || !to) return undefined
  const [first, last] = [from.slice(0, 10), to.slice(0, 10)]
  return first === last ? text(first, first) : text(`${first} 至 ${last}`, `${first} to ${last}`)
}

/** The language of a word of data on a page: Chinese on an English page is marked as such. */
export const langOf = (language: Language, words: string): 'zh-CN' | undefined =>
  language === 'en' && /\p{Script=Han}/u.test(words) ? 'zh-CN' : undefined
