import { Problem } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import type { DataVersion } from '../../modules/data/index.ts'
import { useWords } from '../../web/context.ts'
import { Notice, Tabs } from '../../web/parts.tsx'
import { Data } from '../public/parts.tsx'

export const dataTrail = ['/data-versions', text('数据查看', 'My data')] as const

const views = [
  ['', text('概况', 'Overview')],
  ['/rows', text('数据行', 'Rows')],
  ['/quality', text('质量', 'Quality')],
  ['/difference', text('版本差异', 'Differences')],
] as const

export type View = (typeof views)[number][0]

/** The views of one version as links. */
export function Views({ id, at }: { id: string; at: View }) {
  const t = useWords()
  return (
    <Tabs
      of={views.map(([path, words]) => ({ href: `/data-versions/${id}${path}`, words: t(words), isHere: path === at }))}
    />
  )
}

/** What a question to the rows came to: the answer, or the refusal to be shown on the page. */
export type Asked<T> = { readonly found: T } | { readonly refusal: Problem }

/** Asks, and keeps a refusal that a person can mend; what is not there stays not there. */
export async function asked<T>(work: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { found: await work() }
  } catch (error) {
    if (error instanceof Problem && ![401, 403, 404].includes(error.type.status)) return { refusal: error }
    throw error
  }
}

/** Why there is no answer, and what to do. */
export function Refusal({ of }: { of: Problem }) {
  const t = useWords()
  return (
    <Notice tone="bad" title={t(of.detail)} isAlert>
      {of.errors.length > 0 ? (
        <ul class="mb-0">
          {of.errors.map(({ pointer, message, remedy }) => (
            <li key={pointer + message.en}>
              {t(message)}
              {remedy && t(text('；', '; ')) + t(remedy)}
            </li>
          ))}
        </ul>
      ) : (
        <p class="mb-0">{t(of.type.remedy)}</p>
      )}
    </Notice>
  )
}

const shownCharacters = 200

/** One cell as it stands in the file. */
export function Cell({ of }: { of: string | null }) {
  const t = useWords()
  if (of === null || of === '') return <span class="text-secondary">{t(text('空', 'empty'))}</span>
  return <Data>{of.length > shownCharacters ? `${of.slice(0, shownCharacters)}…` : of}</Data>
}

/** Places of the columns whose cells are numbers. */
export const numberPlaces = (columns: readonly { readonly type: string }[]): number[] =>
  columns.flatMap(({ type }, i) => (type === 'integer' || type === 'decimal' ? [i] : []))

/** A version whose rows can be read. */
export const isReadable = (version: Pick<DataVersion, 'state'>): boolean =>
  version.state === 'ready' || version.state === 'confirmed'
