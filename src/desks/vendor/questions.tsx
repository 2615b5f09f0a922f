import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import {
  listQuestions,
  openQuestions,
  type QuestionState,
  questionMachine,
  type SeenQuestion,
} from '../../modules/catalog/index.ts'
import { requireOrganization } from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Empty, Moment, Name, Pager, Said, State, Tabs } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { deskTrail } from './words.ts'

async function questionsView(rx: Rx, state: QuestionState, after: string | undefined) {
  const list = await listQuestions(rx, { as: 'vendor', state, after })
  return { list, state, open: await openQuestions(rx, requireOrganization(rx.actor)) }
}

type View = Awaited<ReturnType<typeof questionsView>>

function Answer({ row }: Pick<SeenQuestion, 'row'>) {
  const t = useWords()
  const isNew = row.state === 'open'
  return (
    <Form to={`POST /questions/${row.id}/answer`}>
      <Field
        name="answer"
        kind="area"
        rows={3}
        isRequired
        maxLength={2000}
        value={row.answer ?? ''}
        label={isNew ? text('答复', 'Answer') : text('改正答复', 'Correct the answer')}
        hint={text('答复与提问一起公开显示，不显示提问人', 'It is public beside the question; who asked is not told')}
      />
      <Submit tone={isNew ? 'primary' : 'plain'}>
        {t(isNew ? text('公开答复', 'Answer in public') : text('保存改正', 'Save the correction'))}
      </Submit>
    </Form>
  )
}

function Question({ of: { row, product, asker } }: { of: SeenQuestion }) {
  const t = useWords()
  const { can } = useReader()
  return (
    <Card
      title={<Said>{row.question}</Said>}
      actions={
        <State
          machine={questionMachine}
          state={row.state as QuestionState}
          tones={{ open: 'warn', answered: 'good', hidden: 'quiet' }}
        />
      }
    >
      <p class="text-secondary">
        <a href={`/products/${row.productId}`}>
          <Name zh={product.nameZh} en={product.nameEn} />
        </a>
        {' · '}
        <Moment at={row.createdAt} />
        {asker && (
          <>
            {' · '}
            <Name zh={asker.nameZh} en={asker.nameEn} />
          </>
        )}
      </p>
      {row.hiddenReason && (
        <p>
          {t(text('运营机构已隐藏，原因：', 'The exchange hid it: '))}
          {row.hiddenReason}
        </p>
      )}
      {row.answer && (
        <blockquote class="answer">
          <p class="mb-1">{row.answer}</p>
          <small class="text-secondary">
            {t(text('答复于', 'Answered'))} <Moment at={row.answeredAt} />
          </small>
        </blockquote>
      )}
      {row.state === 'open' && can('question.answer') && <Answer row={row} />}
      {row.state === 'answered' && can('question.answer') && (
        <details>
          <summary>{t(text('改正答复', 'Correct the answer'))}</summary>
          <Answer row={row} />
        </details>
      )}
      {row.state === 'open' && !can('question.answer') && (
        <p class="mb-0">
          {t(text('由本机构的经办人、复核人或管理员答复。', 'A maker, checker or administrator of yours answers.'))}
        </p>
      )}
    </Card>
  )
}

function Nothing({ state }: { state: QuestionState }) {
  const t = useWords()
  return (
    <Empty
      title={
        state === 'open'
          ? t(text('没有待答复的提问', 'No question waits for an answer'))
          : t(text('这里没有提问', 'There is no question here'))
      }
      icon="message-question"
    >
      {t(
        text(
          '需方在您的产品页面提问后会出现在这里；及时答复有助于成交。',
          'What buyers ask on your product pages comes here; a quick answer helps to sell.',
        ),
      )}
    </Empty>
  )
}

function QuestionsPage({ view: { list, state, open } }: { view: View }) {
  const t = useWords()
  const states: readonly QuestionState[] = ['open', 'answered', 'hidden']
  return (
    <>
      <Tabs
        of={states.map(each => ({
          href: each === 'open' ? '/vendor/questions' : `/vendor/questions?state=${each}`,
          words: t(questionMachine.states[each]),
          ...(each === 'open' && { count: open }),
          isHere: each === state,
        }))}
      />
      {list.items.map(each => (
        <Question key={each.row.id} of={each} />
      ))}
      {list.items.length === 0 && <Nothing state={state} />}
      <Pager next={list.next} />
    </>
  )
}

export const questionPages: Route[] = [
  page({
    at: 'GET /vendor/questions',
    operation: 'showVendorQuestions',
    permission: 'product.read-draft',
    summary: text('需方提问', 'Questions of buyers'),
    query: {
      after: PageQuery.after,
      state: Type.Optional(Type.String({ enum: Object.keys(questionMachine.states) })),
    },
    run: async (rx, { query }) => ({
      title: text('需方提问', 'Questions of buyers'),
      trail: [deskTrail],
      body: <QuestionsPage view={await questionsView(rx, (query.state ?? 'open') as QuestionState, query.after)} />,
    }),
  }),
]
