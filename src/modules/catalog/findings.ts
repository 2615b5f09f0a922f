import type { FieldError } from '../../kernel/problem.ts'
import type { RulePack } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import type { ProductContent } from './model.ts'

/** What a check adds to: what refuses, and what a reviewer will look at. */
export interface Findings {
  readonly errors: FieldError[]
  readonly warnings: FieldError[]
}

/** One finding: where, what, how to mend it. */
export const finding = (pointer: string, message: Text, remedy: Text): FieldError => ({ pointer, message, remedy })
/** Characters of an answer, blanks around it not counted; 0 for none. */
export const lengthOf = (value: string | null): number => [...(value ?? '').trim()].length
/** Codes to choose from, for a remedy. */
export const choices = (codes: readonly string[]): string => codes.join(', ')

/** An answer that must be there, long enough to say something. */
export function needText(
  to: FieldError[],
  pointer: string,
  value: string | null,
  least: number,
  what: Text,
  remedy: Text,
): void {
  const length = lengthOf(value)
  if (length === 0) to.push(finding(pointer, text(`缺少${what.zh}`, `${what.en} is missing`), remedy))
  else if (length < least)
    to.push(
      finding(
        pointer,
        text(
          `${what.zh}过短（${length} 字），至少 ${least} 字`,
          `${what.en} has ${length} characters, at least ${least} are needed`,
        ),
        remedy,
      ),
    )
}

type ListName =
  | 'productTypes'
  | 'sourceCategories'
  | 'rights'
  | 'deliveryModes'
  | 'updateFrequencies'
  | 'industries'
  | 'themes'

/** A code that must be there and be one of the rule pack's. */
export function needCode(
  to: FieldError[],
  rules: RulePack,
  list: ListName,
  pointer: string,
  value: string | null,
  what: Text,
): void {
  const codes = rules.lists[list].items.map(item => item.code)
  const remedy = text(`从以下代码中选择：${choices(codes)}`, `choose one of: ${choices(codes)}`)
  if (value === null) to.push(finding(pointer, text(`缺少${what.zh}`, `${what.en} is missing`), remedy))
  else if (!codes.includes(value))
    to.push(finding(pointer, text(`没有“${value}”这个${what.zh}代码`, `“${value}” is no code of ${what.en}`), remedy))
}

/** Codes in a draft that the rule pack does not have: refused at once, so that no draft carries them. */
export function unknownCodes(content: Partial<ProductContent>, rules: RulePack): FieldError[] {
  const errors: FieldError[] = []
  const fields = [
    ['type', 'productTypes', text('产品类型', 'product types')],
    ['industry', 'industries', text('行业', 'industries')],
    ['theme', 'themes', text('主题', 'themes')],
    ['rightsKind', 'rights', text('权利', 'rights')],
    ['sourceCategory', 'sourceCategories', text('来源类别', 'source categories')],
    ['updateFrequency', 'updateFrequencies', text('更新频率', 'update frequencies')],
    ['deliveryMode', 'deliveryModes', text('交付方式', 'delivery modes')],
  ] as const
  for (const [field, list, what] of fields) {
    const value = content[field]
    if (value !== undefined && value !== null) needCode(errors, rules, list, `/${field}`, value, what)
  }
  const grades = rules.grades.items.map(item => item.code)
  if (content.grade !== undefined && content.grade !== null && !grades.includes(content.grade))
    errors.push(
      finding(
        '/grade',
        text('没有这一分级', 'there is no such grade'),
        text(`可选：${choices(grades)}`, `one of: ${choices(grades)}`),
      ),
    )
  return errors
}
