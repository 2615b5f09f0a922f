import { asc, eq, inArray } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { publishedItems } from '../resources/index.ts'
import { parseFields } from './fields.ts'
import {
  type CatalogIndex,
  type Field,
  hitKey,
  indexItems,
  isHit,
  type Match,
  matchesOf,
  type Standing,
  standingOf,
} from './matching.ts'
import { type FieldRow, type FormRow, plannedField, plannedForm } from './schema.ts'

/** What a field may repeat and how that stands for the institution that asks. */
export interface Compared {
  readonly match: Match
  readonly standing: Standing
}

/** A field with what the catalog has of it now. */
export interface ComparedField {
  readonly row: FieldRow
  readonly compared: readonly Compared[]
  /** keys of what must be answered */
  readonly hits: readonly string[]
  /** whether what was answered speaks of all that must be */
  readonly isSettled: boolean
}

/** Who asks, and where. */
export type Asking = { readonly organizationId: string | null; readonly division: string | null }

/** One field against the catalog, for an institution that asks in a division. */
export const compareField = (field: Field, index: CatalogIndex, asking: Asking): Compared[] =>
  matchesOf(field, index).map(match => ({ match, standing: standingOf(match, asking) }))

/** Keys of the items among what was found that must be answered. */
export const hitsOf = (compared: readonly Compared[]): string[] =>
  compared.filter(each => isHit(each.standing)).map(each => hitKey(each.match.item))

/** Whether an answer speaks of every one of these items; a field that is not asked needs no other. */
export const isSettled = (row: Pick<FieldRow, 'answer' | 'answeredHits'>, hits: readonly string[]): boolean =>
  hits.length === 0 ||
  row.answer === 'dropped' ||
  (row.answer !== null && hits.every(key => row.answeredHits.includes(key)))

/** The published catalog, laid out for comparing. */
export const catalogIndex = async (rx: Rx, entryIds?: readonly string[]): Promise<CatalogIndex> =>
  indexItems(await publishedItems(rx, entryIds))

/** The fields of a form, in their order. */
export const fieldsOf = (rx: Rx, formId: string): Promise<FieldRow[]> =>
  rx.tx.select().from(plannedField).where(eq(plannedField.formId, formId)).orderBy(asc(plannedField.position))

/** Every field of a form with what the catalog has of it at this moment. */
export async function compareForm(rx: Rx, form: FormRow): Promise<ComparedField[]> {
  const index = await catalogIndex(rx)
  return (await fieldsOf(rx, form.id)).map(row => {
    const compared = compareField(row, index, form)
    const hits = hitsOf(compared)
    return { row, compared, hits, isSettled: isSettled(row, hits) }
  })
}

/** Registered forms of which a field is found in one entry of the catalog. */
export async function formsTouchedBy(rx: Rx, entryId: string): Promise<string[]> {
  const index = await catalogIndex(rx, [entryId])
  const rows = await rx.tx
    .select({ form: plannedForm, field: plannedField })
    .from(plannedField)
    .innerJoin(plannedForm, eq(plannedForm.id, plannedField.formId))
    .where(inArray(plannedForm.state, ['registered']))
  const touched = rows.filter(({ form, field }) => hitsOf(compareField(field, index, form)).length > 0)
  return [...new Set(touched.map(({ form }) => form.id))]
}

/** Planned fields, one a line, against the catalog, for whoever asks; for a citizen data of any place counts. */
export async function matchFields(rx: Rx, lines: string): Promise<{ field: Field; compared: Compared[] }[]> {
  const index = await catalogIndex(rx)
  const asking = { organizationId: rx.actor.organizationId, division: rx.actor.division }
  return parseFields(lines)
    .slice(0, 300)
    .map(field => ({ field, compared: compareField(field, index, asking) }))
}
