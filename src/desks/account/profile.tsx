import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import { type Duty, dutyWords, organizationMachine, twoStepStanding, whoAmI } from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Facts, Moment, Name, Notice, State, Tabs, withQuery } from '../../web/parts.tsx'
import { page } from '../page.tsx'

const rooms: readonly (readonly [path: string, words: Text])[] = [
  ['/account', text('账号', 'Account')],
  ['/account/sessions', text('登录设备', 'Sessions')],
  ['/account/two-step', text('两步登录', 'Two-step sign-in')],
]

/** The rooms of a person's account. */
export function Rooms() {
  const t = useWords()
  const { path } = useReader()
  return <Tabs of={rooms.map(([href, words]) => ({ href, words: t(words), isHere: href === path }))} />
}

type Me = Awaited<ReturnType<typeof whoAmI>>

function Profile({ person }: { person: Me['person'] }) {
  const t = useWords()
  return (
    <Card title={t(text('个人信息', 'About you'))}>
      <Form to="PATCH /me">
        <Field
          name="name"
          label={text('姓名', 'Name')}
          value={person.name}
          autocomplete="name"
          maxLength={100}
          isRequired
        />
        <Facts
          of={[
            [t(text('邮箱', 'E-mail')), person.email],
            [t(text('注册时间', 'Since')), <Moment key="since" at={person.createdAt} isDay />],
          ]}
        />
        <p class="form-hint mb-3">
          {t(
            text(
              '姓名显示给本机构的同事，并写入您经办、签署的文件；已出具的文件不变。',
              'Colleagues see your name, and it stands in documents that you prepare or sign; documents already made stay as they are.',
            ),
          )}
        </p>
        <Submit tone="plain">{t(text('保存姓名', 'Save the name'))}</Submit>
      </Form>
    </Card>
  )
}

function Address({ email }: { email: string }) {
  const t = useWords()
  return (
    <Card title={t(text('更换邮箱', 'E-mail address'))}>
      <p>
        {t(text('现在的邮箱：', 'At present: '))}
        <strong data-words="data">{email}</strong>
      </p>
      <Form to="POST /me/email" then="/account?email=sent">
        <Field
          name="email"
          kind="email"
          label={text('新邮箱', 'New address')}
          hint={text(
            '确认链接发往新邮箱，打开后才会更换；原邮箱会收到通知。',
            'A link goes to the new address; nothing changes before it is opened. The present address is told.',
          )}
          autocomplete="email"
          isRequired
        />
        <Field
          name="password"
          kind="password"
          label={text('登录密码', 'Password')}
          autocomplete="current-password"
          isRequired
        />
        <Submit tone="plain">{t(text('发送确认链接', 'Send the link'))}</Submit>
      </Form>
    </Card>
  )
}

/** What to do next, once the link is on its way. */
function Sent() {
  const t = useWords()
  return (
    <Notice tone="info" title={t(text('请查收新邮箱', 'Look into your new mailbox'))}>
      {t(
        text(
          '如果新邮箱可以使用，确认链接会在一分钟内送达，24 小时内有效。',
          'If the new address can be used, a link to confirm it arrives within a minute and works for 24 hours.',
        ),
      )}
    </Notice>
  )
}

function Password() {
  const t = useWords()
  return (
    <Card title={t(text('修改密码', 'Password'))}>
      <Form to="POST /me/password">
        <Field
          name="password"
          kind="password"
          label={text('现在的密码', 'Present password')}
          autocomplete="current-password"
          isRequired
        />
        <Field
          name="newPassword"
          kind="password"
          label={text('新密码', 'New password')}
          hint={text(
            '至少 8 个字符。修改后，其他设备上的登录立即失效。',
            'At least 8 characters. Every other session ends at once.',
          )}
          autocomplete="new-password"
          isRequired
        />
        <Submit tone="plain">{t(text('修改密码', 'Change the password'))}</Submit>
      </Form>
    </Card>
  )
}

const themes: readonly (readonly [value: string, words: Text])[] = [
  ['light', text('浅色', 'Light')],
  ['dark', text('深色', 'Dark')],
]

/** Language and light: kept in this browser, by links that work without scripts. */
function Looks() {
  const t = useWords()
  const { language, theme, url } = useReader()
  const choice = (href: string, words: string, isHere: boolean, lang?: string) => (
    <a key={href} class="btn" href={href} aria-current={isHere ? 'true' : undefined} lang={lang}>
      {words}
    </a>
  )
  return (
    <Card title={t(text('语言与外观', 'Language and look'))}>
      <p class="text-secondary">{t(text('保存在这台设备的浏览器里。', 'Kept in this browser.'))}</p>
      <div class="row-gap mb-2">
        {choice(withQuery(url, { lang: 'zh' }), '中文', language !== 'en', 'zh-CN')}
        {choice(withQuery(url, { lang: 'en' }), 'English', language === 'en', 'en')}
      </div>
      <div class="row-gap">
        {themes.map(([value, words]) =>
          choice(`/theme?to=${value}&next=${encodeURIComponent(url)}`, t(words), theme === value),
        )}
      </div>
      {theme === 'auto' && <p class="form-hint">{t(text('目前跟随系统设置。', 'At present as the system is set.'))}</p>}
    </Card>
  )
}

/** The organisations that a person belongs to, with the way to act for another one. */
function Memberships({ memberships }: Pick<Me, 'memberships'>) {
  const t = useWords()
  const reader = useReader()
  return (
    <Card
      title={t(text('所在机构', 'Your organisations'))}
      actions={
        <a class="btn btn-sm" href="/organization/new">
          {t(text('注册机构', 'Register one'))}
        </a>
      }
    >
      {memberships.length === 0 && (
        <p class="mb-0">
          {t(
            text(
              '您还不属于任何机构。可以注册一个，或请机构管理员按您的邮箱把您加入。',
              'You belong to none yet. Register one, or ask an administrator to add you by your e-mail address.',
            ),
          )}
        </p>
      )}
      <ul class="list-unstyled stack mb-0">
        {memberships.map(({ organization: o, duties }) => (
          <li key={o.id}>
            <div class="row-gap">
              <strong>
                <Name zh={o.nameZh} en={o.nameEn} />
              </strong>
              <State
                machine={organizationMachine}
                state={o.state as keyof typeof organizationMachine.states}
                tones={{ verified: 'good', returned: 'warn', suspended: 'bad' }}
              />
              {reader.actor.organizationId === o.id ? (
                <Badge tone="info">{t(text('正在代表', 'Acting for it'))}</Badge>
              ) : (
                <ActFor id={o.id} />
              )}
            </div>
            <span class="text-secondary">
              {duties.map(duty => t(dutyWords[duty as Duty].name)).join(t(text('、', ', ')))}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** The button that makes a person act for another organisation of theirs. */
export function ActFor({ id, next }: { id: string; next?: string }) {
  const t = useWords()
  const reader = useReader()
  return (
    <form method="post" action="/acting">
      <input type="hidden" name="_csrf" value={reader.token()} />
      {next && <input type="hidden" name="_next" value={next} />}
      <button type="submit" class="btn btn-sm" name="organizationId" value={id}>
        {t(text('代表该机构', 'Act for it'))}
      </button>
    </form>
  )
}

function Safety({ isOn, left }: { isOn: boolean; left: number }) {
  const t = useWords()
  return (
    <Card title={t(text('登录安全', 'Safety'))}>
      <Facts
        of={[
          [
            t(text('两步登录', 'Two-step sign-in')),
            <span key="on" class="row-gap">
              <Badge tone={isOn ? 'good' : 'quiet'}>{isOn ? t(text('已开启', 'On')) : t(text('未开启', 'Off'))}</Badge>
              <a href="/account/two-step">{isOn ? t(text('管理', 'Manage')) : t(text('开启', 'Turn on'))}</a>
            </span>,
          ],
          isOn && [t(text('剩余恢复码', 'Recovery codes left')), String(left)],
          [
            t(text('登录设备', 'Sessions')),
            <a key="sessions" href="/account/sessions">
              {t(text('查看并退出', 'See and end them'))}
            </a>,
          ],
        ]}
      />
    </Card>
  )
}

export const profileRoutes: Route[] = [
  page({
    at: 'GET /account',
    operation: 'showAccount',
    permission: 'person.read-self',
    summary: text('我的账号', 'My account'),
    query: { email: Type.Optional(Type.String({ maxLength: 10 })) },
    run: async (rx, { query }) => {
      const { person, memberships } = await whoAmI(rx)
      const { isOn, recoveryCodesLeft } = await twoStepStanding(rx)
      return {
        title: text('我的账号', 'My account'),
        body: (
          <>
            <Rooms />
            {query.email === 'sent' && <Sent />}
            <div class="columns">
              <Profile person={person} />
              <Memberships memberships={memberships} />
              <Safety isOn={isOn} left={recoveryCodesLeft} />
              <Password />
              <Address email={person.email} />
              <Looks />
            </div>
          </>
        ),
      }
    },
  }),
]
