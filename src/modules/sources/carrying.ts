import { createHash } from 'node:crypto'
import { and, asc, eq, inArray, isNotNull, isNull, notInArray } from 'drizzle-orm'
import { canonicalJson } from '../../kernel/canonical.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { NotDue } from '../../kernel/events.ts'
import { conflict, invalidInput, notFound } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { requireOrganization } from '../identity/index.ts'
import { holdPublishedItem, type PublishedItem, publishedItems } from '../resources/index.ts'
import { type DataElement, type ElementMatch, elementOf, normalizeName, standardElements } from './elements.ts'
import { itemNotPublished, jurisdictionOf } from './model.ts'
import { carrier, element, indexed } from './schema.ts'

/** Every data element: those that lie with the program, then those that were registered here. */
export async function allElements(rx: Rx): Promise<readonly DataElement[]> {
  const rows = await rx.tx.select().from(element).orderBy(asc(element.code))
  const standard = standardElements()
  const known = new Set(standard.map(each => each.code))
  return [...standard, ...rows.filter(row => !known.has(row.code))]
}

/** The element of a code. @throws not-found */
export async function elementByCode(rx: Rx, code: string): Promise<DataElement> {
  const found = (await allElements(rx)).find(each => each.code === code)
  if (!found) throw notFound()
  return found
}

export interface ElementInput {
  readonly identifier: string
  readonly nameZh: string
  readonly nameEn: string
  readonly definition: string
  readonly definitionEn: string
  readonly standard?: string | null | undefined
  readonly synonyms?: readonly string[] | undefined
  readonly columns?: readonly string[] | undefined
}

/** Registers a data element. @throws conflict for its code, invalid-input for a name that another element has */
export async function registerElement(cx: Cx, input: ElementInput): Promise<DataElement> {
  const elements = await allElements(cx)
  if (elements.some(each => each.code === input.identifier))
    throw conflict(text('该标识已登记。', 'This code is registered already.'))
  const names = [input.nameZh, input.nameEn, ...(input.synonyms ?? [])]
  const taken = (name: string) =>
    elements.find(each => [each.nameZh, each.nameEn, ...each.synonyms].map(normalizeName).includes(normalizeName(name)))
  const errors = names.flatMap((name, i) => {
    const owner = taken(name)
    if (!owner) return []
    return {
      pointer: i === 0 ? '/nameZh' : i === 1 ? '/nameEn' : `/synonyms/${i - 2}`,
      message: text(`“${name}”已是“${owner.nameZh}”的名称`, `“${name}” is a name of ${owner.nameEn} already`),
      remedy: text('同一名称只能属于一个数据元', 'A name belongs to one element only'),
    }
  })
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  const { identifier: code, ...words } = input
  const [row] = await cx.tx
    .insert(element)
    .values({
      ...words,
      code,
      standard: input.standard ?? null,
      isTelling: false,
      synonyms: [...(input.synonyms ?? [])],
      columns: [...(input.columns ?? [])],
      registeredBy: cx.actor.personId!,
      registeredAt: cx.now,
    })
    .returning()
  cx.audit('data-element.register', ['organization', requireOrganization(cx.actor)], { ...input })
  return row!
}

const digestOf = (elements: readonly DataElement[]): string =>
  createHash('sha256')
    .update(
      canonicalJson(
        elements.map(({ code, nameZh, nameEn, synonyms, columns, standard, isTelling }) => ({
          code,
          names: [nameZh, nameEn, ...synonyms],
          columns,
          standard: isTelling ? standard : null,
        })),
      ),
    )
    .digest('hex')

/** Published entries whose items were not looked through yet, or before the elements changed. */
export async function unindexedEntries(rx: Rx): Promise<string[]> {
  const digest = digestOf(await allElements(rx))
  const rows = await rx.sql<{ id: string }[]>`
    select v.entry_id as id from resources.entry_version v
    left join sources.indexed i on i.entry_id = v.entry_id
    where v.state = 'published' and (i.entry_id is null or i.entry_version_id <> v.id or i.elements_digest <> ${digest})
    order by v.published_at limit 200`
  return rows.map(row => row.id)
}

/** Finds out which elements the items of a published entry carry; what people said of an item stays. */
export async function indexEntry(cx: Cx, entryId: string): Promise<void> {
  await cx.sql`select 1 from resources.entry where id = ${entryId}::uuid for update`
  const items = await publishedItems(cx, [entryId])
  const [first] = items
  const elements = await allElements(cx)
  const digest = digestOf(elements)
  const [known] = await cx.tx.select().from(indexed).where(eq(indexed.entryId, entryId))
  if (!first || (known?.entryVersionId === first.entryVersionId && known.elementsDigest === digest)) throw new NotDue()
  const { entryVersionId } = first
  const names = items.map(item => item.itemName)
  await cx.tx.delete(carrier).where(and(eq(carrier.entryId, entryId), isNull(carrier.isConfirmed)))
  await cx.tx.delete(carrier).where(and(eq(carrier.entryId, entryId), notInArray(carrier.itemName, names)))
  const found = items.flatMap(item => {
    const match = elementOf(item, elements)
    return match ? [{ item, match }] : []
  })
  for (const { item, match } of found)
    await cx.tx
      .insert(carrier)
      .values({
        entryId,
        itemName: item.itemName,
        elementCode: match.element.code,
        organizationId: item.organizationId,
        division: item.division,
        foundBy: match.by,
      })
      .onConflictDoNothing()
  const set = { entryVersionId, elementsDigest: digest }
  await cx.tx
    .insert(indexed)
    .values({ entryId, ...set })
    .onConflictDoUpdate({ target: indexed.entryId, set })
  cx.audit('data-element.find', ['resource', entryId], {
    entryVersionId,
    found: Object.fromEntries(found.map(({ item, match }) => [item.itemName, match.element.code])),
  })
}

/** An item with the element that it carries, as far as is known. */
export interface Carrying {
  readonly item: PublishedItem
  readonly element: DataElement
  readonly because: Text
  /** a person has confirmed it */
  readonly isConfirmed: boolean
}

const byPerson = text('已由人员确认', 'Confirmed by a person')

/** Which elements these items carry: what people said, else what names and standards say. */
export async function carryingOf(rx: Rx, items: readonly PublishedItem[]): Promise<Carrying[]> {
  if (items.length === 0) return []
  const elements = await allElements(rx)
  const said = await rx.tx
    .select()
    .from(carrier)
    .where(and(isNotNull(carrier.isConfirmed), inArray(carrier.entryId, [...new Set(items.map(item => item.entryId))])))
  const verdicts = new Map(said.map(row => [`${row.entryId}/${row.itemName}`, row]))
  return items.flatMap((item): Carrying[] => {
    const verdict = verdicts.get(`${item.entryId}/${item.itemName}`)
    const match: ElementMatch | undefined = elementOf(item, elements)
    if (verdict?.isConfirmed) {
      const of = elements.find(each => each.code === verdict.elementCode)
      return of ? [{ item, element: of, because: byPerson, isConfirmed: true }] : []
    }
    if (!match || verdict?.elementCode === match.element.code) return []
    return [{ item, element: match.element, because: match.because, isConfirmed: false }]
  })
}

/** The items of other institutions in a jurisdiction that carry an element now. */
export async function othersCarrying(
  rx: Rx,
  elementCode: string,
  division: string,
  organizationId: string,
): Promise<Carrying[]> {
  const entries = await rx.sql<{ id: string }[]>`
    select e.id from resources.entry e
    join resources.entry_version v on v.entry_id = e.id and v.state = 'published'
    where left(e.division, 6) = ${division} and e.organization_id <> ${organizationId}::uuid`
  if (entries.length === 0) return []
  const items = await publishedItems(
    rx,
    entries.map(each => each.id),
  )
  return (await carryingOf(rx, items)).filter(
    each => each.element.code === elementCode && jurisdictionOf(each.item.division) === division,
  )
}

/** An item of the own institution's published entry, held until the end of the transaction. @throws not-found, item-not-published */
export async function ownItem(cx: Cx, entryId: string, itemName: string): Promise<PublishedItem> {
  const [of] = await cx.sql<{ organization_id: string }[]>`
    select organization_id from resources.entry where id = ${entryId}::uuid`
  if (of?.organization_id !== requireOrganization(cx.actor)) throw notFound()
  const item = await holdPublishedItem(cx, entryId, itemName)
  if (!item)
    throw itemNotPublished(undefined, {
      errors: [
        {
          pointer: '/itemName',
          message: text('该目录没有发布这一信息项', 'is no item of a published entry'),
          remedy: text('按目录中的名称填写', 'give its name as the entry has it'),
        },
      ],
    })
  return item
}

/** Keeps what a person says of an item: that it carries the element, or that it does not. */
export async function saidOfItem(cx: Cx, item: PublishedItem, elementCode: string, isConfirmed: boolean) {
  const said = {
    elementCode,
    foundBy: 'person',
    isConfirmed,
    confirmedBy: cx.actor.personId,
    confirmedAt: cx.now,
  }
  await cx.tx
    .insert(carrier)
    .values({
      entryId: item.entryId,
      itemName: item.itemName,
      organizationId: item.organizationId,
      division: item.division,
      ...said,
    })
    .onConflictDoUpdate({ target: [carrier.entryId, carrier.itemName], set: said })
}

export interface ConfirmInput {
  readonly entryId: string
  readonly itemName: string
  readonly element: string
  readonly isCarried: boolean
}

/** The institution says whether an item of its own carries an element. @throws not-found, item-not-published, conflict */
export async function confirmItem(cx: Cx, input: ConfirmInput): Promise<ConfirmInput> {
  const item = await ownItem(cx, input.entryId, input.itemName)
  await elementByCode(cx, input.element)
  const [held] = await cx.sql<{ number: string }[]>`
    select number from sources.source where entry_id = ${item.entryId}::uuid and item_name = ${item.itemName}
      and state in ('proposed', 'disputed', 'ready', 'in_force')
      and (${!input.isCarried} or element_code <> ${input.element}) limit 1`
  if (held)
    throw conflict(
      text(
        `该信息项已申报为权威来源（${held.number}），须先撤回申报。`,
        `This item is proposed as a source (${held.number}); withdraw that first.`,
      ),
    )
  await saidOfItem(cx, item, input.element, input.isCarried)
  cx.audit('data-element.confirm', ['resource', item.entryId], { ...input })
  return input
}
