import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { countForms, type Demand, demandsOn, formMachine, listForms, readForm } from '../../modules/collection/index.ts'
import { useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Empty, Moment, Pager, Table } from '../../web/parts.tsx'
import { StateTabs } from '../operator/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { readTimeline } from '../timeline.tsx'
import { Basics, type Choices, choicesOf, fieldsHint } from './basics.tsx'
import { FormBadge } from './parts.tsx'
import { Planned } from './planned.tsx'

const trail = ['/institution', text('机构工作台', 'Institution desk')] as const
const listTitle = text('拟采集事项', 'Planned collections')
const states = ['draft', 'submitted', 'reviewing', 'returned', 'registered', 'ended'] as const

function Demands({ of }: { of: readonly Demand[] }) {
  const t = useWords()
  if (of.length === 0) return null
  return (
    <Card id="demands" title={t(text('查实的重复采集', 'Duplicate collections that were found true'))}>
      <ul class="plain-list mb-0">
        {of.map(each => (
          <li key={each.id} class="mb-3">
            <span class="row-gap">
              <Badge tone="bad">{t(text('须整改', 'To be mended'))}</Badge>
              <code>{each.number}</code>
              <Moment at={each.decidedAt} isDay />
            </span>
            <p class="mb-1">
              {t(text('整改要求：', 'Demand: '))}
              <Data>{each.demand}</Data>
            </p>
            <small class="text-secondary">
              {t(text('理由：', 'Reason: '))}
              <Data>{each.reason}</Data>
            </small>
          </li>
        ))}
      </ul>
    </Card>
  )
}

type Listed = Awaited<ReturnType<typeof listForms>>

function List({ found }: { found: Listed }) {
  const t = useWords()
  if (found.items.length === 0)
    return (
      <Empty title={t(text('没有拟采集事项', 'No planned collection'))} icon="forms">
        {t(
          text(
            '要向公民、企业或其他机构收集数据前，先在这里登记表单：系统会告诉您哪些字段已能通过共享取得。',
            'Before you ask citizens, enterprises or institutions for data, register the form here: you are told which of its fields can be had by sharing.',
          ),
        )}
      </Empty>
    )
  return (
    <Table
      caption={t(listTitle)}
      head={[
        t(text('表单', 'Form')),
        t(text('状态', 'State')),
        t(text('采集', 'Asked')),
        t(text('改用共享', 'Shared instead')),
        t(text('待答复', 'To answer')),
        t(text('更新', 'Changed')),
      ]}
      nums={[2, 3, 4]}
      rows={found.items.map(({ form, asked, dropped, open }) => [
        <span key="title">
          <a href={`/institution/collections/${form.id}`}>
            <Data>{form.title}</Data>
          </a>
          {form.overtakenAt && form.state === 'registered' && (
            <Badge tone="warn">{t(text('有字段可共享取得', 'Can be shared by now'))}</Badge>
          )}
        </span>,
        <FormBadge key="state" state={form.state} />,
        asked,
        dropped,
        open > 0 ? <strong key="open">{open}</strong> : 0,
        <Moment key="changed" at={form.changedAt} />,
      ])}
    />
  )
}

function NewForm({ choices }: { choices: Choices }) {
  const t = useWords()
  return (
    <Form to="POST /planned-collections" then="/institution/collections/{id}" data-guard>
      <Basics choices={choices} />
      <Field
        name="fieldLines"
        label={text('字段', 'Fields')}
        kind="area"
        rows={10}
        hint={fieldsHint}
        maxLength={20_000}
      />
      {choices.files.length > 0 && (
        <Field
          name="dataVersionId"
          label={text('或由数据文件的列名填写', 'Or take the columns of a data file')}
          kind="select"
          options={choices.files.map(file => [file.id, file.fileName] as const)}
          hint={text('选择后以文件的列为准', 'The columns of the file then count')}
        />
      )}
      <Submit>{t(text('比对目录', 'Compare with the catalog'))}</Submit>
    </Form>
  )
}

export const institutionPages: Route[] = [
  page({
    at: 'GET /institution/collections',
    operation: 'showPlannedCollections',
    permission: 'institution.desk',
    summary: listTitle,
    query: { after: PageQuery.after, state: Type.Optional(Type.String({ enum: [...states] })) },
    run: async (rx, { query }, reader) => {
      const counts = await countForms(rx)
      const tabs = states
        .filter(each => (counts.get(each) ?? 0) > 0 || each === query.state)
        .map(each => ({ state: each, words: formMachine.states[each], count: counts.get(each) ?? 0 }))
      const found = await listForms(rx, query)
      return {
        title: listTitle,
        lead: text(
          '目录里能共享的数据，不再向公民和企业重复采集（第二十四条）。',
          'What the catalog can share is not collected again from citizens and enterprises (Art. 24).',
        ),
        trail: [trail],
        actions: reader.can('collection.create') && (
          <a class="btn btn-primary" href="/institution/collections/new">
            <NewWords />
          </a>
        ),
        body: (
          <>
            <Demands of={await demandsOn(rx)} />
            {tabs.length > 0 && (
              <StateTabs of={[{ state: '', words: text('全部', 'All') }, ...tabs]} at={query.state ?? ''} />
            )}
            <List found={found} />
            <Pager next={found.next} />
          </>
        ),
      }
    },
  }),
  page({
    at: 'GET /institution/collections/new',
    operation: 'showNewPlannedCollection',
    permission: 'collection.create',
    summary: text('新建拟采集事项', 'A new planned collection'),
    run: async rx => ({
      title: text('新建拟采集事项', 'A new planned collection'),
      lead: text(
        '写下要问的字段，马上知道哪些已经有了。',
        'Write the fields that you mean to ask, and see which exist already.',
      ),
      trail: [trail, ['/institution/collections', listTitle]],
      body: <NewForm choices={await choicesOf(rx, rx.actor.organizationId!)} />,
    }),
  }),
  page({
    at: 'GET /institution/collections/:id',
    operation: 'showPlannedCollection',
    permission: 'institution.desk',
    summary: text('一项拟采集事项', 'A planned collection'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const file = await readForm(rx, params.id)
      const timeline = await readTimeline(rx, [['collection', params.id]])
      return {
        title: text(file.form.title, file.form.title),
        trail: [trail, ['/institution/collections', listTitle]],
        body: <Planned of={{ ...file, timeline, choices: await choicesOf(rx, file.form.organizationId) }} />,
      }
    },
  }),
]

function NewWords() {
  const t = useWords()
  return <>{t(text('新建表单', 'New form'))}</>
}
