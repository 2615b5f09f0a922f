import type { ComponentChildren } from 'preact'
import { text } from '../../kernel/text.ts'
import type { Scores } from '../../modules/orders/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Icon } from '../../web/icon.tsx'
import { langOf } from './words.ts'

/** Words that somebody typed: marked with their language, and as no words of the page's own. */
export function Data({ children }: { children: string }) {
  const { language } = useReader()
  return (
    <span lang={langOf(language, children)} data-words="data">
      {children}
    </span>
  )
}

/** Several such words as a list of their own. */
export function DataList({ of }: { of: readonly string[] }) {
  return (
    <ul class="data-list">
      {of.map(words => (
        <li key={words}>
          <Data>{words}</Data>
        </li>
      ))}
    </ul>
  )
}

/** A part of a page with a heading to be led to. */
export function Part({ id, title, children }: { id: string; title: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="part" id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  )
}

/** An average score with its count, in words: `4.50（12 条评价）`. */
export function Average({ of: { averageHundredths, count } }: { of: Scores }) {
  const t = useWords()
  if (averageHundredths === null) return <>{t(text('暂无评价', 'No ratings yet'))}</>
  return (
    <span class="average">
      <Icon name="star" /> {(averageHundredths / 100).toFixed(2)}
      <span class="text-secondary">
        {t(text(` / 5，${count} 条评价`, ` of 5, ${count} ${count === 1 ? 'rating' : 'ratings'}`))}
      </span>
    </span>
  )
}

/** One score in words and stars. */
export function Score({ of }: { of: number }) {
  const t = useWords()
  return (
    <span class="score">
      <span aria-hidden="true">{'★'.repeat(of) + '☆'.repeat(5 - of)}</span>
      <span class="visually-hidden">{t(text(`${of} 分（满分 5 分）`, `${of} of 5`))}</span>
    </span>
  )
}
