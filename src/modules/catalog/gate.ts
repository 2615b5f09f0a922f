import type { Rx } from '../../kernel/command.ts'
import { text } from '../../kernel/text.ts'
import type { DataVersion } from '../data/index.ts'
import { grades, higherGrade, type Release, type RiskFile, releaseOf, riskFileOf } from '../risk/index.ts'
import { type Findings, finding } from './findings.ts'
import type { ProductContent } from './model.ts'

/** How the data of a product stands at the gate, and what was said of it there. */
export interface Gate {
  readonly release: Release
  readonly file: RiskFile
}

/** The gate of a product's data; undefined where there is none. */
export async function gateOf(rx: Rx, data: DataVersion | undefined): Promise<Gate | undefined> {
  if (!data) return undefined
  return { release: await releaseOf(rx, data.id), file: await riskFileOf(rx, data.id) }
}

const isGrade = (grade: string | null): grade is (typeof grades)[number] => grades.some(known => known === grade)

/**
 * What a product says, completed by what was decided and answered at the gate, so that nothing is asked twice: the
 * higher grade wins, personal information that was found is there, and basis, notice and source are those that the
 * assessment gives where the product says nothing of its own.
 */
export function completedContent<C extends ProductContent>(content: C, gate: Gate | undefined): C {
  if (!gate) return content
  const { grade, assessment } = gate.file
  const inForce = grade?.grade ?? gate.release.grade
  const isAnswered = assessment !== undefined && assessment.submittedAt !== null
  const [consent] = assessment?.consents ?? []
  const contains = assessment?.containsPersonalInfo || content.containsPersonalInfo
  const proved = assessment?.consents.find(each => each.evidence !== null)
  return {
    ...content,
    grade: inForce === null ? content.grade : isGrade(content.grade) ? higherGrade(content.grade, inForce) : inForce,
    importantDataApproval: content.importantDataApproval ?? grade?.approval ?? null,
    containsPersonalInfo: isAnswered ? (contains ?? false) : content.containsPersonalInfo,
    personalInfoBasis: content.personalInfoBasis ?? consent?.basis ?? null,
    personalInfoNotice: content.personalInfoNotice ?? consent?.notice ?? null,
    separateConsentEvidence: content.separateConsentEvidence ?? proved?.evidence ?? null,
    sourceCategory: content.sourceCategory ?? assessment?.sourceCategory ?? null,
    sourceStatement: content.sourceStatement ?? assessment?.sourceStatement ?? null,
  }
}

/** A product is submitted with data that was graded by a person and whose assessment was submitted (Art 23 and 28). */
export function checkGate(gate: Gate | undefined, { errors }: Findings): void {
  if (!gate) return
  const { state, reason } = gate.release
  if (state === 'released' || state === 'reviewing') return
  const at = `/data-versions/${gate.file.data.id}/assessment`
  errors.push(
    finding(
      state === 'ungraded' ? '/grade' : '/dataVersionId',
      reason ?? text('数据版本未放行', 'the data version is not released'),
      text(`在数据版本的“分级与风险评估”页面办理：${at}`, `do it on the version's page of grade and risk: ${at}`),
    ),
  )
}
