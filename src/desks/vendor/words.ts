import { division } from '../../kernel/division.ts'
import type { RulePack } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import type { ListingState } from '../../modules/catalog/index.ts'
import type { PayoutState } from '../../modules/settlement/index.ts'
import type { Tone } from '../../web/parts.tsx'

/** Words and colours that several pages of the vendor's desk share. */

export const deskTrail = ['/vendor', text('供方工作台', 'Vendor desk')] as const

export const listingTones: Partial<Record<ListingState, Tone>> = {
  draft: 'quiet',
  submitted: 'info',
  supplementing: 'warn',
  reviewing: 'info',
  approved: 'good',
  listed: 'good',
  suspended: 'warn',
  delisted: 'quiet',
  expired: 'warn',
  rejected: 'bad',
  discarded: 'quiet',
}

export const versionTones: Readonly<Record<string, Tone>> = {
  profiling: 'info',
  unscanned: 'warn',
  ready: 'warn',
  confirmed: 'good',
  failed: 'bad',
  discarded: 'quiet',
}

export const typeWords: Readonly<Record<string, Text>> = {
  text: text('文本', 'Text'),
  integer: text('整数', 'Integer'),
  decimal: text('小数', 'Decimal'),
  date: text('日期', 'Date'),
  timestamp: text('日期时间', 'Timestamp'),
  boolean: text('是/否', 'Yes/no'),
}

export const delimiterWords = (delimiter: string): Text =>
  delimiter === '\t'
    ? text('制表符', 'tab')
    : delimiter === ','
      ? text('逗号', 'comma')
      : delimiter === ';'
        ? text('分号', 'semicolon')
        : text(delimiter, delimiter)

/** Names of divisions; a code that the table does not have stands for itself. */
export const divisionNames = (codes: readonly string[]): Text => {
  const found = codes.map(code => division(code))
  return text(
    found.map((each, i) => each?.name ?? codes[i]).join('、'),
    found.map((each, i) => each?.nameEn ?? each?.name ?? codes[i]).join(', '),
  )
}

type ListName = keyof RulePack['lists']

/** The items of a rule pack's list as a form offers them. */
export const choicesOf = (rules: RulePack, list: ListName): readonly (readonly [string, Text])[] =>
  rules.lists[list].items.map(item => [item.code, text(item.name.zh, item.name.en)] as const)

/** Share of empty cells, in percent with one decimal. */
export const percent = (part: number, whole: number): string =>
  whole === 0 ? '0%' : `${((part / whole) * 100).toFixed(1).replace(/\.0$/, '')}%`

export const payoutTones: Partial<Record<PayoutState, Tone>> = {
  waiting: 'warn',
  ready: 'info',
  ordered: 'info',
  confirmed: 'good',
  bounced: 'bad',
}
