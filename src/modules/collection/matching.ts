import { isWithin } from '../../kernel/division.ts'
import { type Text, text } from '../../kernel/text.ts'
import { itemTypes, type PublishedItem } from '../resources/index.ts'
import { elementOf, normalizeName, normalizeStandard } from '../sources/index.ts'

/** A field of a planned form. */
export interface Field {
  readonly nameZh: string
  /** name of its column, where the form is kept as a table */
  readonly codeName?: string | null
  readonly type?: string | null
  readonly standard?: string | null
}

/** An item of the catalog that a field may repeat, and why. */
export interface Match {
  readonly item: PublishedItem
  /** 0 to 100 */
  readonly score: number
  readonly because: Text
}

/** From this score on a field counts as the same datum until somebody says why it is not. */
export const sameScore = 90
/** Below this likeness of their pairs of characters two names are not called alike. */
const likeEnough = 0.6
/** Of those that are only alike no more than these are shown for one field. */
const shownAlike = 3

const pairsOf = (name: string): string[] => {
  const letters = [...name]
  return letters.slice(1).map((letter, i) => `${letters[i]}${letter}`)
}

/** How many of the pairs of characters two names have in common (Dice), 0 to 1. */
export function likeness(a: string, b: string): number {
  const [left, right] = [pairsOf(a), pairsOf(b)]
  if (left.length === 0 || right.length === 0) return 0
  const rest = [...right]
  let common = 0
  for (const pair of left) {
    const at = rest.indexOf(pair)
    if (at < 0) continue
    rest.splice(at, 1)
    common++
  }
  return (2 * common) / (left.length + right.length)
}

/** The published items, laid out so that a field is compared only with those that can match. */
export interface CatalogIndex {
  readonly byName: ReadonlyMap<string, readonly PublishedItem[]>
  readonly byElement: ReadonlyMap<string, readonly PublishedItem[]>
  /** names that contain a pair of characters */
  readonly byPair: ReadonlyMap<string, ReadonlySet<string>>
}

function put<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

/** Lays the items out by name, by data element and by pairs of characters. */
export function indexItems(items: readonly PublishedItem[]): CatalogIndex {
  const byName = new Map<string, PublishedItem[]>()
  const byElement = new Map<string, PublishedItem[]>()
  const byPair = new Map<string, Set<string>>()
  const known = new Map<string, string | undefined>()
  for (const item of items) {
    const name = normalizeName(item.itemName)
    for (const each of new Set([name, normalizeName(item.itemNameEn ?? '')])) if (each !== '') put(byName, each, item)
    for (const pair of pairsOf(name)) {
      if (!byPair.has(pair)) byPair.set(pair, new Set())
      byPair.get(pair)!.add(name)
    }
    const key = `${item.itemName}\n${item.itemNameEn}\n${item.code}\n${item.standard}`
    if (!known.has(key)) known.set(key, elementOf(item)?.element.code)
    const element = known.get(key)
    if (element) put(byElement, element, item)
  }
  return { byName, byElement, byPair }
}

/** What speaks for or against two that are called alike: the standard, the type. */
function weighed(field: Field, item: PublishedItem, score: number, because: Text): Match {
  const isStandard =
    field.standard && item.standard && normalizeStandard(field.standard) === normalizeStandard(item.standard)
  const differs = field.type && field.type !== item.type && field.type !== 'text' && item.type !== 'text'
  const type = itemTypes[item.type as keyof typeof itemTypes] ?? text(item.type, item.type)
  const zh = [because.zh, isStandard && `采用同一标准 ${item.standard}`, differs && `但目录中为${type.zh}`]
  const en = [
    because.en,
    isStandard && `both follow ${item.standard}`,
    differs && `but there its type is ${type.en.toLowerCase()}`,
  ]
  return {
    item,
    score: Math.max(0, Math.min(100, score + (isStandard ? 5 : 0) - (differs ? 15 : 0))),
    because: text(zh.filter(Boolean).join('；'), en.filter(Boolean).join('; ')),
  }
}

function named(field: Field, item: PublishedItem): Match {
  if (field.nameZh.trim() === item.itemName)
    return weighed(field, item, 100, text('名称完全相同', 'The names are identical'))
  const isEnglish = normalizeName(field.nameZh) !== normalizeName(item.itemName)
  return isEnglish
    ? weighed(field, item, 94, text('与信息项的英文名称相同', 'It is the English name of the item'))
    : weighed(
        field,
        item,
        96,
        text('去除标点、空格和括注后名称相同', 'The names agree without marks, spaces and brackets'),
      )
}

function* alike(field: Field, index: CatalogIndex, name: string): Generator<Match> {
  const near = new Set(pairsOf(name).flatMap(pair => [...(index.byPair.get(pair) ?? [])]))
  near.delete(name)
  for (const other of near) {
    const share = likeness(name, other)
    if (share < likeEnough) continue
    const percent = Math.round(share * 100)
    const because = text(
      `名称相近：相邻字对有 ${percent}% 相同，请人工核对`,
      `Similar names: ${percent}% of their pairs of characters agree; check by eye`,
    )
    for (const item of index.byName.get(other) ?? [])
      if (normalizeName(item.itemName) === other) {
        const match = weighed(field, item, Math.round(share * 80), because)
        yield { ...match, score: Math.min(match.score, sameScore - 1) }
      }
  }
}

/** The items that a field may repeat, the best first: the same name, the same data element, or a name that is like it. */
export function matchesOf(field: Field, index: CatalogIndex): Match[] {
  const name = normalizeName(field.nameZh)
  const found = new Map<PublishedItem, Match>()
  const keep = (match: Match) => {
    const before = found.get(match.item)
    if (!before || before.score < match.score) found.set(match.item, match)
  }
  if (name !== '') for (const item of index.byName.get(name) ?? []) keep(named(field, item))
  const { codeName: code, standard } = field
  const known = elementOf({ itemName: field.nameZh, code: code ?? null, standard: standard ?? null })
  if (known)
    for (const item of index.byElement.get(known.element.code) ?? []) {
      const { nameZh, nameEn } = known.element
      keep(weighed(field, item, 92, text(`同一数据元：“${nameZh}”`, `The same data element: ${nameEn.toLowerCase()}`)))
    }
  for (const match of alike(field, index, name)) keep(match)
  const all = [...found.values()].sort((a, b) => b.score - a.score || a.item.entryCode.localeCompare(b.item.entryCode))
  const same = all.filter(match => match.score >= sameScore)
  return [...same, ...all.slice(same.length, same.length + shownAlike)]
}

/** Whether data of one division tells of the people of another: its own, or those of a place that it contains. */
const covers = (source: string, place: string): boolean => isWithin(place, source)

/** Why what matches need not be asked again, or why it cannot be had. */
export type Standing = 'obtainable' | 'own' | 'notShared' | 'elsewhere' | 'alike'

/**
 * How a match stands for an institution that means to ask in a division (Art 24 ¶3): its own data and data that is
 * shared, for the same place or one that contains it, must not be asked again.
 */
export function standingOf(
  { item, score }: Match,
  asking: { readonly organizationId: string | null; readonly division: string | null },
): Standing {
  if (score < sameScore) return 'alike'
  if (asking.division !== null && !covers(item.division, asking.division)) return 'elsewhere'
  if (item.organizationId === asking.organizationId) return 'own'
  return item.sharingType === 'notShared' ? 'notShared' : 'obtainable'
}

/** Whether a match must be answered before the form is registered. */
export const isHit = (standing: Standing): boolean => standing === 'obtainable' || standing === 'own'

/** What an answer speaks of: an item of an entry, through all of the entry's versions. */
export const hitKey = (item: PublishedItem): string => `${item.entryId}/${item.itemName}`
