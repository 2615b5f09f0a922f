import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import {
  countMails,
  listMails,
  type Mail,
  type MailState,
  mailMachine,
  shownBody,
} from '../../modules/notices/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Empty, Facts, Moment, Notice, Pager, State, Tabs, type Tone } from '../../web/parts.tsx'
import { page } from '../page.tsx'

const tones: Partial<Record<MailState, Tone>> = { queued: 'info', sent: 'good', failed: 'bad', kept: 'warn' }
const states = Object.keys(mailMachine.states) as MailState[]

const noServer = text(
  '没有设置邮件服务器：邮件留存在这里，不会发出。设置 SMTP_URL 与 MAIL_FROM 并重新启动后，新邮件会自动发送，留存的邮件可以逐封重新发送。',
  'No mail server is set: letters are kept here and go nowhere. Once SMTP_URL and MAIL_FROM are set and the service is started again, new ones are sent by themselves, and kept ones can be sent one by one.',
)
const withServer = text(
  '已设置邮件服务器：邮件会自动发送，暂时失败的会多次重试。',
  'A mail server is set: letters are sent by themselves and tried several times when it is busy.',
)

const languages: Readonly<Record<string, Text>> = { 'zh-CN': text('中文', 'Chinese'), en: text('英文', 'English') }

function Letter({ of, hasServer }: { of: Mail; hasServer: boolean }) {
  const t = useWords()
  const { can } = useReader()
  const mayRetry = hasServer && can('mail.retry') && (of.state === 'failed' || of.state === 'kept')
  return (
    <details class="card letter" id={`mail-${of.id}`}>
      <summary class="letter-head" data-words="data">
        <State machine={mailMachine} state={of.state} tones={tones} />
        <span class="letter-subject" lang={of.language}>
          {of.subject}
        </span>
        <span class="text-secondary">{of.recipient}</span>
        <Moment at={of.createdAt} />
      </summary>
      <div class="card-body">
        <Facts
          of={[
            [t(text('收件人', 'To')), of.recipient],
            [t(text('语言', 'Language')), t(languages[of.language]!)],
            [t(text('尝试次数', 'Attempts')), of.attempts],
            of.sentAt !== null && [t(text('发送时间', 'Sent at')), <Moment key="sent" at={of.sentAt} />],
            of.lastError !== null && [t(text('最近一次错误', 'Last error')), of.lastError],
          ]}
        />
        <pre class="letter-text" lang={of.language} data-words="data">
          {shownBody(of)}
        </pre>
        {mayRetry && (
          <Form to={`POST /mails/${of.id}/retry`} then="/operator/mail">
            <Submit tone="plain">{t(text('重新发送', 'Send again'))}</Submit>
          </Form>
        )}
      </div>
    </details>
  )
}

interface Letters {
  readonly items: readonly Mail[]
  readonly next: string | null
  readonly counts: Readonly<Partial<Record<MailState, number>>>
  readonly state: MailState | undefined
  readonly hasServer: boolean
}

function Body({ items, next, counts, state, hasServer }: Letters) {
  const t = useWords()
  const all = Object.values(counts).reduce((sum, n) => sum + n, 0)
  const tabs = [
    { href: '/operator/mail', words: t(text('全部', 'All')), count: all, isHere: state === undefined },
    ...states.map(each => ({
      href: `/operator/mail?state=${each}`,
      words: t(mailMachine.states[each]),
      count: counts[each] ?? 0,
      isHere: state === each,
    })),
  ]
  return (
    <>
      <Notice tone={hasServer ? 'good' : 'warn'}>{t(hasServer ? withServer : noServer)}</Notice>
      <Tabs of={tabs} />
      {items.length === 0 ? (
        <Empty icon="mail" title={t(text('这里没有邮件', 'No letters here'))}>
          {t(
            text(
              '系统向有关人员发送待办和期限提醒时，邮件会列在这里。',
              'Letters are listed here once the exchange writes to people about what they must do and what falls due.',
            ),
          )}
        </Empty>
      ) : (
        <div class="stack">
          {items.map(each => (
            <Letter key={each.id} of={each} hasServer={hasServer} />
          ))}
        </div>
      )}
      <Pager next={next} />
    </>
  )
}

export const mailRoutes: Route[] = [
  page({
    at: 'GET /operator/mail',
    operation: 'showMails',
    permission: 'mail.list',
    summary: text('系统邮件', 'E-mail of the exchange'),
    query: {
      state: Type.Optional(Type.Union(states.map(state => Type.Literal(state)))),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const { after } = query
      const state = query.state as MailState | undefined
      const found = await listMails(rx, { ...(state && { state }), ...(after && { after }) })
      const counts = await countMails(rx)
      return {
        title: text('系统邮件', 'E-mail'),
        lead: text('系统发给有关人员的邮件及其去向。', 'What the exchange wrote to people, and what became of it.'),
        trail: [['/operator', text('运营工作台', 'Operator desk')]],
        body: <Body {...found} counts={counts} state={state} hasServer={rx.kit.mailer !== undefined} />,
      }
    },
  }),
]
