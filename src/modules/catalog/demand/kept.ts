import { asc, eq, gt } from 'drizzle-orm'
import type { Cx, Rx } from '../../../kernel/command.ts'
import { constraintMeans } from '../../../kernel/db/errors.ts'
import { newId } from '../../../kernel/ids.ts'
import { conflict, notFound, ruleViolated } from '../../../kernel/problem.ts'
import { text } from '../../../kernel/text.ts'
import { parseQuery } from '../../../kernel/words.ts'
import type { KeptQuery } from '../model.ts'
import { matching, planOf, standingOf } from '../plan.ts'
import { typedWords } from './questions.ts'
import { type SavedSearchRow, savedSearch } from './schema.ts'

/** Searches that one person may keep. */
const keptLimit = 50
/** New products of a search are counted up to this many. */
export const newLimit = 100

constraintMeans('saved_search_name_unique', () =>
  conflict(text('已有同名的保存检索。', 'You keep a search of this name already.'), {
    errors: [
      {
        pointer: '/name',
        message: text('已有同名的保存检索', 'is the name of another kept search'),
        remedy: text('换一个名称', 'choose another name'),
      },
    ],
  }),
)

/** A kept search with what is new in it. */
export interface Kept {
  readonly row: SavedSearchRow
  /** products listed since the person last looked, at most `newLimit` */
  readonly fresh: number
}

/** Keeps a search under a name. @throws conflict for a name in use, rule-violated beyond the limit */
export async function saveSearch(
  cx: Cx,
  { name: typed, ...query }: { readonly name: string } & KeptQuery,
): Promise<SavedSearchRow> {
  const personId = cx.actor.personId!
  const name = typedWords('name', typed, 1)
  await cx.sql`select pg_advisory_xact_lock(hashtextextended(${`search ${personId}`}, 0))`
  const [counted] = await cx.sql<{ n: number }[]>`
    select count(*)::int as n from catalog.saved_search where person_id = ${personId}`
  if (counted!.n >= keptLimit)
    throw ruleViolated(
      text(`最多保存 ${keptLimit} 个检索；请先删除一些。`, `At most ${keptLimit} searches; remove some first.`),
    )
  const given = Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== undefined && value !== ''),
  ) as KeptQuery
  const [row] = await cx.tx
    .insert(savedSearch)
    .values({ id: newId(), personId, name, query: given, seenAt: cx.now, createdAt: cx.now })
    .returning()
  cx.audit('saved-search.save', ['saved-search', row!.id], { name, query: given })
  return row!
}

/** The person's own search, locked. @throws not-found for anyone else's */
async function own(cx: Cx, id: string): Promise<SavedSearchRow> {
  const [row] = await cx.tx.select().from(savedSearch).where(eq(savedSearch.id, id)).for('update')
  if (!row || row.personId !== cx.actor.personId) throw notFound()
  return row
}

/** The person has looked: what is listed until now is no longer new. @throws not-found */
export async function seeSavedSearch(cx: Cx, id: string): Promise<SavedSearchRow> {
  await own(cx, id)
  const [row] = await cx.tx.update(savedSearch).set({ seenAt: cx.now }).where(eq(savedSearch.id, id)).returning()
  cx.audit('saved-search.see', ['saved-search', id], { seenAt: cx.now.toISOString() })
  return row!
}

/** Forgets a search. @throws not-found */
export async function removeSavedSearch(cx: Cx, id: string): Promise<SavedSearchRow> {
  const row = await own(cx, id)
  await cx.tx.delete(savedSearch).where(eq(savedSearch.id, id))
  cx.audit('saved-search.remove', ['saved-search', id], { name: row.name })
  return row
}

/** How many products that a search finds were listed after an instant, up to `newLimit`. */
export async function freshOf(rx: Rx, query: KeptQuery, since: Date): Promise<number> {
  const plan = await planOf(rx, parseQuery(query.q), await standingOf(rx))
  if (plan.kind === 'nothing') return 0
  const [row] = await rx.sql<{ n: number }[]>`
    select count(*)::int as n from (
      select from catalog.listed_product p
      where ${matching(rx, plan, query)} and p.listed_at > ${since.toISOString()}::timestamptz limit ${newLimit}) fresh`
  return row!.n
}

/** Kept searches of all people in a fixed order, a slice at a time: for those who tell of what is new in them. */
export const keptSearches = (rx: Rx, after: string | undefined, limit: number): Promise<SavedSearchRow[]> =>
  rx.tx
    .select()
    .from(savedSearch)
    .where(after === undefined ? undefined : gt(savedSearch.id, after))
    .orderBy(asc(savedSearch.id))
    .limit(limit)

/** A kept search, whoever asks; undefined once it was removed. */
export const keptSearch = async (rx: Rx, id: string): Promise<SavedSearchRow | undefined> =>
  (await rx.tx.select().from(savedSearch).where(eq(savedSearch.id, id)))[0]

/** The person's kept searches by name, each with how many products are new in it; at most `keptLimit`. */
export async function listSavedSearches(rx: Rx): Promise<Kept[]> {
  const rows = await rx.tx
    .select()
    .from(savedSearch)
    .where(eq(savedSearch.personId, rx.actor.personId!))
    .orderBy(asc(savedSearch.name))
  return Promise.all(rows.map(async row => ({ row, fresh: await freshOf(rx, row.query, row.seenAt) })))
}
