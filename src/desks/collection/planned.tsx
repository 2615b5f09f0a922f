import { type Text, text } from '../../kernel/text.ts'
import { answers, type ComparedField, type FormFile, writeFields } from '../../modules/collection/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Notice } from '../../web/parts.tsx'
import { Door, ReasonForm } from '../operator/parts.tsx'
import { Data } from '../public/parts.tsx'
import { Timeline, type TimelineFacts } from '../timeline.tsx'
import { Basics, type Choices, fieldsHint } from './basics.tsx'
import { About, AnswerWords, FieldName, FormBadge, Matches } from './parts.tsx'

function AnswerForm({ of: { row } }: { of: ComparedField }) {
  const t = useWords()
  const to = `POST /planned-fields/${row.id}/answer`
  const choices = Object.entries(answers) as [string, Text][]
  return (
    <Form to={to} class="stack">
      <Field
        name="answer"
        label={text(`对“${row.nameZh}”的处理`, 'What becomes of it')}
        kind="select"
        value={row.answer ?? 'dropped'}
        options={choices}
        isRequired
      />
      <Field
        name="reason"
        label={text('说明或法律条款', 'Explanation, or article of the law')}
        value={row.answerReason}
        maxLength={500}
        hint={text('不再采集的不必填', 'Not needed where it is dropped')}
      />
      <Submit tone="plain">{t(text('保存答复', 'Save the answer'))}</Submit>
    </Form>
  )
}

function FieldCard({ of, isOpen }: { of: ComparedField; isOpen: boolean }) {
  const t = useWords()
  const { can } = useReader()
  const needs = of.hits.length > 0 && isOpen && can('collection.answer')
  return (
    <li class="field-row">
      <div class="row-gap mb-1">
        <FieldName of={of.row} />
        {!of.isSettled && <Badge tone="bad">{t(text('待答复', 'To be answered'))}</Badge>}
        {of.row.laterHits.length > 0 && (
          <Badge tone="warn">{t(text('登记后已可共享取得', 'Can be shared since'))}</Badge>
        )}
        <AnswerWords of={of.row} />
      </div>
      <Matches of={of.compared} />
      {needs &&
        (of.isSettled ? (
          <details class="mt-2">
            <summary>{t(text('修改答复', 'Change the answer'))}</summary>
            <AnswerForm of={of} />
          </details>
        ) : (
          <AnswerForm of={of} />
        ))}
    </li>
  )
}

export interface Dossier extends FormFile {
  readonly timeline: TimelineFacts
  readonly choices: Choices
}

function Moves({ of: { form, fields } }: { of: Dossier }) {
  const t = useWords()
  const { can } = useReader()
  const open = fields.filter(field => !field.isSettled).length
  const discard = `POST /planned-collections/${form.id}/discard`
  const end = `POST /planned-collections/${form.id}/end`
  if (form.state === 'registered')
    return (
      <div class="stack">
        <p class="mb-0">
          <a href={`/collections/${form.id}`}>{t(text('查看公开页面', 'See the public page'))}</a>
        </p>
        {can('collection.end') && (
          <Door
            to={end}
            label={text('结束采集', 'End the collection')}
            consequence={text('结束后不得再用这份表单采集。', 'The form may not be used any more.')}
          >
            <ReasonForm to={end} button={text('确认结束', 'End it')} />
          </Door>
        )}
      </div>
    )
  if (form.state !== 'draft' && form.state !== 'returned')
    return <p class="text-secondary mb-0">{t(text('目前没有需要办理的事项。', 'There is nothing to do now.'))}</p>
  return (
    <div class="stack">
      {open > 0 ? (
        <Notice tone="warn">
          {t(
            text(
              `还有 ${open} 个字段可通过共享取得，答复后才能提交。`,
              `${open} ${open === 1 ? 'field' : 'fields'} can be had by sharing; answer each before you submit.`,
            ),
          )}
        </Notice>
      ) : (
        can('collection.submit') && (
          <Form to={`POST /planned-collections/${form.id}/submit`}>
            <Submit>{t(text('提交审核', 'Submit for review'))}</Submit>
          </Form>
        )
      )}
      {can('collection.discard') && (
        <Door
          to={discard}
          label={text('放弃', 'Give up')}
          tone="plain"
          consequence={text('这份表单将不再保留在列表中。', 'The form leaves your list.')}
        >
          <Form to={discard} then="/institution/collections">
            <Submit tone="danger">{t(text('确认放弃', 'Give it up'))}</Submit>
          </Form>
        </Door>
      )}
    </div>
  )
}

/** A planned collection of the own institution: what is to be answered first. */
export function Planned({ of }: { of: Dossier }) {
  const t = useWords()
  const { can } = useReader()
  const { form, fields, timeline, choices } = of
  const isOpen = form.state === 'draft' || form.state === 'returned'
  const open = fields.filter(field => !field.isSettled)
  const ordered = [...open, ...fields.filter(field => field.isSettled)]
  return (
    <div class="split">
      <div>
        {form.reason && (
          <Notice tone="warn" title={t(text('理由', 'Reason'))}>
            <Data>{form.reason}</Data>
          </Notice>
        )}
        <Card title={t(text(`字段（${fields.length}）`, `Fields (${fields.length})`))}>
          <ul class="plain-list field-rows mb-0">
            {ordered.map(field => (
              <FieldCard key={field.row.id} of={field} isOpen={isOpen} />
            ))}
          </ul>
        </Card>
        {isOpen && can('collection.update') && (
          <details class="card card-body">
            <summary>{t(text('修改表单', 'Change the form'))}</summary>
            <Form to={`PATCH /planned-collections/${form.id}`} data-guard>
              <Basics of={form} choices={choices} />
              <Field
                name="fieldLines"
                label={text('字段', 'Fields')}
                kind="area"
                rows={10}
                value={writeFields(fields.map(field => field.row))}
                hint={fieldsHint}
                maxLength={20_000}
              />
              <Submit tone="plain">{t(text('保存并重新比对', 'Save and compare again'))}</Submit>
            </Form>
          </details>
        )}
      </div>
      <div>
        <Card title={t(text('办理', 'What to do'))}>
          <p>
            <FormBadge state={form.state} />
          </p>
          <Moves of={of} />
        </Card>
        <About of={form} />
        <Card title={t(text('经过', 'What happened'))}>
          <Timeline of={timeline} />
        </Card>
      </div>
    </div>
  )
}
