import { and, asc, eq, inArray } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { type FieldError, Problem } from '../../kernel/problem.ts'
import { requireOrganization } from '../identity/index.ts'
import { whatIsMissing } from './completeness.ts'
import { entry, entryVersion } from './schema.ts'
import { submitVersion, type Versioned } from './service.ts'

/** Drafts that one call may submit. */
export const maxSubmitted = 1_000

/** What became of one of many drafts. */
export interface Submitted {
  readonly versionId: string
  readonly code: string | null
  readonly nameZh: string | null
  readonly isSubmitted: boolean
  /** why it was not: what is missing field by field, or the one reason */
  readonly errors: readonly FieldError[]
}

/** From how many on reviewers are told once of all, not of each. */
const TOLD_TOGETHER = 5

async function refusedBy(cx: Cx, versionId: string, error: unknown): Promise<Submitted> {
  if (!(error instanceof Problem)) throw error
  const [found] = await cx.tx
    .select({ entry, version: entryVersion })
    .from(entryVersion)
    .innerJoin(entry, eq(entry.id, entryVersion.entryId))
    .where(eq(entryVersion.id, versionId))
  const isOwn = found?.entry.organizationId === requireOrganization(cx.actor)
  return {
    versionId,
    code: isOwn ? found.entry.code : null,
    nameZh: isOwn ? found.version.nameZh : null,
    isSubmitted: false,
    errors:
      error.errors.length > 0 ? error.errors : [{ pointer: '', message: error.detail, remedy: error.type.remedy }],
  }
}

/**
 * Hands many drafts in for review: each that is complete is submitted, the others say what they lack; one does not hold
 * up another. Reviewers are told once.
 */
export async function submitVersions(cx: Cx, versionIds: readonly string[]): Promise<Submitted[]> {
  const results: Submitted[] = []
  const isTogether = versionIds.length >= TOLD_TOGETHER
  const quiet: Cx = isTogether ? { ...cx, emit: () => {} } : cx
  // in one order, so that two such calls wait for each other
  for (const versionId of [...versionIds].sort())
    try {
      const { entry: of, version } = await submitVersion(quiet, versionId)
      results.push({ versionId, code: of.code, nameZh: version.nameZh, isSubmitted: true, errors: [] })
    } catch (error) {
      results.push(await refusedBy(cx, versionId, error))
    }
  const handed = results.filter(each => each.isSubmitted)
  const organizationId = requireOrganization(cx.actor)
  if (isTogether && handed.length > 0)
    cx.emit('resources.entries-submitted', { organizationId, count: handed.length, versionId: handed[0]!.versionId })
  cx.audit('resource.submit-many', ['organization', organizationId], {
    asked: versionIds.length,
    submitted: handed.map(each => each.versionId),
  })
  return results
}

/** A draft with what it still lacks. */
export interface Draft extends Versioned {
  readonly missing: readonly FieldError[]
}

/** The own drafts and returned versions, oldest first, at most as many as one call submits. */
export async function listDrafts(rx: Rx): Promise<Draft[]> {
  const rows = await rx.tx
    .select({ entry, version: entryVersion })
    .from(entryVersion)
    .innerJoin(entry, eq(entry.id, entryVersion.entryId))
    .where(
      and(eq(entry.organizationId, requireOrganization(rx.actor)), inArray(entryVersion.state, ['draft', 'returned'])),
    )
    .orderBy(asc(entryVersion.id))
    .limit(maxSubmitted)
  return rows.map(row => ({ ...row, missing: whatIsMissing(row.version) }))
}
