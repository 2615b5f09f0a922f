import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Text } from '../kernel/text.ts'
import { type Reader, say } from './reader.ts'

/** The reader of the page that is being rendered; the layout provides it. */
export const ReaderContext = createContext<Reader | undefined>(undefined)

/** What an organisation or a product is called. */
export interface Named {
  readonly nameZh: string
  readonly nameEn: string | null
}
export type Names = ReadonlyMap<string, Named>

/** The names that the page being rendered has read. */
export const NamesContext = createContext<Names>(new Map())

/** The reader of this page. @throws Error outside a page. */
export function useReader(): Reader {
  const reader = useContext(ReaderContext)
  if (!reader) throw new Error('there is no reader outside a page')
  return reader
}

/** The names that this page has read. */
export const useNames = (): Names => useContext(NamesContext)

/** The reader's words: `const t = useWords()`, then `t(text('…', '…'))`. */
export function useWords(): (words: Text) => string {
  const reader = useReader()
  return words => say(reader, words)
}
