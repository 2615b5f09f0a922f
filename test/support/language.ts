import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type t from 'tap'

export type Language = 'zh' | 'en'
type Test = typeof t

const isFull = process.env.JINSHU_TEST_FULL !== undefined

const quoted = `(?:'((?:[^'\\\\\\n]|\\\\.)*)'|"((?:[^"\\\\\\n]|\\\\.)*)")`
const pair = new RegExp(`\\btext\\(\\s*${quoted},\\s*${quoted},?\\s*\\)`, 'g')
let known: Map<string, Set<string>> | undefined

/** Every sentence that the source says in both languages, from the Chinese; some have several English ones. */
function dictionary(): Map<string, Set<string>> {
  if (known) return known
  known = new Map()
  const root = new URL('../../src', import.meta.url).pathname
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(path)) continue
    for (const [, a, b, c, d] of readFileSync(join(root, path), 'utf8').matchAll(pair)) {
      const [zh, en] = [(a ?? b)!.replaceAll('\\', ''), (c ?? d)!.replaceAll('\\', '')]
      known.set(zh, (known.get(zh) ?? new Set()).add(en))
    }
  }
  return known
}

const escaped = (words: string) => words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Words of a page as the reader of a language finds them, by the Chinese ones. */
function translated(zh: string, language: Language): string | RegExp {
  if (language === 'zh') return zh
  const known = dictionary()
  // a part of a sentence stands for each sentence that has it
  const whole = (words: string) => [...known].filter(([each]) => each.includes(words)).flatMap(([, en]) => [...en])
  const found = [...(known.get(zh) ?? whole(zh))]
  if (found.length === 0) throw new Error(`the source says nothing in English for “${zh}”`)
  return found.length === 1 ? found[0]! : new RegExp(`^(${found.map(escaped).join('|')})(?![A-Za-z])`)
}

/**
 * Journeys of a file, each told in one language, the next in the other; in the full tier each in both. What a journey
 * looks for is named in Chinese: `w('签署')`; sentences with something in them are given in both: `say(zh, en)`.
 */
export function journeysOf(t: Test) {
  let told = 0
  let language: Language = 'zh'
  return {
    journey(name: string, tell: (t: Test) => Promise<void>): void {
      const languages: readonly Language[] = isFull ? ['zh', 'en'] : [told % 2 === 0 ? 'zh' : 'en']
      told += 1
      for (const each of languages)
        void t.test(`${name}, in ${each}`, async t => {
          language = each
          await tell(t as Test).finally(() => {
            language = 'zh'
          })
        })
    },
    w: (zh: string) => translated(zh, language),
    /** These words in this order, with anything between them. */
    passage: (...zh: readonly string[]) =>
      new RegExp(
        zh
          .map(each => translated(each, language))
          .map(each => (typeof each === 'string' ? escaped(each) : each.source.replace(/^\^/, '')))
          .join('[\\s\\S]*'),
      ),
    say: <T>(zh: T, en: T): T => (language === 'zh' ? zh : en),
    locale: () => (language === 'zh' ? 'zh-CN' : 'en'),
  }
}
