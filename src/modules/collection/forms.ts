import { eq } from 'drizzle-orm'
import { dayOf } from '../../kernel/calendar.ts'
import type { Cx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { isWithin } from '../../kernel/division.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { conflict, type FieldError, invalidInput, notFound } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { dataVersionOf, ownDataVersion } from '../data/index.ts'
import { organizationOf, requireOrganization } from '../identity/index.ts'
import { type ComparedField, catalogIndex, compareField, compareForm, fieldsOf, hitsOf } from './comparing.ts'
import { parseFields } from './fields.ts'
import type { Field } from './matching.ts'
import { type Answer, duplicateCollection, type FormState, formMachine, openFormStates } from './model.ts'
import { type FieldRow, type FormRow, plannedField, plannedForm } from './schema.ts'
import type { FormInput, NewFormInput } from './wire.ts'

constraintMeans('planned_form_settled', () =>
  conflict(text('有字段尚未答复，刷新后处理。', 'A field is without an answer; load the page again.')),
)

/** A form locked for a change. @throws not-found */
export async function lockedForm(cx: Cx, id: string): Promise<FormRow> {
  const [row] = await cx.tx.select().from(plannedForm).where(eq(plannedForm.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

/** A form of the own institution, locked. @throws not-found */
async function ownForm(cx: Cx, id: string): Promise<FormRow> {
  const row = await lockedForm(cx, id)
  if (row.organizationId !== requireOrganization(cx.actor)) throw notFound()
  return row
}

/** A form of the own institution that may still be changed, locked. @throws not-found, state-conflict */
async function openForm(cx: Cx, id: string): Promise<FormRow> {
  const row = await ownForm(cx, id)
  if (!(openFormStates as readonly string[]).includes(row.state))
    nextState(formMachine, row.state as FormState, 'submit')
  return row
}

export async function changeForm(cx: Cx, id: string, set: Partial<FormRow>): Promise<FormRow> {
  const [row] = await cx.tx.update(plannedForm).set(set).where(eq(plannedForm.id, id)).returning()
  return row!
}

/** Moves a form on, audits it and tells those who hear of it. */
export async function moveForm(
  cx: Cx,
  form: FormRow,
  move: keyof typeof formMachine.moves,
  set: Partial<FormRow> = {},
  record: Record<string, unknown> = {},
): Promise<FormRow> {
  const state = nextState(formMachine, form.state as FormState, move)
  cx.audit(`collection.${move}`, ['collection', form.id], { title: form.title, ...record } as never)
  const after = await changeForm(cx, form.id, { ...set, state })
  cx.emit('collection.form-moved', { formId: form.id, move, to: state })
  return after
}

const wrong = (pointer: string, zh: string, en: string, remedyZh: string, remedyEn: string): FieldError => ({
  pointer,
  message: text(zh, en),
  remedy: text(remedyZh, remedyEn),
})

/** What of a form cannot be: the period, the place. */
function formErrors(form: { startsOn: string; endsOn: string | null; division: string }, seat: string): FieldError[] {
  const errors: FieldError[] = []
  if (form.endsOn !== null && form.endsOn < form.startsOn)
    errors.push(
      wrong('/endsOn', '早于开始日期', 'is before the first day', '改为开始日期或之后', 'give that day or a later one'),
    )
  if (!isWithin(form.division, seat))
    errors.push(
      wrong(
        '/division',
        '不在本机构的行政区划内',
        'lies outside your division',
        `填写 ${seat} 或其下级区划`,
        `give ${seat} or a division in it`,
      ),
    )
  return errors
}

async function givenFields(cx: Cx, input: NewFormInput): Promise<readonly Field[]> {
  if (input.dataVersionId) {
    await ownDataVersion(cx, input.dataVersionId)
    const { columns } = await dataVersionOf(cx, input.dataVersionId)
    return columns.map(column => ({
      nameZh: column.meaning?.trim() || column.name,
      codeName: column.name,
      type: column.type,
    }))
  }
  return input.fields ?? parseFields(input.fieldLines ?? '')
}

function requireFields(fields: readonly Field[]): void {
  const names = fields.map(field => field.nameZh.trim())
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  const errors: FieldError[] = []
  if (fields.length === 0)
    errors.push(
      wrong(
        '/fieldLines',
        '没有字段',
        'has no field',
        '每行写一个字段，或选择一个数据文件',
        'write one field a line, or choose a data file',
      ),
    )
  if (fields.length > 300)
    errors.push(wrong('/fieldLines', '超过 300 个字段', 'has more than 300 fields', '拆分为多份表单', 'split the form'))
  if (twice !== undefined)
    errors.push(
      wrong('/fieldLines', `字段“${twice}”重复`, `names ${twice} twice`, '同名字段只写一次', 'write each name once'),
    )
  if (errors.length > 0) throw invalidInput(undefined, { errors })
}

/** Writes the fields anew; what was answered of a field of the same name stays. */
async function writeFields(cx: Cx, form: FormRow, fields: readonly Field[]): Promise<void> {
  const before = new Map((await fieldsOf(cx, form.id)).map(row => [row.nameZh, row]))
  await cx.tx.delete(plannedField).where(eq(plannedField.formId, form.id))
  const index = await catalogIndex(cx)
  await cx.tx.insert(plannedField).values(
    fields.map((field, position) => {
      const nameZh = field.nameZh.trim()
      const old = before.get(nameZh)
      return {
        id: old?.id ?? newId(),
        formId: form.id,
        position,
        nameZh,
        codeName: field.codeName ?? null,
        type: field.type ?? null,
        standard: field.standard ?? null,
        hits: hitsOf(compareField({ ...field, nameZh }, index, form)),
        ...(old && { answer: old.answer, answerReason: old.answerReason, answeredHits: old.answeredHits }),
      }
    }),
  )
}

/** Begins a form of the own institution and compares its fields with the catalog. @throws invalid-input */
export async function createForm(cx: Cx, input: NewFormInput): Promise<FormRow> {
  const organizationId = requireOrganization(cx.actor)
  const { division: seat } = await organizationOf(cx, organizationId)
  const fields = await givenFields(cx, input)
  const values = {
    title: input.title.trim(),
    purpose: input.purpose.trim(),
    legalBasis: input.legalBasis.trim(),
    audience: input.audience,
    division: input.division ?? seat,
    startsOn: input.startsOn ?? dayOf(cx.now),
    endsOn: input.endsOn ?? null,
  }
  const errors = formErrors(values, seat)
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  requireFields(fields)
  const [form] = await cx.tx
    .insert(plannedForm)
    .values({
      id: newId(),
      organizationId,
      state: formMachine.initial,
      ...values,
      createdBy: cx.actor.personId!,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  await writeFields(cx, form!, fields)
  cx.audit('collection.create', ['collection', form!.id], {
    title: values.title,
    fields: fields.map(each => each.nameZh),
  })
  return form!
}

/** Changes a form in work; what is absent stays. @throws not-found, state-conflict, invalid-input */
export async function updateForm(cx: Cx, id: string, input: FormInput): Promise<FormRow> {
  const form = await openForm(cx, id)
  const { fieldLines, fields: given, ...rest } = input
  const set = { ...rest, changedAt: cx.now }
  const { division: seat } = await organizationOf(cx, form.organizationId)
  const errors = formErrors({ ...form, ...rest }, seat)
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  const after = await changeForm(cx, id, set)
  const fields = given ?? (fieldLines === undefined ? undefined : parseFields(fieldLines))
  if (fields) {
    requireFields(fields)
    await writeFields(cx, after, fields)
  }
  cx.audit('collection.update', ['collection', id], {
    ...rest,
    ...(fields && { fields: fields.map(each => each.nameZh) }),
  })
  return after
}

/**
 * Says of one field what becomes of it although the catalog has it: it is dropped, it is another datum, or a law demands
 * it; null takes the answer back. The answer speaks of what the catalog has now. @throws not-found, invalid-input
 */
export async function answerField(
  cx: Cx,
  fieldId: string,
  input: { readonly answer: Answer | null; readonly reason?: string | null | undefined },
): Promise<FormRow> {
  const [field] = await cx.tx.select().from(plannedField).where(eq(plannedField.id, fieldId))
  if (!field) throw notFound()
  const form = await openForm(cx, field.formId)
  const reason = input.reason?.trim() || null
  if (input.answer !== null && input.answer !== 'dropped' && reason === null)
    throw invalidInput(undefined, {
      errors: [
        input.answer === 'exempt'
          ? wrong(
              '/reason',
              '缺少法律依据',
              'names no law',
              '写明法律、法规名称和条款',
              'name the law or regulation and its article',
            )
          : wrong('/reason', '缺少说明', 'is missing', '说明两者有何不同', 'say how the two differ'),
      ],
    })
  const hits = hitsOf(compareField(field, await catalogIndex(cx), form))
  await cx.tx
    .update(plannedField)
    .set({ answer: input.answer, answerReason: reason, hits, answeredHits: input.answer === null ? [] : hits })
    .where(eq(plannedField.id, fieldId))
  cx.audit('collection.answer', ['collection', form.id], { field: field.nameZh, answer: input.answer, reason, hits })
  return changeForm(cx, form.id, { changedAt: cx.now })
}

const openHit = ({ row, compared }: ComparedField): FieldError => {
  const first = compared.find(each => each.standing === 'obtainable' || each.standing === 'own')!
  const { item, because } = first.match
  return {
    pointer: `/fields/${row.position}`,
    message: text(
      `“${row.nameZh}”在《${item.entryName}》（${item.entryCode}）中已有：${because.zh}`,
      `“${row.nameZh}” exists in ${item.entryNameEn ?? item.entryName} (${item.entryCode}): ${because.en}`,
    ),
    remedy: text(
      '选择不再采集、说明不是同一数据，或写明法律、法规依据',
      'drop it, say why it is not the same, or name the law that demands it',
    ),
  }
}

/** Compares the form with the catalog of this moment and keeps what was found. @throws duplicate-collection naming each field */
export async function requireSettled(cx: Cx, form: FormRow): Promise<readonly FieldRow[]> {
  const fields = await compareForm(cx, form)
  const open = fields.filter(field => !field.isSettled)
  if (open.length > 0) throw duplicateCollection(undefined, { errors: open.map(openHit) })
  for (const { row, hits } of fields)
    await cx.tx
      .update(plannedField)
      .set({ hits: [...hits] })
      .where(eq(plannedField.id, row.id))
  return fields.map(field => field.row)
}

/** Hands a form in for review. @throws duplicate-collection, invalid-input where nothing is left to ask */
export async function submitForm(cx: Cx, id: string): Promise<FormRow> {
  const form = await openForm(cx, id)
  nextState(formMachine, form.state as FormState, 'submit')
  const fields = await requireSettled(cx, form)
  if (fields.every(field => field.answer === 'dropped'))
    throw invalidInput(undefined, {
      errors: [
        wrong(
          '/fields',
          '所有字段都不再采集',
          'are all dropped',
          '放弃这份表单，改为申请共享',
          'give the form up and use the shared data',
        ),
      ],
    })
  const set = { submittedBy: cx.actor.personId, submittedAt: cx.now, reason: null, rulePack: rulesAt(cx.now).ref }
  return moveForm(cx, form, 'submit', set, {
    fields: fields.map(({ nameZh, answer, answerReason }) => ({ nameZh, answer, answerReason })),
  })
}

/** Gives a form up before it is registered. @throws state-conflict */
export const discardForm = async (cx: Cx, id: string): Promise<FormRow> =>
  moveForm(cx, await openForm(cx, id), 'discard')

/** Ends a registered collection. @throws state-conflict, not-found */
export async function endForm(cx: Cx, id: string, reason: string): Promise<FormRow> {
  return moveForm(cx, await ownForm(cx, id), 'end', { reason, endedAt: cx.now }, { reason })
}
