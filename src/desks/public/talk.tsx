import { text } from '../../kernel/text.ts'
import type { SeenQuestion } from '../../modules/catalog/index.ts'
import type { Rating, Scores } from '../../modules/orders/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Moment, Name, withQuery } from '../../web/parts.tsx'
import { Average, Data, Part, Score } from './parts.tsx'
import type { ProductView } from './view.ts'

/** The way on in one of the two lists of a page. */
function More({ name, next }: { name: 'questions' | 'ratings'; next: string | null }) {
  const t = useWords()
  const { url } = useReader()
  const isLater = new URLSearchParams(url.split('?')[1]).has(name)
  if (next === null && !isLater) return null
  return (
    <p class="row-gap">
      {isLater && (
        <a href={`${withQuery(url, { [name]: undefined })}#${name}`}>{t(text('回到最新', 'Back to the newest'))}</a>
      )}
      {next !== null && <a href={`${withQuery(url, { [name]: next })}#${name}`}>{t(text('更早的', 'Earlier ones'))}</a>}
    </p>
  )
}

function Ask({ view }: { view: ProductView }) {
  const t = useWords()
  const reader = useReader()
  const { viewer, actor, url } = reader
  if (actor.organizationId === view.product.vendor.id)
    return (
      <p>
        <a href="/vendor/questions">{t(text('到供方工作台答复提问', 'Answer questions at your desk'))}</a>
      </p>
    )
  if (!view.product.isListed && view.product.listing.state !== 'suspended') return null
  if (reader.can('question.ask'))
    return (
      <Form to={`POST /products/${view.id}/questions`} then={`/products/${view.id}#questions`} class="card card-body">
        <Field
          name="question"
          kind="area"
          rows={3}
          maxLength={500}
          label={text('向供方提问', 'Ask the vendor')}
          hint={text('提问和答复公开显示，不显示提问机构的名称。', 'Question and answer are public; who asked is not.')}
          isRequired
        />
        <div>
          <Submit tone="plain">{t(text('提交问题', 'Ask'))}</Submit>
        </div>
      </Form>
    )
  return (
    <p class="text-secondary">
      {t(text('经核验的需方机构成员可以提问。', 'Members of verified buyer organisations may ask.'))}{' '}
      {!viewer && (
        <a href={`/sign-in?next=${encodeURIComponent(`${url}#questions`)}`}>
          {t(text('登录后提问', 'Sign in to ask'))}
        </a>
      )}
    </p>
  )
}

function Question({ of: { row, asker } }: { of: SeenQuestion }) {
  const t = useWords()
  const reader = useReader()
  return (
    <li class="card card-body talk">
      <p class="talk-said">
        <strong>{t(text('问：', 'Q: '))}</strong>
        <Data>{row.question}</Data>
      </p>
      <p class="talk-when">
        <Moment at={row.createdAt} isDay />
        {asker && (
          <span class="dot">
            <Name zh={asker.nameZh} en={asker.nameEn} />
          </span>
        )}
      </p>
      {row.answer ? (
        <>
          <p class="talk-said">
            <strong>{t(text('答：', 'A: '))}</strong>
            <Data>{row.answer}</Data>
          </p>
          <p class="talk-when">
            {t(text('供方，', 'The vendor, '))}
            <Moment at={row.answeredAt} isDay />
          </p>
        </>
      ) : (
        row.state === 'open' && <Badge tone="info">{t(text('待供方答复', 'Awaiting the vendor'))}</Badge>
      )}
      {row.state === 'hidden' && (
        <p class="mb-0">
          <Badge tone="warn">{t(text('已隐藏', 'Hidden'))}</Badge> <Data>{row.hiddenReason ?? ''}</Data>
        </p>
      )}
      {row.state !== 'hidden' && reader.can('question.hide') && (
        <Confirm
          label={text('隐藏提问', 'Hide the question')}
          consequence={text(
            '公众将不再看到此提问及其答复；供方和提问机构能看到原因。此操作不能撤销。',
            'The public no longer sees the question and its answer; vendor and asker see the reason. It cannot be undone.',
          )}
          isOpen={reader.form?.to === `POST /questions/${row.id}/hide`}
        >
          <Form to={`POST /questions/${row.id}/hide`} then={reader.url}>
            <Field name="reason" label={text('原因', 'Reason')} isRequired maxLength={1000} />
            <Submit tone="danger">{t(text('确认隐藏', 'Hide it'))}</Submit>
          </Form>
        </Confirm>
      )}
    </li>
  )
}

/** What buyers asked and the vendor answered, and a form to ask. */
export function Questions({ view }: { view: ProductView }) {
  const t = useWords()
  const { items, next } = view.questions
  return (
    <Part id="questions" title={t(text('提问与答复', 'Questions and answers'))}>
      {items.length === 0 ? (
        <p class="text-secondary">{t(text('还没有人提问。', 'Nobody has asked yet.'))}</p>
      ) : (
        <ul class="talk-list">
          {items.map(each => (
            <Question key={each.row.id} of={each} />
          ))}
        </ul>
      )}
      <More name="questions" next={next} />
      <Ask view={view} />
    </Part>
  )
}

function Bars({ of: { byScore, count } }: { of: Scores }) {
  const t = useWords()
  return (
    <table class="score-bars">
      <caption class="visually-hidden">{t(text('各分数的评价数', 'Ratings by score'))}</caption>
      <tbody>
        {[5, 4, 3, 2, 1].map(score => {
          const n = byScore[score - 1] ?? 0
          return (
            <tr key={score}>
              <th scope="row">{t(text(`${score} 分`, `${score} of 5`))}</th>
              <td>
                <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                  <rect class="ground" x="0" y="0" width="100" height="6" />
                  <rect x="0" y="0" width={count === 0 ? 0 : (n / count) * 100} height="6" />
                </svg>
              </td>
              <td class="num">{n}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function OneRating({ of, isOwn }: { of: Rating; isOwn: boolean }) {
  const t = useWords()
  const reader = useReader()
  const to = `POST /ratings/${of.id}/reply`
  const isEdited = of.changedAt.getTime() !== of.createdAt.getTime()
  return (
    <li class="card card-body talk">
      <p class="talk-said">
        <Score of={of.score} /> {of.comment && <Data>{of.comment}</Data>}
      </p>
      <p class="talk-when">
        {t(text('经核实的购买，', 'A verified purchase, '))}
        <Moment at={of.changedAt} isDay />
        {isEdited && t(text('（已修改）', ' (edited)'))}
      </p>
      {of.reply && (
        <p class="talk-said mb-0">
          <strong>{t(text('供方回复：', 'The vendor: '))}</strong>
          <Data>{of.reply}</Data>
        </p>
      )}
      {!of.reply && isOwn && reader.can('rating.reply') && (
        <details class="confirm" open={reader.form?.to === to}>
          <summary class="btn btn-sm">{t(text('回复', 'Reply'))}</summary>
          <Form to={to} then={reader.url}>
            <Field
              name="reply"
              kind="area"
              rows={2}
              maxLength={1000}
              label={text('公开回复', 'Public reply')}
              hint={text('只能回复一次。', 'You can reply once.')}
              isRequired
            />
            <Submit tone="plain">{t(text('发布回复', 'Publish the reply'))}</Submit>
          </Form>
        </details>
      )}
    </li>
  )
}

/** What buyers say who have accepted the data. */
export function Ratings({ view }: { view: ProductView }) {
  const t = useWords()
  const { actor } = useReader()
  const { scores, ratings } = view
  const isOwn = actor.organizationId === view.product.vendor.id
  return (
    <Part id="ratings" title={t(text('评价', 'Ratings'))}>
      {scores.count === 0 ? (
        <p class="text-secondary">
          {t(text('还没有评价。只有验收后的购买可以评价。', 'No ratings yet. Only accepted purchases are rated.'))}
        </p>
      ) : (
        <>
          <div class="ratings-head">
            <p class="mb-0">
              <Average of={scores} />
            </p>
            <Bars of={scores} />
          </div>
          <ul class="talk-list">
            {ratings.items.map(each => (
              <OneRating key={each.id} of={each} isOwn={isOwn} />
            ))}
          </ul>
          <More name="ratings" next={ratings.next} />
        </>
      )}
    </Part>
  )
}
