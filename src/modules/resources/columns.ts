import type { RulePack } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import type { SheetName } from './imports.ts'
import { formats, itemTypes, openingTypes, placements, sensitivities, sharingTypes } from './model.ts'

/** Lists of codes that cells of a template take their values from. */
export const listNames = [
  'themes',
  'formats',
  'cycles',
  'grades',
  'sharing',
  'opening',
  'placements',
  'answers',
  'types',
  'sensitivities',
] as const
export type ListName = (typeof listNames)[number]

export interface Column {
  readonly key: string
  readonly head: Text
  readonly width: number
  readonly about: Text
  /** must be filled in for a row to be taken; what is missing else keeps a draft from being submitted */
  readonly isRequired?: boolean
  readonly max?: number
  readonly list?: ListName
  /** several values of the list, separated by semicolons */
  readonly isMany?: boolean
  /** said by the exchange; never read from a file */
  readonly isGiven?: boolean
}

const law = text('法律、法规、规章或政策文件及条款', 'Law, rule or policy, with its article')
const conditional = text('有条件时填写', 'Where there are conditions')
const chosen = text('从下拉列表中选择', 'Choose from the list')
const several = text('可填多个，用分号分隔', 'Several are separated by semicolons')

const of = (key: string, zh: string, en: string, width: number, about: Text, more: Partial<Column> = {}): Column => ({
  key,
  head: text(zh, en),
  width,
  about,
  ...more,
})

/** What joins an entry to its items in a workbook. */
const keyColumn = of(
  'key',
  '编号',
  'Key',
  18,
  text(
    '自编，不得重复；“信息项”表用同一编号指明所属目录。导出的文件以目录代码为编号。',
    'Your own, each once; the sheet of items names its entry by it. Exported files use the code.',
  ),
  { isRequired: true, max: 60 },
)

export const entryColumns: readonly Column[] = [
  keyColumn,
  of(
    'code',
    '目录代码',
    'Code',
    20,
    text(
      '修改已有目录时填写；新编目录留空，由系统赋码',
      'Of an entry that exists; empty for a new one, which is given its code',
    ),
    { max: 40 },
  ),
  of(
    'classCode',
    '分类代码',
    'Class code',
    14,
    text(
      '新编目录必填：类、项、目、细目，6 至 12 位数字，首位为 1、2 或 3',
      'Needed for a new entry: class, item, subject and sub-item, 6 to 12 digits, the first 1, 2 or 3',
    ),
    { max: 12 },
  ),
  of('nameZh', '名称', 'Name in Chinese', 32, text('2 至 120 字', '2 to 120 characters'), {
    isRequired: true,
    max: 120,
  }),
  of('nameEn', '英文名称', 'Name in English', 32, text('可不填', 'May be left out'), { max: 200 }),
  of('abstract', '摘要', 'Abstract', 48, text('资源的内容、范围和用途', 'What it holds, its range and use'), {
    max: 2000,
  }),
  of('themes', '主题', 'Themes', 24, several, { list: 'themes', isMany: true }),
  of('format', '格式', 'Format', 16, chosen, { list: 'formats' }),
  of('updateCycle', '更新周期', 'Update cycle', 14, chosen, { list: 'cycles' }),
  of('grade', '数据分级', 'Grade', 14, text('未定级不得发布', 'Nothing ungraded is published'), { list: 'grades' }),
  of('sharingType', '共享类型', 'Sharing', 16, chosen, { list: 'sharing' }),
  of('sharingBasis', '共享依据', 'Basis of sharing', 32, law, { max: 500 }),
  of('sharingCondition', '共享条件', 'Conditions of sharing', 24, conditional, { max: 1000 }),
  of('openingType', '开放类型', 'Opening', 16, chosen, { list: 'opening' }),
  of('openingBasis', '开放依据', 'Basis of opening', 32, law, { max: 500 }),
  of('openingCondition', '开放条件', 'Conditions of opening', 24, conditional, { max: 1000 }),
  of('placement', '上云情况', 'Cloud placement', 20, chosen, { list: 'placements' }),
  of(
    'systemOfRecord',
    '来源系统',
    'System of record',
    24,
    text('产生数据的业务系统', 'The system that makes the data'),
    {
      max: 200,
    },
  ),
  of(
    'isVoluntary',
    '自愿提供',
    'Voluntary',
    12,
    text(
      '仅限公共服务企业（第二十五条）；选“是”的不填职责依据',
      'Only for public service enterprises (Art. 25); who says yes leaves the legal duty empty',
    ),
    { list: 'answers' },
  ),
  of(
    'dutyBasis',
    '职责依据',
    'Legal duty',
    32,
    text('采集、产生这些数据的法定职责', 'The duty under which the data is collected'),
    { max: 500 },
  ),
  of('securityTerms', '安全要求', 'Security terms', 32, text('可不填', 'May be left out'), { max: 2000 }),
  of('relatedCodes', '关联资源代码', 'Related codes', 24, several, { isMany: true }),
]

export const itemColumns: readonly Column[] = [
  { ...keyColumn, about: text('所属目录在“目录”表中的编号', 'The key of its entry in the sheet of entries') },
  of('nameZh', '信息项名称', 'Item', 28, text('同一目录内不得重名', 'Each name once in an entry'), {
    isRequired: true,
    max: 120,
  }),
  of('nameEn', '英文名称', 'Name in English', 24, text('可不填', 'May be left out'), { max: 120 }),
  of('codeName', '数据中的列名', 'Column in the data', 20, text('可不填', 'May be left out'), { max: 120 }),
  of('type', '类型', 'Type', 14, chosen, { list: 'types', isRequired: true }),
  of('length', '长度', 'Length', 10, text('1 至 1000000 的整数，可不填', 'A whole number from 1 to 1000000, or empty')),
  of('standard', '标准', 'Standard', 24, text('如 GB/T 2260-2007', 'Such as GB/T 2260-2007'), { max: 200 }),
  of('sensitivity', '敏感程度', 'Sensitivity', 16, text('留空即为一般', 'Empty means ordinary'), {
    list: 'sensitivities',
  }),
  of('meaning', '含义', 'Meaning', 32, text('可不填', 'May be left out'), { max: 500 }),
]

const given = (key: string, zh: string, en: string, width: number): Column =>
  of(key, zh, en, width, text('由系统填写，导入时不读取', 'Said by the exchange; not read'), { isGiven: true })

/** What an export says beside what its institution wrote. */
export const standingColumns: readonly Column[] = [
  given('institution', '提供机构', 'Institution', 28),
  given('uscc', '统一社会信用代码', 'Credit code', 22),
  given('state', '状态', 'State', 12),
  given('publishedOn', '发布日期', 'Published on', 14),
  given('updatedOn', '更新日期', 'Updated on', 14),
  given('dueOn', '下次更新', 'Next update due', 14),
]

/** What a result file says of each row. */
export const resultColumns: readonly Column[] = [
  given('result', '结果', 'Result', 14),
  given('message', '说明', 'What it means', 48),
]

export const sheetColumns: Readonly<Record<SheetName, readonly Column[]>> = {
  entries: entryColumns,
  items: itemColumns,
}

export const sheetNames = {
  entries: '目录 Entries',
  items: '信息项 Items',
  about: '填写说明 Explanations',
  codes: '代码表 Codes',
} as const

type Choices = readonly (readonly [code: string, words: Text])[]

const choicesOf = (of: Readonly<Record<string, Text>>): Choices => Object.entries(of)

/** The values of each list, under the rules. */
export function listsOf(rules: RulePack): Readonly<Record<ListName, Choices>> {
  const listed = (items: readonly { code: string; name: Text }[]): Choices =>
    items.map(item => [item.code, item.name] as const)
  return {
    themes: listed(rules.lists.themes.items),
    formats: choicesOf(formats),
    cycles: listed(rules.lists.updateFrequencies.items),
    grades: listed(rules.grades.items),
    sharing: choicesOf(sharingTypes),
    opening: choicesOf(openingTypes),
    placements: choicesOf(placements),
    answers: [
      ['true', text('是', 'Yes')],
      ['false', text('否', 'No')],
    ],
    types: choicesOf(itemTypes),
    sensitivities: choicesOf(sensitivities),
  }
}

export const listWords: Readonly<Record<ListName, Text>> = {
  themes: text('主题', 'Themes'),
  formats: text('格式', 'Format'),
  cycles: text('更新周期', 'Update cycle'),
  grades: text('数据分级', 'Grade'),
  sharing: text('共享类型', 'Sharing'),
  opening: text('开放类型', 'Opening'),
  placements: text('上云情况', 'Cloud placement'),
  answers: text('是否', 'Yes or no'),
  types: text('信息项类型', 'Type of item'),
  sensitivities: text('敏感程度', 'Sensitivity'),
}

/** `A`, `Z`, `AA`: how spreadsheets call the column at `index` (from 0). */
export function columnLetter(index: number): string {
  const rest = Math.floor(index / 26)
  return (rest > 0 ? columnLetter(rest - 1) : '') + String.fromCharCode(65 + (index % 26))
}
