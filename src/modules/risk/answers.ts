import type { FieldError } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { lawfulBases } from './model.ts'
import { kindWords } from './points.ts'
import type { RiskFile } from './queries.ts'
import type { Consent, KeptPoint } from './schema.ts'

/** One thing to correct: where, what, how. */
export const wrong = (pointer: string, message: Text, remedy: Text): FieldError => ({ pointer, message, remedy })

/** What a person of the provider answers. */
export interface AssessInput {
  readonly sourceCategory: string
  readonly sourceStatement: string
  readonly points?: readonly { readonly code: string; readonly answer: string; readonly note?: string | undefined }[]
  readonly consents?: readonly {
    readonly column: string
    readonly basis: string
    readonly notice: string
    readonly evidence?: string | undefined
  }[]
}

/** The ten points as they will be kept: facts answer what they can, a person what is left, and may say yes to any. */
export function answeredPoints(file: RiskFile, input: AssessInput): { points: KeptPoint[]; errors: FieldError[] } {
  const errors: FieldError[] = []
  const given = new Map(input.points?.map((point, i) => [point.code, { ...point, i }]))
  const points = file.points.map((point): KeptPoint => {
    const answer = given.get(point.code)
    const note = answer?.note?.trim() || null
    const pointer = `/points/${answer?.i ?? file.points.indexOf(point)}/answer`
    if (answer && answer.answer !== 'no' && answer.answer !== 'yes')
      errors.push(wrong(pointer, text('请回答是或否', 'answer yes or no'), text('yes / no', 'yes / no')))
    if (point.answer === 'yes' || (point.answer === 'no' && answer?.answer !== 'yes'))
      return { code: point.code, answer: point.answer, by: 'facts', evidence: point.evidence, note }
    if (!answer)
      errors.push(
        wrong(
          pointer,
          text(`“${point.name.zh}”须由人回答`, `“${point.name.en}” is for a person to answer`),
          text('对照证据选择是或否', 'answer yes or no by the evidence'),
        ),
      )
    return {
      code: point.code,
      answer: answer?.answer === 'yes' ? 'yes' : 'no',
      by: 'person',
      evidence: point.evidence,
      note,
    }
  })
  return { points, errors }
}

function consentErrors(consent: Consent, i: number): FieldError[] {
  const errors: FieldError[] = []
  if (!(lawfulBases as readonly string[]).includes(consent.basis))
    errors.push(
      wrong(
        `/consents/${i}/basis`,
        text('没有这一处理依据', 'there is no such basis'),
        text(
          `选择依据（《个人信息保护法》第十三条）：${lawfulBases.join('、')}`,
          `choose one (PIPL Art. 13): ${lawfulBases.join(', ')}`,
        ),
      ),
    )
  if ([...consent.notice.trim()].length < 10)
    errors.push(
      wrong(
        `/consents/${i}/notice`,
        text('告知内容过短', 'the notice is too short'),
        text(
          '写明向个人告知的目的、方式和范围（至少 10 字）',
          'say what persons were told of purpose, manner and scope',
        ),
      ),
    )
  if (consent.basis === 'consent' && !consent.evidence?.trim())
    errors.push(
      wrong(
        `/consents/${i}/evidence`,
        text('以同意为依据的，须有单独同意的证明', 'consent needs evidence of separate consent'),
        text('填写单独同意记录的名称和保存处', 'say which record shows it and where it is kept'),
      ),
    )
  return errors
}

/** Consent is asked for exactly where personal information was found: no column left out, none too many. */
export function checkedConsents(file: RiskFile, input: AssessInput): { consents: Consent[]; errors: FieldError[] } {
  const given = (input.consents ?? []).map(each => ({ ...each, evidence: each.evidence?.trim() || null }))
  const errors = given.flatMap((each, i) =>
    file.personalColumns.includes(each.column)
      ? consentErrors(each, i)
      : [
          wrong(
            `/consents/${i}/column`,
            text(`“${each.column}”列未发现个人信息`, `no personal information was found in “${each.column}”`),
            text('只需说明发现个人信息的列', 'give a basis only for columns in which some was found'),
          ),
        ],
  )
  for (const column of file.personalColumns)
    if (!given.some(each => each.column === column))
      errors.push(
        wrong(
          '/consents',
          text(`“${column}”列缺少处理依据`, `the basis for column “${column}” is missing`),
          text('填写依据、告知和（以同意为依据时）单独同意证明', 'give basis, notice and, for consent, its evidence'),
        ),
      )
  return { consents: given, errors }
}

/** What is wrong with the statement of source. */
export function sourceErrors(file: RiskFile, input: AssessInput): FieldError[] {
  const codes = file.rules.lists.sourceCategories.items.map(item => item.code)
  const errors: FieldError[] = []
  if (!codes.includes(input.sourceCategory))
    errors.push(
      wrong(
        '/sourceCategory',
        text('没有这一来源类别', 'there is no such source category'),
        text(codes.join(', '), codes.join(', ')),
      ),
    )
  if ([...input.sourceStatement.trim()].length < 10)
    errors.push(
      wrong(
        '/sourceStatement',
        text('来源说明过短', 'the statement of source is too short'),
        text(
          '至少 10 字：从何处、以何种方式、依何种权利取得',
          'say in 10 characters or more where it comes from, how, and by what right',
        ),
      ),
    )
  return errors
}

/** Values that hold the version back until they are masked. */
export function heldErrors(file: RiskFile): FieldError[] {
  return file.held.map(({ column, kind, count }) =>
    wrong(
      '/dataVersionId',
      text(
        `“${column}”列含 ${count} 个${kindWords[kind].zh}，须先脱敏`,
        `column “${column}” holds ${count} ${kindWords[kind].en}, which must be masked first`,
      ),
      text('对该列脱敏，生成新的数据版本后评估新版本', 'mask the column, which makes a new version, and assess that'),
    ),
  )
}
