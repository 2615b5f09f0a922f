import { type Text, text } from '../../kernel/text.ts'
import { IDENTIFIER_NAME } from './engine/columns.ts'
import type { MeasureAnswer } from './engine/plan.ts'
import type { QualityPoint } from './quality.ts'
import type { DataVersion } from './queries.ts'

/** What a point is judged by. */
interface Evidence {
  readonly version: DataVersion
  readonly rows: number
  readonly measured: MeasureAnswer
  /** the exchange's day */
  readonly today: string
}

type Judged = Pick<QualityPoint, 'points' | 'most' | 'finding' | 'remedy' | 'columns'>

interface Rule {
  readonly code: string
  readonly title: Text
  readonly meaning: Text
  readonly most: number
  readonly judge: (evidence: Evidence, most: number) => Judged
}

/** Points for a share, never all of them while anything is missing. */
const share = (most: number, part: number): number =>
  part >= 1 ? most : Math.min(most - 1, Math.max(0, Math.floor(most * part)))

const full = (most: number, finding: Text): Judged => ({ points: most, most, finding, remedy: null, columns: [] })
const unjudged = (finding: Text): Judged => ({ points: 0, most: 0, finding, remedy: null, columns: [] })

const percent = (part: number): string => `${(Math.floor(part * 1000) / 10).toFixed(1)}%`
const named = (names: readonly string[]): Text => {
  const shown = names.slice(0, 5)
  return text(
    `${shown.map(name => `“${name}”`).join('、')}${names.length > 5 ? `等 ${names.length} 列` : ''}`,
    `${shown.map(name => `“${name}”`).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`,
  )
}

const isEmpty =
  ({ rows }: Evidence) =>
  (column: DataVersion['columns'][number]) =>
    column.nullCount >= rows

function completeness(evidence: Evidence, most: number): Judged {
  const { version, rows } = evidence
  const columns = version.columns.filter(column => !isEmpty(evidence)(column))
  const missing = columns.reduce((n, { nullCount }) => n + nullCount, 0)
  const part = columns.length === 0 ? 0 : 1 - missing / (columns.length * rows)
  if (missing === 0 && columns.length > 0) return full(most, text('没有空缺的值', 'No value is missing'))
  const worst = columns.filter(({ nullCount }) => nullCount > 0).sort((a, b) => b.nullCount - a.nullCount)
  const names = worst.map(({ name }) => name)
  return {
    points: share(most, part),
    most,
    finding: text(
      `${percent(part)} 的单元格有值；空缺在${named(names).zh}`,
      `${percent(part)} of the cells are filled; values are missing in ${named(names).en}`,
    ),
    remedy: text(
      '补齐这些列，或在字段说明中写明空缺的含义',
      'Fill these columns, or say in the dictionary what a missing value means',
    ),
    columns: names,
  }
}

function identifiers({ version, rows, measured }: Evidence, most: number): Judged {
  const counted = version.columns.flatMap(({ name, nullCount }, i) => {
    const distinct = measured.columns[i]?.distinct ?? null
    return distinct === null ? [] : [{ name, distinct, repeats: rows - nullCount - distinct, nullCount }]
  })
  const keys = counted.filter(({ repeats, nullCount }) => repeats === 0 && nullCount === 0)
  const broken = counted.filter(({ name, repeats, nullCount }) => IDENTIFIER_NAME.test(name) && repeats + nullCount > 0)
  if (broken.length === 0 && keys.length > 0) {
    const key = keys.find(({ name }) => IDENTIFIER_NAME.test(name)) ?? keys[0]
    return full(
      most,
      text(`“${key?.name}”的值每行不同，可以标识行`, `“${key?.name}” differs in every row and identifies it`),
    )
  }
  if (broken.length > 0) {
    const names = broken.map(({ name }) => name)
    const repeats = broken.reduce((n, each) => n + each.repeats + each.nullCount, 0)
    return {
      points: share(most, 0.5 * (1 - repeats / (rows * broken.length))),
      most,
      finding: text(
        `标识列${named(names).zh}有 ${repeats} 个重复或空缺的值`,
        `Identifier ${named(names).en} has ${repeats} repeated or missing values`,
      ),
      remedy: text('查出重复或空缺的标识并更正', 'Find the repeated or missing identifiers and correct them'),
      columns: names,
    }
  }
  return {
    points: share(most, 0.5),
    most,
    finding: text(
      '没有一列的值每行不同，无法单独标识一行',
      'No column differs in every row: none identifies a row by itself',
    ),
    remedy: text(
      '增加一列编号，便于使用方引用和比较版本',
      'Add a column of identifiers, so that rows can be cited and versions compared',
    ),
    columns: [],
  }
}

/** Text columns with their share of values that are of another kind than text. */
const otherKinds = ({ version, rows, measured }: Evidence) =>
  version.columns.flatMap(({ name, nullCount }, i) => {
    const { numbers = 0, days = 0 } = measured.columns[i] ?? {}
    const filled = rows - nullCount
    const other = Math.max(numbers, days)
    return filled === 0 || other === 0 || other === filled
      ? []
      : [{ name, odd: filled - other, part: other / filled, isNumber: numbers >= days }]
  })

function consistency(evidence: Evidence, most: number): Judged {
  const nearly = otherKinds(evidence).filter(({ part }) => part >= 0.9)
  if (nearly.length === 0) return full(most, text('每列的值都符合该列的类型', 'Every value is of its column’s type'))
  const names = nearly.map(({ name }) => name)
  const odd = nearly.reduce((n, each) => n + each.odd, 0)
  return {
    points: share(most, 1 - nearly.length / evidence.version.columns.length),
    most,
    finding: text(
      `${named(names).zh}几乎都是数字或日期，却有 ${odd} 个值不是，整列只能按文本处理`,
      `${named(names).en} are almost all numbers or days, but ${odd} values are not, so the whole column is text`,
    ),
    remedy: text(
      '改正这些值；没有值就留空，不写“无”“-”等字样',
      'Correct these values; leave a cell empty rather than writing “none” or “-”',
    ),
    columns: names,
  }
}

function mixed(evidence: Evidence, most: number): Judged {
  const found = otherKinds(evidence).filter(({ part }) => part >= 0.1 && part < 0.9)
  if (found.length === 0) return full(most, text('没有混杂的列', 'No column mixes kinds of values'))
  const names = found.map(({ name }) => name)
  return {
    points: share(most, 1 - found.length / evidence.version.columns.length),
    most,
    finding: text(`${named(names).zh}混有数字（或日期）和文字`, `${named(names).en} mix numbers or days with words`),
    remedy: text('把数值和说明拆成两列', 'Part values and remarks into two columns'),
    columns: names,
  }
}

const daysBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

function timeliness({ version, today }: Evidence, most: number): Judged {
  const range = version.timeRange
  if (!range) return unjudged(text('没有日期列，无法判断时效', 'There is no column of dates: its age cannot be told'))
  const last = range.to.slice(0, 10)
  const age = daysBetween(last, today)
  if (Number.isNaN(age)) return unjudged(text('日期超出可判断的范围', 'The dates are out of any range'))
  if (age < 0)
    return {
      points: share(most, 0.5),
      most,
      finding: text(
        `“${range.column}”最晚为 ${last}，在今天之后`,
        `The latest “${range.column}” is ${last}, which is still to come`,
      ),
      remedy: text(
        '核对日期；预测值请在字段说明中写明',
        'Check the dates; say so in the dictionary if they are forecasts',
      ),
      columns: [range.column],
    }
  const part = age <= 31 ? 1 : age <= 366 ? 0.8 : age <= 3 * 366 ? 0.5 : 0.2
  const finding = text(
    `“${range.column}”最晚为 ${last}，距今 ${age} 天`,
    `The latest “${range.column}” is ${last}, ${age} days ago`,
  )
  if (part === 1) return full(most, finding)
  return {
    points: share(most, part),
    most,
    finding,
    remedy: text(
      '如有更新的数据，请上传新版本；历史数据可在说明中写明',
      'Upload a newer version if there is one; say so if the data is historical',
    ),
    columns: [range.column],
  }
}

function encoding({ version, measured }: Evidence, most: number): Judged {
  const bad = version.columns.filter((_, i) => (measured.columns[i]?.broken ?? 0) > 0).map(({ name }) => name)
  if (bad.length === 0) return full(most, text('没有乱码', 'No text is garbled'))
  const cells = measured.columns.reduce((n, { broken }) => n + broken, 0)
  return {
    points: share(most, 0.5 * (1 - bad.length / version.columns.length)),
    most,
    finding: text(
      `${named(bad).zh}有 ${cells} 个值含乱码（如 �、锟斤拷）`,
      `${named(bad).en} hold ${cells} garbled values (such as �)`,
    ),
    remedy: text(
      '文件在上传前已被错误转码，请从来源系统重新导出',
      'The file was converted wrongly before it came: export it from its source again',
    ),
    columns: bad,
  }
}

function emptyColumns(evidence: Evidence, most: number): Judged {
  const names = evidence.version.columns.filter(isEmpty(evidence)).map(({ name }) => name)
  if (names.length === 0) return full(most, text('没有空列', 'No column is empty'))
  return {
    points: share(most, 1 - names.length / evidence.version.columns.length),
    most,
    finding: text(`${named(names).zh}没有任何值`, `${named(names).en} hold no value at all`),
    remedy: text('删去空列，或补上数据', 'Leave empty columns out, or fill them'),
    columns: names,
  }
}

function duplicates({ rows, measured }: Evidence, most: number): Judged {
  const { duplicates: found } = measured
  if (found === null)
    return unjudged(
      text('行数或列数过多，未检查重复行', 'There are too many rows or columns to look for repeated rows'),
    )
  if (found === 0) return full(most, text('没有重复的行', 'No row is there twice'))
  return {
    points: share(most, 1 - Math.min(1, (found / rows) * 5)),
    most,
    finding: text(
      `有 ${found} 行与其他行完全相同（${percent(found / rows)}）`,
      `${found} rows are the same as another one (${percent(found / rows)})`,
    ),
    remedy: text(
      '去掉重复行；如属正常，请增加可以区分的列',
      'Remove repeated rows; if they are right, add a column that tells them apart',
    ),
    columns: [],
  }
}

function documented({ version }: Evidence, most: number): Judged {
  const without = version.columns.filter(({ meaning }) => !meaning).map(({ name }) => name)
  if (without.length === 0) return full(most, text('每一列都有含义说明', 'Every column is described'))
  return {
    points: share(most, 1 - without.length / version.columns.length),
    most,
    finding: text(`${named(without).zh}没有含义说明`, `${named(without).en} are not described`),
    remedy: text('在字段说明中写明每列的含义和单位', 'Say in the dictionary what each column means, and its unit'),
    columns: without,
  }
}

const rule = (code: string, title: Text, most: number, meaning: Text, judgeOne: Rule['judge']): Rule => ({
  code,
  title,
  most,
  meaning,
  judge: judgeOne,
})

const rules: readonly Rule[] = [
  rule(
    'completeness',
    text('完整', 'Complete'),
    20,
    text('有值的单元格所占的比例（空列另计）', 'The share of cells that are filled; empty columns are counted apart'),
    completeness,
  ),
  rule(
    'identifiers',
    text('标识唯一', 'Identified'),
    15,
    text(
      '有一列能标识每一行，且标识没有重复和空缺',
      'A column identifies each row, and no identifier is repeated or missing',
    ),
    identifiers,
  ),
  rule(
    'consistency',
    text('类型一致', 'Consistent'),
    10,
    text('没有一列因少数值而失去类型', 'No column loses its type for a few values'),
    consistency,
  ),
  rule(
    'mixed',
    text('不混杂', 'Unmixed'),
    10,
    text('没有一列混有数值和文字', 'No column mixes values with words'),
    mixed,
  ),
  rule(
    'timeliness',
    text('及时', 'Timely'),
    10,
    text(
      '最新日期距今 31 天内得满分，一年内八成，三年内五成，更早两成',
      'All points within 31 days of the latest date, 80% within a year, 50% within three, 20% beyond',
    ),
    timeliness,
  ),
  rule('encoding', text('编码正确', 'Legible'), 10, text('文字没有乱码', 'No text is garbled'), encoding),
  rule(
    'empty-columns',
    text('没有空列', 'No empty column'),
    5,
    text('每一列都有值', 'Every column has values'),
    emptyColumns,
  ),
  rule(
    'duplicates',
    text('没有重复行', 'No repeated row'),
    10,
    text('没有完全相同的行；两成行重复即为零分', 'No two rows are the same; nothing is left when a fifth of them are'),
    duplicates,
  ),
  rule(
    'documented',
    text('有字段说明', 'Described'),
    10,
    text('写明含义的列所占的比例', 'The share of columns whose meaning is said'),
    documented,
  ),
]

/** Every point with what was found. The score is their plain sum. */
export function judge(version: DataVersion, measured: MeasureAnswer, today: string): QualityPoint[] {
  const evidence = { version, rows: Math.max(1, version.rows ?? 0), measured, today }
  return rules.map(({ code, title, meaning, most, judge: judgeOne }) => ({
    code,
    title,
    meaning,
    ...judgeOne(evidence, most),
  }))
}
