import { Type } from 'typebox'
import { dayOf } from '../../kernel/calendar.ts'
import type { Route } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import { watchedAmong } from '../../modules/catalog/index.ts'
import {
  detailsOf,
  kinds,
  listNotices,
  readNoticePreferences,
  type SeenNotice,
  titleOf,
  type Urgency,
} from '../../modules/notices/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Empty, Moment, Name, Pager, type Tone } from '../../web/parts.tsx'
import { page } from '../page.tsx'

const urgencyWords: Record<Urgency, readonly [Text, Tone]> = {
  action: [text('待办', 'To do'), 'warn'],
  deadline: [text('期限', 'Deadline'), 'bad'],
  news: [text('动态', 'News'), 'info'],
}

/** Leads to the thing and marks the notice as read on the way; first becomes who it concerns, where that is another. */
function Open({ row }: { row: SeenNotice['row'] }) {
  const t = useWords()
  const { actor, viewer, token, url } = useReader()
  const { organizationId } = row
  const isOther = organizationId !== null && actor.organizationId !== organizationId
  const isMember = viewer?.memberships.some(each => each.organizationId === organizationId) ?? false
  if (isOther && isMember)
    return (
      <form method="post" action="/acting">
        <input type="hidden" name="_csrf" value={token()} />
        <input type="hidden" name="_next" value={url} />
        <input type="hidden" name="organizationId" value={organizationId} />
        <button type="submit" class="btn btn-sm">
          {t(text('切换到该机构', 'Act for it'))}
        </button>
      </form>
    )
  if (row.readAt)
    return (
      <a class="btn btn-sm" href={row.href}>
        {t(text('查看', 'Open'))}
      </a>
    )
  return (
    <Form to={`POST /notices/${row.id}/read`} then={row.href}>
      <Submit isSmall>{t(text('查看', 'Open'))}</Submit>
    </Form>
  )
}

/** Ends what a person asked to be told of themselves. */
function Stop({ row, isWatched }: { row: SeenNotice['row']; isWatched: boolean }) {
  const t = useWords()
  const stop = kinds[row.kind].stop?.(row.subjectId)
  if (!stop) return null
  if (isWatched)
    return (
      <Form to={`POST /products/${row.subjectId}/unwatch`} then="/inbox">
        <Submit tone="plain" isSmall>
          {t(text('取消关注', 'Stop watching'))}
        </Submit>
      </Form>
    )
  return row.subjectKind === 'product' ? null : (
    <a class="btn btn-sm" href={stop}>
      {t(text('管理检索', 'Manage the search'))}
    </a>
  )
}

interface Listed {
  readonly of: readonly SeenNotice[]
  /** products among them that the person still watches */
  readonly watched: ReadonlySet<string>
}

function One({ of: { row, organization }, isWatched }: { of: SeenNotice; isWatched: boolean }) {
  const t = useWords()
  const { actor } = useReader()
  const [urgency, tone] = urgencyWords[kinds[row.kind].urgency]
  return (
    <li class={row.readAt ? 'notice' : 'notice unread-notice'} id={`notice-${row.id}`}>
      <div class="notice-words" data-words="data">
        <p class="notice-title">{t(titleOf(row.kind, row.params))}</p>
        {detailsOf(row.params).map(line => (
          <p class="notice-detail" key={line.en}>
            {t(line)}
          </p>
        ))}
        <p class="notice-foot">
          <Badge tone={row.readAt ? 'quiet' : tone}>{t(urgency)}</Badge>
          <Moment at={row.createdAt} />
          {organization && actor.organizationId !== row.organizationId && (
            <span>
              <Name zh={organization.nameZh} en={organization.nameEn} />
            </span>
          )}
        </p>
      </div>
      <div class="notice-actions">
        <Open row={row} />
        {!row.readAt && (
          <Form to={`POST /notices/${row.id}/read`} then="/inbox">
            <Submit tone="plain" isSmall>
              {t(text('标为已读', 'Mark as read'))}
            </Submit>
          </Form>
        )}
        <Stop row={row} isWatched={isWatched} />
      </div>
    </li>
  )
}

/** Notices under the day on which they came. */
function Days({ of, watched }: Listed) {
  const days = [...new Set(of.map(({ row }) => dayOf(row.createdAt)))]
  return (
    <>
      {days.map(day => (
        <section key={day} class="notice-day">
          <h3>
            <Moment at={`${day}T04:00:00Z`} isDay />
          </h3>
          <ul class="notices">
            {of
              .filter(({ row }) => dayOf(row.createdAt) === day)
              .map(each => (
                <One key={each.row.id} of={each} isWatched={watched.has(each.row.subjectId)} />
              ))}
          </ul>
        </section>
      ))}
    </>
  )
}

function Preferences({ of }: { of: Awaited<ReturnType<typeof readNoticePreferences>> }) {
  const t = useWords()
  return (
    <Card title={t(text('邮件通知', 'Copies by e-mail'))}>
      <Form to="PATCH /me/notice-preferences" then="/inbox">
        <Field
          name="isActionMailed"
          kind="check"
          label={text('需要我处理的事项', 'What I must do')}
          value={String(of.isActionMailed)}
        />
        <Field
          name="isDeadlineMailed"
          kind="check"
          label={text('即将到期和已逾期的事项', 'Deadlines that come near or have passed')}
          value={String(of.isDeadlineMailed)}
        />
        <Field
          name="isNewsMailed"
          kind="check"
          label={text('其他动态', 'What else has happened')}
          value={String(of.isNewsMailed)}
        />
        <Field
          name="language"
          kind="select"
          isRequired
          label={text('邮件语言', 'Language of the letters')}
          value={of.language}
          options={[
            ['zh-CN', '中文'],
            ['en', 'English'],
          ]}
        />
        <Submit tone="plain">{t(text('保存', 'Save'))}</Submit>
      </Form>
    </Card>
  )
}

interface Inbox {
  readonly unread: readonly SeenNotice[]
  readonly read: readonly SeenNotice[]
  readonly next: string | null
  readonly isFirst: boolean
  readonly watched: ReadonlySet<string>
  readonly preferences: Awaited<ReturnType<typeof readNoticePreferences>>
}

function Body({ unread, read, next, isFirst, watched, preferences }: Inbox) {
  const t = useWords()
  return (
    <div class="split">
      <div class="stack">
        {isFirst && unread.length > 0 && (
          <section>
            <h2>{t(text('未读', 'Not read yet'))}</h2>
            <Days of={unread} watched={watched} />
          </section>
        )}
        {read.length > 0 && (
          <section>
            <h2>{t(text('已读', 'Read'))}</h2>
            <Days of={read} watched={watched} />
            <Pager next={next} />
          </section>
        )}
        {unread.length === 0 && read.length === 0 && (
          <Empty icon="bell" title={t(text('还没有通知', 'Nothing here yet'))}>
            <p>
              {t(
                text(
                  '合同、订单、登记备案等有新进展，或者有事情需要您处理时，会在这里通知您。',
                  'You are told here when a contract, an order or a filing moves on, or when something waits for you.',
                ),
              )}
            </p>
            <a class="btn btn-primary" href="/start">
              {t(text('去我的工作台', 'Go to my desk'))}
            </a>
          </Empty>
        )}
      </div>
      <Preferences of={preferences} />
    </div>
  )
}

export const inboxRoutes: Route[] = [
  page({
    at: 'GET /inbox',
    operation: 'showInbox',
    permission: 'notice.list',
    summary: text('通知', 'Notifications'),
    query: { after: Type.Optional(Type.String({ maxLength: 300 })) },
    run: async (rx, { query }) => {
      const isFirst = query.after === undefined
      const unread = isFirst ? (await listNotices(rx, { state: 'unread', limit: 100 })).items : []
      const read = await listNotices(rx, { state: 'read', limit: 20, ...(query.after && { after: query.after }) })
      const preferences = await readNoticePreferences(rx)
      const about = [...unread, ...read.items].filter(({ row }) => row.subjectKind === 'product')
      const watched = await watchedAmong(rx, [...new Set(about.map(({ row }) => row.subjectId))])
      const { items, next } = read
      return {
        title: text('通知', 'Notifications'),
        lead: text('与您有关的事项和进展。', 'What concerns you, and what waits for you.'),
        ...(unread.length > 0 && { actions: <ReadAll /> }),
        body: <Body {...{ unread, read: items, next, isFirst, watched, preferences }} />,
      }
    },
  }),
]

function ReadAll() {
  const t = useWords()
  return (
    <Form to="POST /notices/read-all" then="/inbox">
      <Submit tone="plain">{t(text('全部标为已读', 'Mark all as read'))}</Submit>
    </Form>
  )
}
