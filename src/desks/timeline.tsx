import type { Rx } from '../kernel/command.ts'
import { type Text, text } from '../kernel/text.ts'
import { organizationsOf } from '../modules/identity/index.ts'
import { type Entry, entriesOf } from '../modules/transparency/index.ts'
import { useWords } from '../web/context.ts'
import { Moment, Name } from '../web/parts.tsx'
import { wordsOf } from './actions.ts'

/** What a timeline shows of an audit entry. */
export type TimelineEntry = Pick<Entry, 'id' | 'at' | 'action' | 'actor' | 'organizationId' | 'index' | 'record'>

type Names = ReadonlyMap<string, { readonly nameZh: string; readonly nameEn: string | null }>

/** What happened to one or several objects, oldest first, with the names of the organisations that did it. */
export interface TimelineFacts {
  readonly entries: readonly TimelineEntry[]
  readonly names: Names
}

/**
 * Reads the timeline of objects (`['contract', id]`), each entry with its place in the log. Ask only for objects that
 * the reader may know of; records are given as far as the reader may read them.
 */
export async function readTimeline(
  rx: Rx,
  subjects: readonly (readonly [kind: string, id: string])[],
): Promise<TimelineFacts> {
  const entries: Entry[] = []
  for (const [kind, id] of subjects) entries.push(...(await entriesOf(rx, kind, id)))
  const actors = [...new Set(entries.flatMap(entry => entry.organizationId ?? []))]
  return { entries: entries.sort((a, b) => a.seq - b.seq), names: await organizationsOf(rx, actors) }
}

function reasonOf(record: string | null): string | undefined {
  if (record === null) return undefined
  const { reason, note } = JSON.parse(record) as { reason?: unknown; note?: unknown }
  const said = reason ?? note
  return typeof said === 'string' && said !== '' && said !== 'timeout' ? said : undefined
}

const exchange = text('系统', 'The exchange')
const personal = text('个人', 'A person')

function Who({ entry, names }: { entry: TimelineEntry; names: Names }) {
  const t = useWords()
  const found = entry.organizationId === null ? undefined : names.get(entry.organizationId)
  if (found) return <Name zh={found.nameZh} en={found.nameEn} />
  return <>{t(entry.actor === 'system' ? exchange : personal)}</>
}

function Row({ entry, names, hasProof }: { entry: TimelineEntry; names: Names; hasProof: boolean }) {
  const t = useWords()
  const reason = reasonOf(entry.record)
  const words = t(wordsOf(entry.action))
  return (
    <li id={`entry-${entry.id}`}>
      <p class="course-what">{words}</p>
      <p class="course-when">
        <Moment at={entry.at} /> · <Who entry={entry} names={names} />
        {hasProof && (
          <>
            {' · '}
            {entry.index === null ? (
              <span>{t(text('等待写入公开日志', 'on its way into the public log'))}</span>
            ) : (
              <a href={`/api/v1/audit-entries/${entry.id}/proof`}>
                {t(text(`日志第 ${entry.index} 条，存在证明`, `log entry ${entry.index}, proof`))}
                <span class="visually-hidden">{t(text(`：${words}`, `: ${words}`))}</span>
              </a>
            )}
          </>
        )}
      </p>
      {reason && <p class="course-why">{reason}</p>}
    </li>
  )
}

/** How many entries stand open; the earlier ones are behind a door. */
const open = 12

/**
 * What happened, oldest first: the action in words, when (the exact time on hover), who, and the proof that it stands in
 * the public log. A long course shows its last entries and the others on demand.
 */
export function Timeline({
  of,
  label = text('经过', 'What happened'),
  hasProof = true,
  isWhole = false,
}: {
  of: TimelineFacts
  label?: Text
  hasProof?: boolean
  /** show all at once: for a page that is about nothing else */
  isWhole?: boolean
}) {
  const t = useWords()
  const { entries, names } = of
  if (entries.length === 0) return <p class="text-secondary">{t(text('还没有记录。', 'Nothing is recorded yet.'))}</p>
  const cut = !isWhole && entries.length > open + 3 ? entries.length - open : 0
  const list = (shown: readonly TimelineEntry[], words: string) => (
    <ol class="course" aria-label={words}>
      {shown.map(entry => (
        <Row key={entry.id} entry={entry} names={names} hasProof={hasProof} />
      ))}
    </ol>
  )
  return (
    <>
      {cut > 0 && (
        <details class="mb-2">
          <summary>{t(text(`更早的 ${cut} 条记录`, `${cut} earlier entries`))}</summary>
          {list(entries.slice(0, cut), t(text('更早的记录', 'Earlier entries')))}
        </details>
      )}
      {list(entries.slice(cut), t(label))}
    </>
  )
}
