import type { Role, TestExchange } from './exchange.ts'

export interface Assessing {
  readonly grade?: string
  readonly approval?: string
  readonly sourceCategory?: string
}

/** What a provider says of the source of the test data. */
export const sourceStatement = '本公司自建监测站点采集，站点由本公司所有并运行维护。'

/** Answers only what the facts leave to a person: no harm, and the basis for each column with personal information. */
export const answersFor = (file: any, sourceCategory = 'own') => ({
  sourceCategory,
  sourceStatement,
  points: file.points
    .filter((point: any) => point.answer === null)
    .map(({ code }: any) => ({ code, answer: 'no', note: '已核对' })),
  consents: file.personalColumns.map((column: string) => ({
    column,
    basis: 'consent',
    notice: '收集时已告知提供给需方用于约定用途',
    evidence: '单独同意记录，存档于本公司',
  })),
})

/** Grades a version and submits its assessment, as its provider does. */
export async function assessed(x: TestExchange, as: Role, dataVersionId: string, options: Assessing = {}) {
  const { grade = 'general', approval, sourceCategory = 'own' } = options
  await x.ok(`POST /data-versions/${dataVersionId}/grade`, { as, body: { grade, ...(approval && { approval }) } })
  const file = await x.ok(`GET /data-versions/${dataVersionId}/assessment`, { as })
  return x.ok(`POST /data-versions/${dataVersionId}/assess`, { as, body: answersFor(file, sourceCategory) })
}

/** The operator's reviewers take an assessment up and pass it. */
export async function passedReview(x: TestExchange, assessmentId: string) {
  await x.ok(`POST /assessments/${assessmentId}/review`, { as: x.operator.maker })
  return x.ok(`POST /assessments/${assessmentId}/pass`, {
    as: x.operator.checker,
    body: { opinion: '材料属实，同意放行' },
  })
}
