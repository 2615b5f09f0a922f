import type { Rx } from '../../kernel/command.ts'
import { type FacetName, facetNames, type SearchInput, searchProducts } from '../../modules/catalog/index.ts'

/** A way out of a search that finds nothing: what it gives up, and how much is found then. */
export interface Suggestion {
  readonly kind: 'drop-filter' | 'words' | 'words-only'
  /** the facet that is given up */
  readonly facet?: FacetName | 'vendor'
  /** what is looked for instead */
  readonly q?: string
  readonly input: SearchInput
  readonly total: number
}

/** At most so many other searches are tried for one that found nothing. */
const triedLimit = 10

const filtersOf = (input: SearchInput) => [...facetNames, 'vendor' as const].filter(name => input[name] !== undefined)

const without = (input: SearchInput, ...names: readonly (keyof SearchInput)[]): SearchInput =>
  Object.fromEntries(Object.entries(input).filter(([name]) => !names.includes(name as keyof SearchInput)))

/** Shorter words that may be found: each of several words alone, and the halves of a long Chinese one. */
export function shorterWords(q: string): string[] {
  const words = q.trim().split(/\s+/).filter(Boolean)
  if (words.length > 1) return [...new Set(words)]
  const characters = [...(words[0] ?? '')]
  if (characters.length < 3) return []
  if (!/\p{Script=Han}/u.test(words[0] ?? '')) return [characters.slice(0, Math.ceil(characters.length / 2)).join('')]
  const half = Math.max(2, Math.floor(characters.length / 2))
  const parts = [characters.slice(0, half), characters.slice(-half), characters.slice(0, 2), characters.slice(-2)]
  return [...new Set(parts.map(part => part.join('')))].filter(part => part !== q)
}

/** Other searches that do find something, the nearest to what was asked first. */
export async function suggestionsFor(rx: Rx, asked: SearchInput): Promise<Suggestion[]> {
  const input = without(asked, 'after', 'limit', 'facets')
  const filters = filtersOf(input)
  const candidates: Omit<Suggestion, 'total'>[] = filters.map(facet => ({
    kind: 'drop-filter',
    facet,
    input: without(input, facet),
  }))
  if (input.q) {
    if (filters.length > 1) candidates.push({ kind: 'words-only', q: input.q, input: without(input, ...filters) })
    for (const q of shorterWords(input.q))
      candidates.push({ kind: 'words', q, input: { ...without(input, ...filters), q } })
  }
  const tried = await Promise.all(
    candidates.slice(0, triedLimit).map(async candidate => {
      const { counts } = await searchProducts(rx, { ...candidate.input, limit: 1, facets: true })
      return { ...candidate, total: counts?.total ?? 0 }
    }),
  )
  return tried.filter(({ total }) => total > 0)
}
