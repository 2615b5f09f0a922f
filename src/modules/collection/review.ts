import { eq } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { NotDue } from '../../kernel/events.ts'
import { nextState } from '../../kernel/machine.ts'
import { nextNumber } from '../../kernel/numbering.ts'
import { forbidden } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { requireOrganization, samePerson } from '../identity/index.ts'
import { compareForm, formsTouchedBy } from './comparing.ts'
import { changeForm, lockedForm, moveForm, requireSettled } from './forms.ts'
import { type FormState, formMachine } from './model.ts'
import { type FormRow, plannedField } from './schema.ts'

/** An institution never reviews its own forms, nor a person their own. @throws forbidden, same-person */
function requireReviewer(cx: Cx, form: FormRow): string {
  const organizationId = requireOrganization(cx.actor)
  if (organizationId === form.organizationId)
    throw forbidden(text('拟采集事项须由其他机构的人员审核。', 'Another organisation reviews a planned collection.'))
  if (form.submittedBy === cx.actor.personId) throw samePerson()
  return organizationId
}

/** A reviewer takes a form up. @throws state-conflict, same-person */
export async function reviewForm(cx: Cx, id: string): Promise<FormRow> {
  const form = await lockedForm(cx, id)
  nextState(formMachine, form.state as FormState, 'review')
  return moveForm(cx, form, 'review', { reviewerOrganizationId: requireReviewer(cx, form) })
}

/** Sends a form back with what is to be mended. @throws state-conflict, same-person */
export async function returnForm(cx: Cx, id: string, reason: string): Promise<FormRow> {
  const form = await lockedForm(cx, id)
  nextState(formMachine, form.state as FormState, 'return')
  const reviewerOrganizationId = requireReviewer(cx, form)
  return moveForm(cx, form, 'return', { reason, reviewedBy: cx.actor.personId, reviewerOrganizationId }, { reason })
}

/**
 * Registers a form, after comparing it once more: the catalog may have grown since it was submitted.
 * @throws duplicate-collection, state-conflict, same-person
 */
export async function registerForm(cx: Cx, id: string): Promise<FormRow> {
  const form = await lockedForm(cx, id)
  nextState(formMachine, form.state as FormState, 'register')
  const reviewerOrganizationId = requireReviewer(cx, form)
  await requireSettled(cx, form)
  const number = await nextNumber(cx, form.division, 'CJ')
  const set = { number, reviewedBy: cx.actor.personId, reviewerOrganizationId, registeredAt: cx.now }
  const after = await moveForm(cx, form, 'register', set, { number })
  cx.emit('collection.form-registered', { formId: id })
  return after
}

/**
 * Looks whether the catalog now has fields of a registered form that it had not, notes them and tells its institution.
 * @throws NotDue where nothing new is found
 */
export async function overtakeForm(cx: Cx, id: string): Promise<void> {
  const form = await lockedForm(cx, id)
  if (form.state !== 'registered') throw new NotDue()
  const fresh = (await compareForm(cx, form))
    .filter(({ row }) => row.answer !== 'dropped')
    .map(({ row, hits }) => ({
      row,
      later: hits.filter(key => !row.answeredHits.includes(key) && !row.laterHits.includes(key)),
    }))
    .filter(({ later }) => later.length > 0)
  if (fresh.length === 0) throw new NotDue()
  for (const { row, later } of fresh)
    await cx.tx
      .update(plannedField)
      .set({ laterHits: [...row.laterHits, ...later] })
      .where(eq(plannedField.id, row.id))
  await changeForm(cx, id, { overtakenAt: cx.now })
  cx.audit('collection.overtake', ['collection', id], {
    fields: fresh.map(({ row, later }) => ({ nameZh: row.nameZh, later })),
  })
  cx.emit('collection.form-overtaken', { formId: id })
}

/** Looks at every registered form that an entry which was just published touches. */
export async function overtakeBy(cx: Cx, entryId: string): Promise<void> {
  let overtaken = 0
  for (const id of await formsTouchedBy(cx, entryId)) overtaken += await attempt(cx, id)
  if (overtaken === 0) cx.audit('collection.keep', ['collection-check', entryId], {})
}

/** One form, looked at again after its registration: an entry may have been published in the same moment. */
export async function recheckForm(cx: Cx, formId: string): Promise<void> {
  if ((await attempt(cx, formId)) === 0) cx.audit('collection.keep', ['collection-check', formId], {})
}

async function attempt(cx: Cx, id: string): Promise<number> {
  try {
    await overtakeForm(cx, id)
    return 1
  } catch (error) {
    if (error instanceof NotDue) return 0
    throw error
  }
}
