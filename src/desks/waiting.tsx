import { text } from '../kernel/text.ts'
import { useWords } from '../web/context.ts'
import { Badge, Card, Moment } from '../web/parts.tsx'
import type { WorkItem } from './worklist.ts'

/** What waits for the organisation, each with its day and the way to it; what is late says so in words. */
export function Work({ of, now }: { of: readonly WorkItem[]; now: Date }) {
  const t = useWords()
  const time = (item: WorkItem) => item.dueAt?.getTime() ?? Number.POSITIVE_INFINITY
  const sorted = [...of].sort((a, b) => (time(a) === time(b) ? 0 : time(a) - time(b)))
  return (
    <Card title={t(text('待办', 'To do'))}>
      {sorted.length === 0 ? (
        <p class="mb-0 text-secondary">{t(text('目前没有需要办理的事项。', 'Nothing waits for you.'))}</p>
      ) : (
        <ul class="doors">
          {sorted.map(item => (
            <li key={item.kind} class="row-gap">
              <a href={item.href}>{t(item.words)}</a>
              {item.dueAt && (
                <span class="text-secondary">
                  {t(text('期限 ', 'due '))}
                  <Moment at={item.dueAt} isDay />
                </span>
              )}
              {item.dueAt && item.dueAt < now && <Badge tone="bad">{t(text('已逾期', 'Overdue'))}</Badge>}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
