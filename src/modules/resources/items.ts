import type { Cx, Rx } from '../../kernel/command.ts'
import type { Item } from './model.ts'

/** An item of the published catalog with where it stands. */
export interface PublishedItem {
  readonly entryId: string
  readonly entryVersionId: string
  readonly entryCode: string
  readonly entryName: string
  readonly entryNameEn: string | null
  readonly organizationId: string
  readonly institution: string
  readonly institutionEn: string | null
  /** GB/T 2260, of the institution */
  readonly division: string
  readonly sharingType: string
  readonly openingType: string
  /** until when the next update of the entry is in time */
  readonly dueOn: string | null
  readonly itemName: string
  readonly itemNameEn: string | null
  /** name of its column */
  readonly code: string | null
  readonly standard: string | null
  readonly type: string
}

interface Row extends Omit<PublishedItem, 'itemName' | 'itemNameEn' | 'code' | 'standard' | 'type'> {
  readonly items: readonly Item[]
}

/** Every item of every published entry, or of those that are named, by the entry's code. */
export async function publishedItems(rx: Rx, entryIds?: readonly string[]): Promise<PublishedItem[]> {
  const named = entryIds === undefined ? rx.sql`` : rx.sql`and e.id = any (${[...entryIds]}::uuid[])`
  const rows = await rx.sql<Row[]>`
    select e.id as "entryId", v.id as "entryVersionId", e.code as "entryCode", v.name_zh as "entryName",
      v.name_en as "entryNameEn", e.organization_id as "organizationId", o.name_zh as institution,
      o.name_en as "institutionEn", e.division, v.sharing_type as "sharingType", v.opening_type as "openingType",
      e.due_on::text as "dueOn", v.items
    from resources.entry_version v
    join resources.entry e on e.id = v.entry_id
    join identity.organization o on o.id = e.organization_id
    where v.state = 'published' ${named}
    order by e.code`
  return rows.flatMap(({ items, ...of }) =>
    items.map(item => ({
      ...of,
      itemName: item.nameZh,
      itemNameEn: item.nameEn ?? null,
      code: item.codeName ?? null,
      standard: item.standard ?? null,
      type: item.type,
    })),
  )
}

/**
 * The named item of a published entry, with the entry held as it is until the transaction ends: it can neither be
 * withdrawn nor replaced meanwhile. Undefined where the entry is not published or has no such item.
 */
export async function holdPublishedItem(cx: Cx, entryId: string, itemName: string): Promise<PublishedItem | undefined> {
  await cx.sql`select 1 from resources.entry where id = ${entryId}::uuid for share`
  return (await publishedItems(cx, [entryId])).find(item => item.itemName === itemName)
}
