import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { canonicalJson } from '../../kernel/canonical.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { ruleViolated } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { type Facts, factsOf } from './facts.ts'
import { contentOf, type ProductContent } from './model.ts'
import { type ListingRow, productVersion, type VersionRow } from './schema.ts'
import { checkDraft, currentPlans } from './service.ts'

/** The version that a listing carries. */
export async function versionOf(rx: Rx, row: ListingRow): Promise<VersionRow> {
  const [version] = await rx.tx.select().from(productVersion).where(eq(productVersion.id, row.versionId))
  return version!
}

/** Runs the pre-check and answers what will be kept. @throws rule-violated naming every field. */
export async function mustBeClean(
  cx: Cx,
  row: ListingRow,
  version: VersionRow,
): Promise<{ facts: Facts; content: ProductContent }> {
  const plans = await currentPlans(cx, row.productId)
  const { data, content, report } = await checkDraft(cx, { version, plans, vendorId: row.vendorId })
  if (report.errors.length === 0 && data) return { facts: factsOf(data), content }
  const { length } = report.errors
  throw ruleViolated(text(`预检未通过：有 ${length} 处需要修改。`, `The pre-check found ${length} to correct.`), {
    errors: report.errors,
  })
}

/** Freezes what is submitted: content as the gate completed it, facts and dictionary under one hash. */
export async function freeze(cx: Cx, row: ListingRow): Promise<{ grade: string; contentHash: string }> {
  const version = await versionOf(cx, row)
  const { facts, content } = await mustBeClean(cx, row, version)
  const contentHash = createHash('sha256')
    .update(canonicalJson({ content: contentOf(content), facts }))
    .digest('hex')
  const { grade, importantDataApproval, containsPersonalInfo, sourceCategory, sourceStatement } = content
  const { personalInfoBasis, personalInfoNotice, separateConsentEvidence } = content
  await cx.tx
    .update(productVersion)
    .set({
      ...{ grade, importantDataApproval, containsPersonalInfo, sourceCategory, sourceStatement },
      ...{ personalInfoBasis, personalInfoNotice, separateConsentEvidence },
      facts,
      contentHash,
      changedAt: cx.now,
    })
    .where(eq(productVersion.id, version.id))
  return { grade: grade!, contentHash }
}
