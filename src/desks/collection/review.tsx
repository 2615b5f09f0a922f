import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { countForms, type FormFile, formMachine, listForms, readForm } from '../../modules/collection/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Card, Empty, Moment, Name, Notice, Pager, Table } from '../../web/parts.tsx'
import { Another, Door, deskTrail, ReasonForm, StateTabs } from '../operator/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { About, Fields, FormBadge } from './parts.tsx'

const title = text('采集事项审核', 'Collection reviews')
const states = ['submitted', 'reviewing', 'returned', 'registered', 'ended'] as const

type Found = Awaited<ReturnType<typeof listForms>>

function List({ found }: { found: Found }) {
  const t = useWords()
  if (found.items.length === 0)
    return (
      <Empty title={t(text('这里没有采集事项', 'No collection is here'))} icon="forms">
        {t(
          text(
            '机构提交的拟采集事项按先后排列在这里。',
            'Planned collections that institutions submit are listed here in their order.',
          ),
        )}
      </Empty>
    )
  return (
    <Table
      caption={t(title)}
      head={[
        t(text('表单', 'Form')),
        t(text('机构', 'Institution')),
        t(text('采集', 'Asked')),
        t(text('改用共享', 'Shared instead')),
        t(text('提交', 'Submitted')),
      ]}
      nums={[2, 3]}
      rows={found.items.map(({ form, institution, asked, dropped }) => [
        <a key="title" href={`/operator/collections/${form.id}`}>
          <Data>{form.title}</Data>
        </a>,
        <Name key="institution" zh={institution.nameZh} en={institution.nameEn} />,
        asked,
        dropped,
        <Moment key="submitted" at={form.submittedAt} />,
      ])}
    />
  )
}

function Decision({ of: { form, fields } }: { of: FormFile }) {
  const t = useWords()
  const { can, viewer } = useReader()
  const back = `POST /planned-collections/${form.id}/return`
  const sendBack = can('collection.return') && (
    <Door
      to={back}
      label={text('退回修改', 'Return')}
      tone="plain"
      consequence={text(
        '机构会看到退回意见，修改后重新提交。',
        'The institution reads why, mends it and submits again.',
      )}
    >
      <ReasonForm
        to={back}
        button={text('确认退回', 'Return')}
        label={text('退回意见', 'What is to be mended')}
        templates={[
          text('“不是同一数据”的说明不成立', 'What is said of “not the same datum” does not hold'),
          text('所引法律条款不要求采集该字段', 'The article that is named does not demand this field'),
        ]}
      />
    </Door>
  )
  if (form.state === 'submitted')
    return (
      <div class="stack">
        <Form to={`POST /planned-collections/${form.id}/review`}>
          <Submit>{t(text('开始审核', 'Take it up'))}</Submit>
        </Form>
        {sendBack}
      </div>
    )
  if (form.state !== 'reviewing')
    return <Another>{t(text('目前没有需要办理的事项。', 'There is nothing to decide now.'))}</Another>
  const open = fields.some(field => !field.isSettled)
  return (
    <div class="stack">
      {form.submittedBy === viewer?.personId ? (
        <Another>
          {t(text('须由提交人以外的人员审核。', 'Another person than the one who submitted it reviews it.'))}
        </Another>
      ) : open ? (
        <Notice tone="bad">
          {t(
            text(
              '提交后目录有了新的同一字段，请退回答复。',
              'The catalog has come to have one of its fields; return it to be answered.',
            ),
          )}
        </Notice>
      ) : can('collection.register') ? (
        <Form to={`POST /planned-collections/${form.id}/register`}>
          <p>{t(text('登记后编号并向社会公开。', 'It gets its number and becomes public.'))}</p>
          <Submit tone="good">{t(text('审核通过并登记', 'Pass and register'))}</Submit>
        </Form>
      ) : (
        <Another>{t(text('由复核人员登记。', 'A checker registers it.'))}</Another>
      )}
      {sendBack}
    </div>
  )
}

function One({ of, timeline }: { of: FormFile; timeline: TimelineFacts }) {
  const t = useWords()
  const { form, institution, fields } = of
  return (
    <div class="split">
      <div>
        <Card title={t(text(`字段（${fields.length}）`, `Fields (${fields.length})`))}>
          <Fields of={fields} />
        </Card>
        <About of={form} institution={institution} />
      </div>
      <div>
        <Card title={t(text('办理', 'Decide'))}>
          <p>
            <FormBadge state={form.state} />
          </p>
          <Decision of={of} />
        </Card>
        <Card title={t(text('经过', 'What happened'))}>
          <Timeline of={timeline} />
        </Card>
      </div>
    </div>
  )
}

export const reviewPages: Route[] = [
  page({
    at: 'GET /operator/collections',
    operation: 'showCollectionReviews',
    permission: 'operator.work-list',
    summary: title,
    query: { after: PageQuery.after, state: Type.Optional(Type.String({ enum: [...states] })) },
    run: async (rx, { query }) => {
      const counts = await countForms(rx)
      const state = query.state ?? ((counts.get('submitted') ?? 0) > 0 ? 'submitted' : 'reviewing')
      const found = await listForms(rx, { state, after: query.after })
      const tabs = states.map(each => ({ state: each, words: formMachine.states[each], count: counts.get(each) ?? 0 }))
      return {
        title,
        trail: deskTrail(),
        lead: text(
          '机构准备采集什么，有没有可以共享的。',
          'What institutions mean to ask, and what of it can be shared.',
        ),
        body: (
          <>
            <StateTabs of={tabs} at={state} />
            <List found={found} />
            <Pager next={found.next} />
          </>
        ),
      }
    },
  }),
  page({
    at: 'GET /operator/collections/:id',
    operation: 'showCollectionReview',
    permission: 'operator.work-list',
    summary: text('审核一项采集', 'Review a collection'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const file = await readForm(rx, params.id)
      return {
        title: text(file.form.title, file.form.title),
        trail: deskTrail(['/operator/collections', title]),
        body: <One of={file} timeline={await readTimeline(rx, [['collection', params.id]])} />,
      }
    },
  }),
]
