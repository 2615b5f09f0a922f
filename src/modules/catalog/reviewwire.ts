import { Type } from 'typebox'
import { Bilingual, Id, Instant } from '../../kernel/wire.ts'
import { reviewCodes } from './checklist.ts'
import type { Review } from './review.ts'

const verdicts = ['clear', 'open', 'attention', 'failed']

export const ChecklistShape = Type.Object({
  items: Type.Array(
    Type.Object({
      code: Type.String({ enum: reviewCodes }),
      title: Bilingual,
      question: Bilingual,
      verdict: Type.String({ enum: verdicts, description: 'what the rules and the data say before anybody looks' }),
      evidence: Type.Array(Bilingual),
      findings: Type.Array(Type.Object({ pointer: Type.String(), message: Bilingual, remedy: Bilingual })),
    }),
  ),
  decisions: Type.Array(
    Type.Object({
      id: Id,
      decision: Type.String({ enum: ['pass', 'return', 'refuse'] }),
      points: Type.Array(Type.Object({ code: Type.String(), verdict: Type.String(), isChecked: Type.Boolean() })),
      opinion: Type.String(),
      reviewedBy: Id,
      rulePack: Type.String(),
      decidedAt: Instant,
    }),
  ),
})

/** The checklist with the evidence, and the decisions that were taken by it, newest first. */
export const toChecklist = ({ items, decisions }: Review) => ({
  items: items.map(({ evidence, findings, ...item }) => ({
    ...item,
    evidence: [...evidence],
    findings: findings.map(({ pointer, message, remedy }) => ({ pointer, message, remedy: remedy ?? message })),
  })),
  decisions: decisions.map(({ listingId: _, organizationId: __, points, decidedAt, ...row }) => ({
    ...row,
    points: [...points],
    decidedAt: decidedAt.toISOString(),
  })),
})
