import { and, asc, desc, eq } from 'drizzle-orm'
import { dayOf } from '../../kernel/calendar.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { conflict, type FieldError, ruleViolated } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { type DataVersion, dataVersionOf, holdDataVersion, ownDataVersion } from '../data/index.ts'
import { gradeOf, isReleased, requireReleased } from '../risk/index.ts'
import { nextDue } from './model.ts'
import { type AttachmentRow, attachment, type EntryVersionRow, entry } from './schema.ts'
import { inForce, ownEntry } from './service.ts'

constraintMeans('attachment_once', () =>
  conflict(text('该数据版本已挂接到这个目录。', 'This data version is attached to the entry already.')),
)

/** How strict a grade is. */
const rank: Readonly<Record<string, number>> = { general: 0, important: 1, core: 2 }

/** What of the catalog the data does not keep: items without a column, a grade above the entry's (Art 23, 26). */
function deviations(version: EntryVersionRow, data: DataVersion, grade: string): FieldError[] {
  const columns = new Set(data.columns.map(column => column.name.toLowerCase()))
  const errors: FieldError[] = version.items
    .filter(item => item.codeName && !columns.has(item.codeName.toLowerCase()))
    .map(item => ({
      pointer: '/dataVersionId',
      message: text(
        `缺少信息项“${item.nameZh}”（${item.codeName}）`,
        `has no column ${item.codeName} (${item.nameZh})`,
      ),
      remedy: text(
        '补齐该列后重新上传，或先修订目录的信息项',
        'add the column and upload again, or revise the items of the entry first',
      ),
    }))
  if ((rank[grade] ?? 0) > (rank[version.grade ?? 'general'] ?? 0))
    errors.push({
      pointer: '/dataVersionId',
      message: text('数据的分级高于目录的分级', 'is graded higher than its entry'),
      remedy: text('先修订目录的分级及共享、开放类型', 'revise the grade of the entry, its sharing and opening first'),
    })
  return errors
}

/**
 * Attaches a released data version of the own institution to its published entry; the next update is then due one cycle
 * later. @throws not-released, rule-violated naming each deviation, conflict where nothing is published or it is attached already
 */
export async function attachData(cx: Cx, entryId: string, dataVersionId: string): Promise<AttachmentRow> {
  await ownEntry(cx, entryId)
  await ownDataVersion(cx, dataVersionId)
  return attach(cx, entryId, dataVersionId, cx.actor.personId!)
}

/** Whether a data version is attached to an entry already. */
export async function isAttached(rx: Rx, entryId: string, dataVersionId: string): Promise<boolean> {
  const found = await rx.tx
    .select({ id: attachment.id })
    .from(attachment)
    .where(and(eq(attachment.entryId, entryId), eq(attachment.dataVersionId, dataVersionId)))
  return found.length > 0
}

/**
 * The same for what was fetched for an entry on its institution's order: attached in the name of the person who gave
 * it. @throws not-released, rule-violated, conflict
 */
export async function attachReleased(cx: Cx, entryId: string, dataVersionId: string, personId: string): Promise<void> {
  await cx.tx.select({ id: entry.id }).from(entry).where(eq(entry.id, entryId)).for('update')
  if (await isAttached(cx, entryId, dataVersionId))
    throw conflict(text('该数据版本已挂接到这个目录。', 'This data version is attached to the entry already.'))
  await attach(cx, entryId, dataVersionId, personId)
}

async function attach(cx: Cx, entryId: string, dataVersionId: string, personId: string): Promise<AttachmentRow> {
  const version = await inForce(cx, entryId)
  if (!version)
    throw conflict(
      text('目录发布后才能挂接数据。', 'Data is attached to what is published; have the entry reviewed first.'),
    )
  const data = await holdDataVersion(cx, dataVersionId)
  await requireReleased(cx, dataVersionId, version.openingType === 'open' ? 'open' : 'share')
  const grade = (await gradeOf(cx, dataVersionId))?.grade ?? 'general'
  const errors = deviations(version, data, grade)
  if (errors.length > 0)
    throw ruleViolated(text('数据与目录不一致。', 'The data is not what the entry says.'), { errors })
  const [last] = await cx.tx
    .select({ no: attachment.sequenceNo })
    .from(attachment)
    .where(eq(attachment.entryId, entryId))
    .orderBy(desc(attachment.sequenceNo))
    .limit(1)
  const [row] = await cx.tx
    .insert(attachment)
    .values({
      id: newId(),
      entryId,
      entryVersionId: version.id,
      dataVersionId,
      sequenceNo: (last?.no ?? 0) + 1,
      attachedBy: personId,
      attachedAt: cx.now,
    })
    .returning()
  const updatedOn = dayOf(cx.now)
  const dueOn = nextDue(version.updateCycle!, updatedOn)
  await cx.tx.update(entry).set({ updatedOn, dueOn }).where(eq(entry.id, entryId))
  cx.audit('resource.attach', ['resource', entryId], { dataVersionId, sha256: data.sha256, rows: data.rows, dueOn })
  cx.emit('resources.data-attached', { entryId, dataVersionId })
  return row!
}

/** Data of an entry with how it stands at the gate at present. */
export interface Attached {
  readonly row: AttachmentRow
  readonly data: DataVersion
  /** false once the release ended or access was suspended: it is then not offered any more */
  readonly isReleased: boolean
}

/** What was attached to an entry, oldest first. */
export async function attachedTo(rx: Rx, entryId: string): Promise<Attached[]> {
  const rows = await rx.tx
    .select()
    .from(attachment)
    .where(eq(attachment.entryId, entryId))
    .orderBy(asc(attachment.sequenceNo))
  const all: Attached[] = []
  for (const row of rows)
    all.push({
      row,
      data: await dataVersionOf(rx, row.dataVersionId),
      isReleased: await isReleased(rx, row.dataVersionId),
    })
  return all
}
