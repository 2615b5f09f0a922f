import type { Cx } from '../../kernel/command.ts'
import { dataVersionOf } from '../data/index.ts'
import { organizationOf } from '../identity/index.ts'
import { latestAssessment } from '../risk/index.ts'
import { type Draft, type Hear, idIn, named, operatorId } from './draft.ts'
import type { Kind, Params } from './words.ts'

/** What people are told of a data version at the gate: its provider, or the operator's reviewers. */
async function told(
  cx: Cx,
  dataVersionId: string,
  whom: 'staff' | 'provider',
  kind: Kind,
  more: Params = {},
): Promise<Draft> {
  const { organizationId, fileName } = await dataVersionOf(cx, dataVersionId)
  const row = await latestAssessment(cx, dataVersionId)
  const params = { product: fileName, ...(row && { number: row.number }), ...more }
  const subject = row ? (['assessment', row.id] as const) : (['data-version', dataVersionId] as const)
  if (whom === 'provider')
    return { kind, to: organizationId, subject, href: `/data-versions/${dataVersionId}/assessment`, params }
  const other = named(await organizationOf(cx, organizationId))
  const href = row ? `/operator/assessments/${row.id}` : '/operator/assessments'
  return { kind, to: await operatorId(cx), subject, href, params: { ...params, ...other } }
}

const moves: Readonly<Record<string, readonly ['staff' | 'provider', Kind]>> = {
  submit: ['staff', 'assessment.submitted'],
  notify: ['provider', 'assessment.found'],
  feedback: ['staff', 'assessment.reported'],
  pass: ['provider', 'assessment.passed'],
  condition: ['provider', 'assessment.passed'],
  withhold: ['provider', 'assessment.withheld'],
  lapse: ['provider', 'assessment.ended'],
  expire: ['provider', 'assessment.ended'],
}

const moved: Hear = async (cx, payload) => {
  const found = moves[String(payload.move)]
  const id = idIn(payload, 'dataVersionId')
  const row = await latestAssessment(cx, id)
  // a review that follows in the same breath has overtaken it
  if (!found || !row || row.id !== payload.assessmentId || row.state !== payload.to) return []
  const [whom, kind] = found
  const more = { dueAt: row.dueAt?.toISOString() ?? null, reason: kind === 'assessment.withheld' ? row.opinion : null }
  return [await told(cx, id, whom, kind, more)]
}

const overdue: Hear = async (cx, payload) => {
  const id = idIn(payload, 'dataVersionId')
  const staff = await told(cx, id, 'staff', 'assessment.overdue')
  return payload.state === 'handling' ? [staff, await told(cx, id, 'provider', 'assessment.late')] : [staff]
}

/** What happens at the gate, as people hear of it. */
export const assessing: Readonly<Record<string, Hear>> = {
  'risk.assessment-moved': moved,
  'risk.assessment-overdue': overdue,
  'risk.access-closed': async (cx, payload) => [
    await told(cx, idIn(payload, 'dataVersionId'), 'provider', 'assessment.closed', { reason: String(payload.reason) }),
  ],
  'risk.release-ending': async (cx, payload) => [
    await told(cx, idIn(payload, 'dataVersionId'), 'provider', 'assessment.ending', {
      dueAt: String(payload.validUntil),
    }),
  ],
  'risk.lowering-asked': async (cx, payload) => [
    await told(cx, idIn(payload, 'dataVersionId'), 'staff', 'grade.lowering-asked'),
  ],
  'risk.lowering-decided': async (cx, payload) => [
    await told(
      cx,
      idIn(payload, 'dataVersionId'),
      'provider',
      payload.isConfirmed === true ? 'grade.lowered' : 'grade.kept',
    ),
  ],
}
