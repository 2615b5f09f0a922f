import { eq } from 'drizzle-orm'
import { addWorkingDays } from '../../kernel/calendar.ts'
import type { Cx } from '../../kernel/command.ts'
import { isWithin } from '../../kernel/division.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { nextNumber } from '../../kernel/numbering.ts'
import { type FieldError, forbidden, invalidInput, notFound } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { organizationOf, requireOrganization } from '../identity/index.ts'
import { type Asking, catalogIndex, compareField, fieldsOf } from './comparing.ts'
import { parseFields } from './fields.ts'
import { type ReportState, reportMachine } from './model.ts'
import { breachReport, type Evidence, plannedForm, type ReportRow } from './schema.ts'
import type { ReportInput } from './wire.ts'

const missing = (pointer: string, zh: string, en: string, remedyZh: string, remedyEn: string): FieldError => ({
  pointer,
  message: text(zh, en),
  remedy: text(remedyZh, remedyEn),
})

/** What the catalog has of these fields, as far as it could have been shared with who asked. */
async function evidenceOf(cx: Cx, names: readonly string[], asking: Asking): Promise<Evidence[]> {
  const index = await catalogIndex(cx)
  return names.flatMap(field =>
    compareField({ nameZh: field }, index, asking)
      .filter(({ standing }) => standing === 'obtainable' || standing === 'own')
      .slice(0, 3)
      .map(({ match: { item, score, because } }) => ({
        field,
        item: item.itemName,
        entryId: item.entryId,
        entryCode: item.entryCode,
        entryName: item.entryName,
        institution: item.institution,
        sharingType: item.sharingType,
        score,
        because,
      })),
  )
}

async function reportedOf(cx: Cx, input: ReportInput): Promise<{ reportedId: string; fields: string[] }> {
  const typed = parseFields(input.fieldLines ?? '').map(field => field.nameZh)
  if (input.formId) {
    const [form] = await cx.tx.select().from(plannedForm).where(eq(plannedForm.id, input.formId))
    if (!form || !['registered', 'ended'].includes(form.state)) throw notFound()
    const asked = (await fieldsOf(cx, form.id)).filter(field => field.answer !== 'dropped')
    return { reportedId: form.organizationId, fields: typed.length > 0 ? typed : asked.map(field => field.nameZh) }
  }
  const errors: FieldError[] = []
  if (!input.reportedId)
    errors.push(
      missing(
        '/reportedId',
        '没有选择被举报机构',
        'is missing',
        '选择要求您填报的机构',
        'choose the institution that asked',
      ),
    )
  if (typed.length === 0)
    errors.push(
      missing('/fieldLines', '没有填写字段', 'is missing', '每行写一个被要求填报的字段', 'write one field a line'),
    )
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  return { reportedId: input.reportedId!, fields: [...new Set(typed)] }
}

/**
 * Takes in a report that an institution asks again for what can be shared, with what the catalog has of these fields.
 * @throws invalid-input naming what is missing, not-found
 */
export async function fileReport(cx: Cx, input: ReportInput): Promise<ReportRow> {
  const { reportedId, fields } = await reportedOf(cx, input)
  const reported = await organizationOf(cx, reportedId)
  if (!reported.roles.includes('institution'))
    throw invalidInput(undefined, {
      errors: [
        missing(
          '/reportedId',
          '不是公共机构',
          'is no public institution',
          '从列表中选择机构',
          'choose one of the list',
        ),
      ],
    })
  const rules = rulesAt(cx.now)
  const { dueAt, isProvisional } = addWorkingDays(cx.now, rules.clocks.breachCheck.workingDays, rules)
  const [row] = await cx.tx
    .insert(breachReport)
    .values({
      id: newId(),
      number: await nextNumber(cx, reported.division, 'JB'),
      state: reportMachine.initial,
      reporterId: cx.actor.personId!,
      reporterOrganizationId: cx.actor.organizationId,
      reportedId,
      division: reported.division,
      formId: input.formId ?? null,
      description: input.description.trim(),
      fields,
      evidence: await evidenceOf(cx, fields, { organizationId: reportedId, division: reported.division }),
      createdAt: cx.now,
      dueAt,
      isDueProvisional: isProvisional,
      rulePack: rules.ref,
    })
    .returning()
  cx.audit('breach-report.file', ['breach-report', row!.id], { number: row!.number, reportedId, fields })
  cx.emit('collection.breach-reported', { reportId: row!.id })
  return row!
}

async function lockedReport(cx: Cx, id: string): Promise<ReportRow> {
  const [row] = await cx.tx.select().from(breachReport).where(eq(breachReport.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

/** A report that the actor's authority is to check, locked; nobody checks what they reported. @throws not-found, forbidden */
async function checkable(cx: Cx, id: string): Promise<ReportRow> {
  const row = await lockedReport(cx, id)
  requireOrganization(cx.actor)
  if (!isWithin(row.division, cx.actor.division ?? '')) throw notFound()
  if (row.reporterId === cx.actor.personId)
    throw forbidden(text('举报人不得办理自己的举报。', 'Nobody decides on their own report.'))
  if (row.reportedId === cx.actor.organizationId)
    throw forbidden(text('被举报机构不得办理该举报。', 'The reported institution does not decide on it.'))
  return row
}

async function moveReport(
  cx: Cx,
  row: ReportRow,
  move: keyof typeof reportMachine.moves,
  set: Partial<ReportRow>,
  record: Record<string, string | null> = {},
): Promise<ReportRow> {
  const state = nextState(reportMachine, row.state as ReportState, move)
  cx.audit(`breach-report.${move}`, ['breach-report', row.id], { number: row.number, ...record })
  const [after] = await cx.tx
    .update(breachReport)
    .set({ ...set, state })
    .where(eq(breachReport.id, row.id))
    .returning()
  cx.emit('collection.breach-moved', { reportId: row.id, move, to: state })
  return after!
}

/** The authority begins to check a report. @throws not-found, state-conflict */
export const checkReport = async (cx: Cx, id: string): Promise<ReportRow> =>
  moveReport(cx, await checkable(cx, id), 'check', { checkedBy: cx.actor.personId })

const decided = (cx: Cx, reason: string) => ({
  decidedBy: cx.actor.personId,
  decidedAt: cx.now,
  reason,
  dueAt: null,
  isDueProvisional: false,
})

/** The report is true: the institution is told what to do. @throws not-found, state-conflict */
export const substantiateReport = async (
  cx: Cx,
  id: string,
  { reason, demand }: { readonly reason: string; readonly demand: string },
): Promise<ReportRow> =>
  moveReport(cx, await checkable(cx, id), 'substantiate', { ...decided(cx, reason), demand }, { reason, demand })

/** The report is not true, with the reason. @throws not-found, state-conflict */
export const dismissReport = async (cx: Cx, id: string, reason: string): Promise<ReportRow> =>
  moveReport(cx, await checkable(cx, id), 'dismiss', decided(cx, reason), { reason })

/** Who reported takes it back before it is checked. @throws not-found, state-conflict */
export async function withdrawReport(cx: Cx, id: string): Promise<ReportRow> {
  const row = await lockedReport(cx, id)
  if (row.reporterId !== cx.actor.personId) throw notFound()
  return moveReport(cx, row, 'withdraw', { dueAt: null, isDueProvisional: false })
}
