import type { Text } from '../../kernel/text.ts'
import { text } from '../../kernel/text.ts'
import { useWords } from '../../web/context.ts'
import { Card, Facts, Moment, Notice } from '../../web/parts.tsx'
import { Timeline } from '../timeline.tsx'
import type { EditorView } from './editor.tsx'
import { type Asked, sections } from './fields.ts'
import { Moves } from './moves.tsx'
import { PlanSection } from './plans.tsx'

const nextWords: Readonly<Record<string, Text>> = {
  submitted: text('已提交，等待运营机构受理。', 'Submitted; the exchange is to accept it.'),
  reviewing: text('运营机构正在审核。', 'The exchange reviews it.'),
  approved: text('审核已通过，由您确认挂牌。', 'The review has passed; it is for you to publish it.'),
  listed: text('正在挂牌，需方可以检索和购买。', 'It is listed: buyers can find and buy it.'),
  suspended: text('已停牌，暂不能检索和新购。', 'It is suspended: nobody can find or buy it now.'),
  delisted: text('已摘牌。再次挂牌须提交新版本。', 'It is delisted. To list it again, submit a new version.'),
  expired: text('挂牌已到期，可以续期。', 'The listing has ended; it can be renewed.'),
  rejected: text('审核未通过。修改后可提交新版本。', 'It was refused. Change it and submit a new version.'),
  discarded: text('这份草稿已放弃，可以恢复。', 'This draft was given up; it can be taken back.'),
}

const tones: Readonly<Record<string, 'info' | 'good' | 'warn' | 'bad'>> = {
  approved: 'good',
  listed: 'good',
  suspended: 'warn',
  expired: 'warn',
  rejected: 'bad',
}

/** An answer as it was given, in words. */
function answerOf(view: EditorView, { field, options, kind }: Asked): Text {
  const value = view.draft.version[field]
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return text('—', '—')
  if (kind === 'check') return value === true ? text('是', 'Yes') : text('否', 'No')
  if (Array.isArray(value)) return text(value.join('；'), value.join('; '))
  const chosen = options?.(view.rules).find(([code]) => code === String(value))?.[1]
  if (typeof chosen === 'object') return chosen
  return text(String(value), String(value))
}

/** What was submitted, read only. */
function Submitted({ view }: { view: EditorView }) {
  const t = useWords()
  return (
    <>
      {sections.map(section => (
        <Card key={section.id} title={t(section.title)}>
          <Facts
            of={section.fields
              .filter(asked => asked.when === undefined || view.draft.version[asked.field] !== null)
              .map(asked => [t(asked.label), t(answerOf(view, asked))] as const)}
          />
        </Card>
      ))}
    </>
  )
}

function Now({ view }: { view: EditorView }) {
  const t = useWords()
  const { listing, product } = view.draft
  const words = nextWords[listing.state]
  return (
    <Notice tone={tones[listing.state] ?? 'info'} {...(words && { title: t(words) })}>
      {listing.reason && (
        <p>
          {t(text('原因：', 'Reason: '))}
          {listing.reason}
        </p>
      )}
      {listing.reviewOpinion && (
        <p>
          {t(text('审核意见：', 'Opinion of the review: '))}
          {listing.reviewOpinion}
        </p>
      )}
      {listing.dueAt && (
        <p>
          {t(text('办理期限：', 'To be done by: '))}
          <Moment at={listing.dueAt} isDay />
        </p>
      )}
      {listing.endsOn && (
        <p>
          {t(text('挂牌截止：', 'Last day of the listing: '))}
          {listing.endsOn}
        </p>
      )}
      {['listed', 'suspended'].includes(listing.state) && (
        <p>
          <a href={`/products/${product.id}`}>{t(text('查看公开页面', 'See its public page'))}</a>
        </p>
      )}
      <Moves of={{ ...listing, productId: product.id }} then={`/vendor/products/${product.id}`} />
    </Notice>
  )
}

/** A version that cannot be edited now: where it stands, what can be done, what it says. */
export function Standing({ view }: { view: EditorView }) {
  const t = useWords()
  return (
    <>
      {!view.isEditable && <Now view={view} />}
      <div class="split">
        <div>
          <Submitted view={view} />
        </div>
        <div>
          <PlanSection view={view} />
          <Card title={t(text('经过', 'What happened'))}>
            <Timeline of={view.course} />
          </Card>
        </div>
      </div>
    </>
  )
}
