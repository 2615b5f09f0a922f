import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { type Text, text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  type AnnouncementRow,
  announcementKinds,
  announcementMachine,
  countAnnouncements,
  listAnnouncements,
  readAnnouncement,
} from '../../modules/bulletin/index.ts'
import { personNames } from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Facts, Moment, Notice, State, type Tone } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Prose } from '../prose.tsx'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { Another, Door, deskTrail, ReasonForm, StateList, type StateTab } from './parts.tsx'

type AnnouncementState = keyof typeof announcementMachine.states

const trail = text('公告管理', 'Announcements')
const states = ['draft', 'published', 'withdrawn', 'discarded'] as const
const tones: Partial<Record<AnnouncementState, Tone>> = { published: 'good', withdrawn: 'warn' }
const kinds = Object.entries(announcementKinds).map(([kind, words]) => [kind, words] as const)

const kindOf = (row: AnnouncementRow): Text =>
  announcementKinds[row.kind as keyof typeof announcementKinds] ?? text(row.kind, row.kind)

/** The fields of an announcement, empty or as the draft has them. */
function Fields({ of }: { of?: AnnouncementRow }) {
  const hint = text(
    '可用 Markdown：# 标题、**加粗**、列表和表格。',
    'Markdown: # headings, **bold**, lists and tables.',
  )
  return (
    <>
      <Field name="kind" label={text('类别', 'Kind')} kind="select" value={of?.kind} options={kinds} isRequired />
      <Field
        name="titleZh"
        label={text('中文标题', 'Title in Chinese')}
        value={of?.titleZh}
        maxLength={120}
        isRequired
      />
      <Field
        name="bodyZh"
        label={text('中文正文', 'Text in Chinese')}
        kind="area"
        rows={10}
        value={of?.bodyZh}
        hint={hint}
        isRequired
      />
      <Field
        name="titleEn"
        label={text('英文标题', 'Title in English')}
        value={of?.titleEn}
        maxLength={120}
        isRequired
      />
      <Field
        name="bodyEn"
        label={text('英文正文', 'Text in English')}
        kind="area"
        rows={10}
        value={of?.bodyEn}
        hint={hint}
        isRequired
      />
    </>
  )
}

interface Found {
  readonly items: readonly AnnouncementRow[]
  readonly next: string | null
}

function List({ found, state, tabs }: { found: Found; state: string; tabs: readonly StateTab[] }) {
  const t = useWords()
  const { language } = useReader()
  return (
    <StateList
      tabs={tabs}
      at={state}
      of={found}
      empty={{
        title: text('这里没有公告', 'No announcement is here'),
        icon: 'speakerphone',
        words: text(
          '规则变更、维护和市场信息由一人起草，另一人发布。',
          'One person drafts changes of rules, maintenance and market news; another publishes.',
        ),
      }}
      columns={[
        [
          text('标题', 'Title'),
          row => <a href={`/operator/announcements/${row.id}`}>{language === 'en' ? row.titleEn : row.titleZh}</a>,
        ],
        [text('类别', 'Kind'), row => <Badge>{t(kindOf(row))}</Badge>],
        [text('修改', 'Changed'), row => <Moment at={row.changedAt} />],
        [text('发布', 'Published'), row => <Moment at={row.publishedAt} />],
      ]}
    />
  )
}

function Preview({ of }: { of: AnnouncementRow }) {
  const t = useWords()
  return (
    <Card title={t(text('预览', 'Preview'))}>
      <article lang="zh-CN">
        <h3>{of.titleZh}</h3>
        <Prose markdown={of.bodyZh} language="zh-CN" />
      </article>
      <hr class="my-3" />
      <article lang="en">
        <h3>{of.titleEn}</h3>
        <Prose markdown={of.bodyEn} language="en" />
      </article>
    </Card>
  )
}

interface Dossier {
  readonly row: AnnouncementRow
  readonly names: ReadonlyMap<string, string>
  readonly timeline: TimelineFacts
}

function Drafted({ of: { row, names } }: { of: Dossier }) {
  const t = useWords()
  const { can, viewer } = useReader()
  const by = names.get(row.draftedBy) ?? '—'
  return (
    <div class="stack">
      {row.draftedBy === viewer?.personId ? (
        <Another>{t(text('您起草了这份公告，须由另一人发布。', 'You drafted it; another person publishes.'))}</Another>
      ) : can('announcement.publish') ? (
        <Form to={`POST /announcements/${row.id}/publish`}>
          <p>
            {t(
              text(
                `由 ${by} 起草。发布后任何人都能看到；不能修改，只能撤回并说明理由。`,
                `Drafted by ${by}. Once published everyone sees it; it cannot be changed, only withdrawn with a reason.`,
              ),
            )}
          </p>
          <Submit tone="good">{t(text('发布', 'Publish'))}</Submit>
        </Form>
      ) : (
        <Another>{t(text('由复核人员发布。', 'A checker publishes it.'))}</Another>
      )}
      {can('announcement.discard') && (
        <Door
          to={`POST /announcements/${row.id}/discard`}
          label={text('作废草稿', 'Discard the draft')}
          consequence={text('作废后不能恢复。', 'It cannot be brought back.')}
        >
          <Form to={`POST /announcements/${row.id}/discard`} then="/operator/announcements">
            <Submit tone="danger">{t(text('确认作废', 'Discard'))}</Submit>
          </Form>
        </Door>
      )}
    </div>
  )
}

function Decision({ of }: { of: Dossier }) {
  const t = useWords()
  const { can } = useReader()
  const { row } = of
  if (row.state === 'draft') return <Drafted of={of} />
  if (row.state !== 'published')
    return <Another>{t(text('目前没有需要办理的事项。', 'There is nothing to decide now.'))}</Another>
  return (
    <div class="stack">
      <p class="mb-0">
        <a href={`/announcements/${row.id}`}>{t(text('查看公开页面', 'See the public page'))}</a>
      </p>
      {can('announcement.withdraw') && (
        <Door
          to={`POST /announcements/${row.id}/withdraw`}
          label={text('撤回公告', 'Withdraw')}
          consequence={text(
            '原页面保留，并显示已撤回及理由。',
            'Its page stays and says that it was withdrawn, and why.',
          )}
        >
          <ReasonForm
            to={`POST /announcements/${row.id}/withdraw`}
            button={text('确认撤回', 'Withdraw')}
            templates={[text('内容有误，另行发布更正', 'There is a mistake in it; a correction follows')]}
          />
        </Door>
      )}
    </div>
  )
}

function One({ of }: { of: Dossier }) {
  const t = useWords()
  const { can } = useReader()
  const { row, names, timeline } = of
  return (
    <div class="split">
      <div>
        {row.state === 'withdrawn' && row.reason && (
          <Notice tone="warn" title={t(text('撤回理由', 'Why it was withdrawn'))}>
            {row.reason}
          </Notice>
        )}
        <Preview of={row} />
        {row.state === 'draft' && can('announcement.update') && (
          <Card title={t(text('修改草稿', 'Change the draft'))}>
            <Form to={`PUT /announcements/${row.id}`}>
              <Fields of={row} />
              <Submit tone="plain">{t(text('保存并预览', 'Save and preview'))}</Submit>
            </Form>
          </Card>
        )}
      </div>
      <div>
        <Card title={t(text('办理', 'Decide'))}>
          <Facts
            of={[
              [
                t(text('状态', 'State')),
                <State machine={announcementMachine} state={row.state as AnnouncementState} tones={tones} />,
              ],
              [t(text('类别', 'Kind')), t(kindOf(row))],
              [t(text('起草人', 'Drafted by')), names.get(row.draftedBy) ?? '—'],
              [t(text('发布人', 'Published by')), (row.publishedBy && names.get(row.publishedBy)) ?? '—'],
            ]}
          />
          <hr class="my-3" />
          <Decision of={of} />
        </Card>
        <Card title={t(text('经过', 'What happened'))}>
          <Timeline of={timeline} />
        </Card>
      </div>
    </div>
  )
}

async function showAnnouncement(rx: Rx, id: string) {
  const row = await readAnnouncement(rx, id)
  const of: Dossier = {
    row,
    names: await personNames(
      rx,
      [row.draftedBy, row.publishedBy].flatMap(each => each ?? []),
    ),
    timeline: await readTimeline(rx, [['announcement', id]]),
  }
  return {
    title: text(row.titleZh, row.titleEn),
    trail: deskTrail(['/operator/announcements', trail]),
    body: <One of={of} />,
  }
}

function NewOne() {
  const t = useWords()
  return (
    <Form to="POST /announcements" then="/operator/announcements/{id}" data-guard>
      <Fields />
      <Submit>{t(text('保存草稿并预览', 'Save the draft and preview'))}</Submit>
    </Form>
  )
}

const Begin = () => (
  <a class="btn btn-primary" href="/operator/announcements/new">
    {useWords()(text('起草公告', 'Draft an announcement'))}
  </a>
)

export const announcementPages = [
  page({
    at: 'GET /operator/announcements',
    operation: 'showOperatorAnnouncements',
    permission: 'operator.work-list',
    summary: trail,
    query: {
      state: Type.Optional(Type.Union(states.map(state => Type.Literal(state)))),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }, reader) => {
      const counts = await countAnnouncements(rx)
      const state = query.state ?? ((counts.get('draft') ?? 0) > 0 ? 'draft' : 'published')
      const found = await listAnnouncements(rx, { state, ...(query.after && { after: query.after }) })
      const tabs = states.map(each => ({
        state: each,
        words: announcementMachine.states[each],
        count: counts.get(each) ?? 0,
      }))
      return {
        title: trail,
        trail: deskTrail(),
        lead: text(
          '一人起草，另一人发布；发布后只能撤回。',
          'One person drafts, another publishes; what is published is only withdrawn.',
        ),
        ...(reader.can('announcement.draft') && { actions: <Begin /> }),
        body: <List found={found} state={state} tabs={tabs} />,
      }
    },
  }),
  page({
    at: 'GET /operator/announcements/new',
    operation: 'showNewAnnouncement',
    permission: 'announcement.draft',
    summary: text('起草公告', 'Draft an announcement'),
    run: () => ({
      title: text('起草公告', 'Draft an announcement'),
      trail: deskTrail(['/operator/announcements', trail]),
      body: <NewOne />,
    }),
  }),
  page({
    at: 'GET /operator/announcements/:id',
    operation: 'showOperatorAnnouncement',
    permission: 'operator.work-list',
    summary: text('一份公告', 'One announcement'),
    params: { id: Id },
    run: (rx, { params }) => showAnnouncement(rx, params.id),
  }),
]
