import type { FieldError } from '../../kernel/problem.ts'
import type { RulePack } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import type { EntryVersionRow } from './schema.ts'

type Content = Pick<
  EntryVersionRow,
  | 'abstract'
  | 'format'
  | 'sharingType'
  | 'sharingBasis'
  | 'sharingCondition'
  | 'openingType'
  | 'openingBasis'
  | 'openingCondition'
  | 'updateCycle'
  | 'grade'
  | 'placement'
  | 'systemOfRecord'
  | 'dutyBasis'
  | 'isVoluntary'
  | 'themes'
  | 'items'
>

/** What a complete entry says, what it is called, and what to write there. */
const asked: readonly (readonly [field: keyof Content, name: Text, remedy: Text])[] = [
  ['abstract', text('摘要', 'Abstract'), text('说明资源的内容、范围和用途', 'say what it holds, its range and use')],
  ['format', text('格式', 'Format'), text('选择资源的格式', 'choose how the data is kept')],
  ['sharingType', text('共享类型', 'Sharing'), text('选择无条件、有条件或不予共享', 'choose how it is shared')],
  ['sharingBasis', text('共享依据', 'Basis of sharing'), text('写明法律法规或政策依据', 'name the legal basis')],
  ['openingType', text('开放类型', 'Opening'), text('选择无条件、有条件或不予开放', 'choose how it is opened')],
  ['openingBasis', text('开放依据', 'Basis of opening'), text('写明法律法规或政策依据', 'name the legal basis')],
  ['updateCycle', text('更新周期', 'Update cycle'), text('选择更新周期', 'choose how often it is updated')],
  [
    'grade',
    text('数据分级', 'Grade'),
    text('先定级，未定级不得发布（第二十三条）', 'grade it first: nothing ungraded is published (Art. 23)'),
  ],
  ['placement', text('上云情况', 'Cloud placement'), text('选择所在的云或机房', 'choose where the system runs')],
  [
    'systemOfRecord',
    text('来源系统', 'System of record'),
    text('写明产生数据的业务系统', 'name the system that makes the data'),
  ],
  [
    'dutyBasis',
    text('职责依据', 'Legal duty'),
    text('写明采集、产生数据的法定职责', 'name the duty under which it is collected'),
  ],
]

const missing = (field: string, name: Text, remedy: Text): FieldError => ({
  pointer: `/${field}`,
  message: text(`尚未填写${name.zh}`, `${name.en} is missing`),
  remedy,
})

const isBlank = (value: unknown): boolean => value === null || (typeof value === 'string' && value.trim() === '')

function contradictions(of: Content): FieldError[] {
  const errors: FieldError[] = []
  const say = (field: string, message: Text, remedy: Text) => errors.push({ pointer: `/${field}`, message, remedy })
  const condition = text('写明条件', 'say the conditions')
  if (of.sharingType === 'conditional' && isBlank(of.sharingCondition))
    say('sharingCondition', text('有条件共享须写明条件', 'Sharing on conditions names them'), condition)
  if (of.openingType === 'conditional' && isBlank(of.openingCondition))
    say('openingCondition', text('有条件开放须写明条件', 'Opening on conditions names them'), condition)
  if (of.grade === 'core' && of.sharingType !== 'notShared')
    say('sharingType', text('核心数据不得共享', 'Core data is not shared'), text('选择不予共享', 'choose “not shared”'))
  if (of.grade === 'core' && of.openingType !== 'notOpen')
    say('openingType', text('核心数据不得开放', 'Core data is not opened'), text('选择不予开放', 'choose “not open”'))
  if (of.grade === 'important' && of.openingType === 'open')
    say(
      'openingType',
      text('重要数据不得无条件开放', 'Important data is not opened without conditions'),
      text('选择有条件开放或不予开放', 'choose conditional or not open'),
    )
  if (of.isVoluntary && !isBlank(of.dutyBasis))
    say(
      'dutyBasis',
      text('自愿提供的目录不填写职责依据', 'What is provided voluntarily names no legal duty'),
      text('清空职责依据，或取消“自愿提供”', 'leave the duty empty, or take “voluntary” back'),
    )
  of.items.forEach((item, i) => {
    if (of.openingType === 'open' && item.sensitivity !== 'none')
      say(
        `items/${i}/sensitivity`,
        text('含有敏感信息项的资源不得无条件开放', 'A resource with sensitive items is not opened without conditions'),
        text('去掉该信息项，或改为有条件开放', 'leave the item out, or open on conditions'),
      )
  })
  return errors
}

/** Everything that keeps an entry from being submitted and published, field by field; empty when it is complete. */
export function whatIsMissing(of: Content): FieldError[] {
  const errors = asked
    // who provides voluntarily is under no duty (Art 25)
    .filter(([field]) => isBlank(of[field]) && !(field === 'dutyBasis' && of.isVoluntary))
    .map(([field, name, remedy]) => missing(field, name, remedy))
  if (of.themes.length === 0)
    errors.push(missing('themes', text('主题', 'Theme'), text('至少选择一个主题', 'choose one at least')))
  if (of.items.length === 0)
    errors.push(missing('items', text('信息项', 'Items'), text('至少登记一个信息项', 'describe one item at least')))
  return [...errors, ...contradictions(of)]
}

/** Codes that the rules do not know, and names given twice. */
export function whatIsWrong(
  of: {
    themes?: readonly string[] | undefined
    updateCycle?: string | null | undefined
    items?: readonly { nameZh: string; codeName?: string | null }[] | undefined
  },
  rules: RulePack,
): FieldError[] {
  const errors: FieldError[] = []
  const knows = (list: 'themes' | 'updateFrequencies', code: string) =>
    rules.lists[list].items.some(item => item.code === code)
  const unknown = (pointer: string): FieldError => ({
    pointer,
    message: text('规则中没有这个代码', 'is no code of the rules'),
    remedy: text('从列表中选择', 'choose one of the list'),
  })
  for (const [i, theme] of (of.themes ?? []).entries())
    if (!knows('themes', theme)) errors.push(unknown(`/themes/${i}`))
  if (of.updateCycle && !knows('updateFrequencies', of.updateCycle)) errors.push(unknown('/updateCycle'))
  const seen = new Map<string, number>()
  of.items?.forEach((item, i) => {
    for (const [field, name] of [
      ['nameZh', item.nameZh],
      ['codeName', item.codeName],
    ] as const) {
      if (!name) continue
      const key = `${field}/${name.trim().toLowerCase()}`
      const first = seen.get(key)
      if (first === undefined) seen.set(key, i)
      else
        errors.push({
          pointer: `/items/${i}/${field}`,
          message: text(`与第 ${first + 1} 项重名`, `is the name of item ${first + 1} already`),
          remedy: text('每个信息项使用不同的名称', 'give each item a name of its own'),
        })
    }
  })
  return errors
}
