/**
 * How texts become search tokens, and queries become conditions. Runs of Chinese are cut into bigrams, because word
 * segmentation cuts a query otherwise than the text and then misses; words of letters and digits are kept with all
 * their endings, so that a part of a word is a prefix of a token. Every hit is looked for once more as a substring.
 */

const han = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}'
const runPattern = new RegExp(`(?<cjk>[${han}]+)|(?<word>[[\\p{L}\\p{N}]--[${han}]]+)`, 'gv')

/** Longer tokens are cut: a prefix of sixteen characters selects well enough, the substring check does the rest. */
const tokenLength = 16
/** A query has at most this many words; more would only cost time. */
const maxTerms = 8

interface Run {
  readonly isCjk: boolean
  readonly characters: readonly string[]
}

/** Full-width and half-width, upper and lower case are one; white space is a single blank. */
export const normalise = (value: string): string =>
  value.normalize('NFKC').toLowerCase().normalize('NFKC').replace(/\s+/gu, ' ').trim()

const runsOf = (normalised: string): Run[] =>
  [...normalised.matchAll(runPattern)].map(({ groups }) => ({
    isCjk: groups?.cjk !== undefined,
    characters: [...(groups?.cjk ?? groups?.word ?? '')],
  }))

const cut = (characters: readonly string[], from: number): string => characters.slice(from, from + tokenLength).join('')

function* tokensOf(run: Run, withEndings: boolean): Generator<string> {
  const { isCjk, characters } = run
  if (isCjk) {
    for (let i = 0; i + 1 < characters.length; i++) yield characters[i]! + characters[i + 1]!
    // the last character alone: with the bigrams' first ones, every single character is a prefix of a token
    yield characters.at(-1)!
  } else {
    yield cut(characters, 0)
    if (withEndings) for (let i = 1; i < characters.length; i++) yield cut(characters, i)
  }
}

/**
 * The tokens of a document, each once, in order. `titles` are found by any part of a word, `texts` by the beginnings of
 * words and any part of Chinese.
 */
export function documentTokens(titles: readonly string[], texts: readonly string[]): string[] {
  const tokens = new Set<string>()
  for (const title of titles)
    for (const run of runsOf(normalise(title))) for (const token of tokensOf(run, true)) tokens.add(token)
  for (const body of texts)
    for (const run of runsOf(normalise(body))) for (const token of tokensOf(run, false)) tokens.add(token)
  return [...tokens].sort()
}

/** The text in which found words are looked for once more. */
export const documentWords = (titles: readonly string[], texts: readonly string[]): string =>
  [...titles, ...texts].map(normalise).join('\n')

/** A condition on tokens: this token, or any token that begins so. */
export interface TokenCondition {
  readonly token: string
  readonly isPrefix: boolean
}

/** A word of a query: it must occur as it stands, and its tokens by which an index finds it. */
export interface Term {
  readonly word: string
  readonly tokens: readonly TokenCondition[]
}

/** All its words must occur. */
export type Query = readonly Term[]

function* conditionsOf(term: string): Generator<TokenCondition> {
  const runs = runsOf(term)
  for (const { isCjk, characters } of runs) {
    if (isCjk && characters.length > 1)
      for (let i = 0; i + 1 < characters.length; i++)
        yield { token: characters[i]! + characters[i + 1]!, isPrefix: false }
    else if (isCjk) yield { token: characters[0]!, isPrefix: true }
    // one letter beside others may be the end of a word, which no token begins with
    else if (characters.length > 1 || runs.length === 1) yield { token: cut(characters, 0), isPrefix: true }
  }
}

/** Reads what a person typed; undefined when nothing was. */
export function parseQuery(typed: string | undefined): Query | undefined {
  const words = [...new Set(normalise(typed ?? '').split(' '))].filter(word => word !== '')
  const telling = words.filter(word => runsOf(word).length > 0)
  const kept = (telling.length > 0 ? telling : words).slice(0, maxTerms)
  return kept.length === 0 ? undefined : kept.map(word => ({ word, tokens: [...conditionsOf(word)] }))
}

/** The query in PostgreSQL's notation for `tsquery`; blank without tokens. They hold letters and digits only, so quotes are enough. */
export const toTsquery = (query: Query): string =>
  [
    ...new Set(query.flatMap(term => term.tokens).map(({ token, isPrefix }) => `'${token}'${isPrefix ? ':*' : ''}`)),
  ].join(' & ')

let gbk: Map<string, number> | undefined

/** GB 2312 positions by character: level 1, the 3755 most used, stands in the order of pinyin. */
function gbkOrder(): Map<string, number> {
  if (gbk) return gbk
  gbk = new Map()
  const decoder = new TextDecoder('gbk')
  for (let row = 0xb0; row <= 0xf7; row++)
    for (let cell = 0xa1; cell <= 0xfe; cell++) {
      const character = decoder.decode(Uint8Array.of(row, cell))
      if (character.length === 1 && character !== '\ufffd') gbk.set(character, (row << 8) | cell)
    }
  return gbk
}

/** A key that sorts titles: letters and digits first, then Chinese by pinyin (by stroke for rare characters). */
export function titleKey(title: string): string {
  const order = gbkOrder()
  return [...normalise(title)]
    .slice(0, 60)
    .map(character => {
      if (character < '\u0080') return character
      const place = order.get(character)
      return place === undefined ? `~~${character}` : `~${place.toString(16)}`
    })
    .join('')
}
