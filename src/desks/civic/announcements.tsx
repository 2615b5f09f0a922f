import { Type } from 'typebox'
import { readMarkdown } from '../../kernel/documents/markdown.ts'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  type AnnouncementRow,
  announcementKinds,
  announcementMachine,
  listAnnouncements,
  readAnnouncement,
} from '../../modules/bulletin/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Badge, Empty, Moment, Notice, Pager, State } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Prose } from '../prose.tsx'
import { Publicities, readPublicities } from './publicities.tsx'

const kindOf = (row: AnnouncementRow) =>
  announcementKinds[row.kind as keyof typeof announcementKinds] ?? text(row.kind, row.kind)

const own = (row: AnnouncementRow, isEnglish: boolean) =>
  isEnglish ? { title: row.titleEn, body: row.bodyEn } : { title: row.titleZh, body: row.bodyZh }

/** The first words of a text, without its signs. */
const beginningOf = (markdown: string) => {
  const block = readMarkdown(markdown).find(each => each.kind === 'paragraph')
  const words = block?.kind === 'paragraph' ? block.runs.map(run => run.text).join('') : ''
  return words.length > 120 ? `${words.slice(0, 120)}…` : words
}

function All({ items, next }: { items: readonly AnnouncementRow[]; next: string | null }) {
  const t = useWords()
  const isEnglish = useReader().language === 'en'
  if (items.length === 0)
    return (
      <Empty icon="speakerphone" title={t(text('还没有公告', 'There are no announcements yet'))}>
        {t(
          text(
            '运营机构发布规则变更、维护和市场信息时会出现在这里。',
            'Changes of rules, maintenance and market news will appear here.',
          ),
        )}
      </Empty>
    )
  return (
    <>
      {items.map(row => {
        const { title, body } = own(row, isEnglish)
        return (
          <article class="card card-body" key={row.id}>
            <h2 class="h3 m-0">
              <a href={`/announcements/${row.id}`}>{title}</a>
            </h2>
            <p class="text-secondary mb-1">
              <Badge>{t(kindOf(row))}</Badge> <Moment at={row.publishedAt} isDay />
            </p>
            <p class="mb-0">{beginningOf(body)}</p>
          </article>
        )
      })}
      <Pager next={next} />
    </>
  )
}

function One({ row }: { row: AnnouncementRow }) {
  const t = useWords()
  const { language } = useReader()
  const { body } = own(row, language === 'en')
  return (
    <>
      <p class="text-secondary">
        <Badge>{t(kindOf(row))}</Badge> <Moment at={row.publishedAt} />{' '}
        {row.state !== 'published' && <State machine={announcementMachine} state={row.state as 'draft'} />}
      </p>
      {row.state === 'withdrawn' && (
        <Notice tone="warn" title={t(text('本公告已撤回', 'This announcement was withdrawn'))}>
          <p class="mb-0">{row.reason}</p>
        </Notice>
      )}
      <article class="card card-body leaflet">
        <Prose markdown={body} language={language} />
      </article>
    </>
  )
}

export const routes: Route[] = [
  page({
    at: 'GET /announcements',
    operation: 'showAnnouncements',
    permission: 'announcement.read',
    summary: text('公告', 'Announcements'),
    query: { after: Type.Optional(Type.String({ maxLength: 300 })) },
    run: async (rx, { query }) => {
      const { items, next } = await listAnnouncements(rx, query)
      const publicities = query.after ? [] : await readPublicities(rx)
      return {
        title: text('公告', 'Announcements'),
        lead: text(
          '运营机构的通知，以及正在公示、可以提出异议的交易登记。',
          'Notices of the operator, and registrations in publicity, to which objections can be made.',
        ),
        body: (
          <>
            <Publicities of={publicities} />
            <All items={items} next={next} />
          </>
        ),
      }
    },
  }),
  page({
    at: 'GET /announcements/:id',
    operation: 'showAnnouncement',
    permission: 'announcement.read',
    summary: text('公告', 'An announcement'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const row = await readAnnouncement(rx, params.id)
      return {
        title: text(row.titleZh, row.titleEn),
        trail: [['/announcements', text('公告', 'Announcements')]],
        body: <One row={row} />,
      }
    },
  }),
]
