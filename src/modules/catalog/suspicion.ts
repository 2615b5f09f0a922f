import { type Text, text } from '../../kernel/text.ts'
import type { DataVersion } from '../data/index.ts'

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const

/** Whether a text is a citizen identity number: 18 places with a birth date and the check of GB 11643 (ISO 7064 mod 11-2). */
export function isCitizenId(value: string): boolean {
  const found = /^[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]$/.exec(value)
  if (!found) return false
  const sum = weights.reduce((total, weight, i) => total + weight * Number(value[i]), 0)
  return '10X98765432'[sum % 11] === value[17]?.toUpperCase()
}

const kinds: readonly { readonly matches: (value: string) => boolean; readonly kind: Text }[] = [
  { matches: isCitizenId, kind: text('公民身份号码', 'citizen identity numbers') },
  { matches: value => /^(?:\+?86)?1[3-9]\d{9}$/.test(value), kind: text('手机号码', 'mobile phone numbers') },
  { matches: value => /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i.test(value), kind: text('电子邮箱', 'e-mail addresses') },
]

/** Columns most of whose sample values look like a person's number or address: a hint for people, never a decision. */
export function suspectColumns(data: Pick<DataVersion, 'columns' | 'sample'>): { name: string; kind: Text }[] {
  return data.columns.flatMap(({ name }, i) => {
    const values = data.sample.map(row => row[i]?.trim()).filter(value => value !== undefined && value !== '')
    const found = kinds.find(({ matches }) => values.filter(value => matches(value!)).length * 2 > values.length)
    return found ? [{ name, kind: found.kind }] : []
  })
}
