import { type Text, text } from '../kernel/text.ts'
import { useWords } from '../web/context.ts'
import { Icon } from '../web/icon.tsx'
import { Badge, Card, Moment } from '../web/parts.tsx'
import type { WorkItem } from './worklist.ts'

const time = (item: WorkItem) => item.dueAt?.getTime() ?? Number.POSITIVE_INFINITY

/** What waits for the organisation, first what is due first, each with its day and the way to it; what is late says so. */
export function Work({
  of,
  now,
  title = text('待办', 'To do'),
  nothing = text('目前没有需要办理的事项。', 'Nothing waits for you.'),
}: {
  of: readonly WorkItem[]
  now: Date
  title?: Text
  /** said when there is nothing to do */
  nothing?: Text
}) {
  const t = useWords()
  const sorted = [...of].sort((a, b) => (time(a) === time(b) ? 0 : time(a) - time(b)))
  return (
    <Card title={t(title)} id="work">
      {sorted.length === 0 ? (
        <p class="mb-0">
          <Icon name="circle-check" /> {t(nothing)}
        </p>
      ) : (
        <ul class="work-list">
          {sorted.map(item => (
            <li key={item.kind}>
              <a href={item.href}>{t(item.words)}</a>
              {item.dueAt && (
                <Badge tone={item.dueAt < now ? 'bad' : 'warn'}>
                  {item.dueAt < now ? t(text('已逾期：', 'Overdue: ')) : t(text('期限：', 'By '))}
                  <Moment at={item.dueAt} isDay />
                </Badge>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
