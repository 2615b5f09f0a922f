import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { isLinkOpen, resetMinutes } from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Notice } from '../../web/parts.tsx'
import { page } from '../page.tsx'

function Ask() {
  const t = useWords()
  return (
    <div class="narrow">
      <Card>
        <Form to="POST /password-resets" then="/forgot-password?sent=1">
          <Field
            name="email"
            kind="email"
            label={text('账号的邮箱', 'E-mail address of the account')}
            autocomplete="username"
            isRequired
          />
          <Submit>{t(text('发送链接', 'Send a link'))}</Submit>
        </Form>
      </Card>
      <p>
        <a href="/sign-in">{t(text('返回登录', 'Back to signing in'))}</a>
      </p>
    </div>
  )
}

/** The same for every address: whether an account has it is not told. */
function OnItsWay() {
  const t = useWords()
  const { isDemo } = useReader()
  return (
    <div class="narrow">
      <Notice tone="info" title={t(text('请查收邮件', 'Look into your mailbox'))}>
        {t(
          text(
            `如果该邮箱有账号，我们会在一分钟内发去一个链接，${resetMinutes} 分钟内有效，只能使用一次。没有收到时，请检查垃圾邮件，或联系本交易场所的运营机构。`,
            `If an account has this address, a link arrives within a minute; it works once, for ${resetMinutes} minutes. If none comes, look among unwanted mail or ask the operator of this exchange.`,
          ),
        )}
      </Notice>
      {isDemo && (
        <p class="text-secondary">
          {t(
            text(
              '演示环境：未设置邮件服务器时邮件不发出，运营机构可在“系统邮件”中看到。',
              'Demo: without a mail server letters stay here; the operator reads them under E-mail.',
            ),
          )}
        </p>
      )}
      <p>
        <a href="/forgot-password">{t(text('换一个邮箱再试', 'Try another address'))}</a> ·{' '}
        <a href="/sign-in">{t(text('返回登录', 'Back to signing in'))}</a>
      </p>
    </div>
  )
}

/** A link that leads nowhere: cut off on the way, used, replaced by a later one, or too old. */
function Dead({ token, again }: { token: string | undefined; again: string }) {
  const t = useWords()
  return (
    <div class="narrow">
      {token === undefined ? (
        <Notice tone="warn" title={t(text('链接不完整', 'The link is not whole'))}>
          {t(
            text('请完整复制邮件中的链接，或重新申请。', 'Copy the whole link from the letter, or ask for a new one.'),
          )}
        </Notice>
      ) : (
        <Notice tone="warn" title={t(text('链接已失效', 'The link works no more'))}>
          {t(
            text(
              '链接只能使用一次并有时限，且以最近一封邮件为准。请重新申请。',
              'A link works once and for a limited time, and only the one of the latest letter. Ask for a new one.',
            ),
          )}
        </Notice>
      )}
      <p>
        <a class="btn btn-primary" href={again}>
          {t(text('重新申请', 'Ask for a new link'))}
        </a>
      </p>
    </div>
  )
}

function Renew({ token }: { token: string }) {
  const t = useWords()
  return (
    <div class="narrow">
      <Card>
        <Form to="POST /password-resets/redeem" then="/sign-in">
          <input type="hidden" name="token" value={token} />
          <Field
            name="newPassword"
            kind="password"
            label={text('新密码', 'New password')}
            hint={text(
              '至少 8 个字符。设置后所有登录立即结束，请用新密码登录；已开启的两步登录仍然需要。',
              'At least 8 characters. Every session ends at once; sign in with the new password. Two-step sign-in stays as it is.',
            )}
            autocomplete="new-password"
            isRequired
          />
          <Submit>{t(text('设置新密码', 'Set the password'))}</Submit>
        </Form>
      </Card>
    </div>
  )
}

function ConfirmAddress({ token }: { token: string }) {
  const t = useWords()
  const { viewer } = useReader()
  return (
    <div class="narrow">
      <Card>
        <p>
          {t(
            text(
              '确认后，请用这个新邮箱登录；通知邮件也发往新邮箱，原邮箱会收到更换通知。',
              'From then on you sign in with the new address and letters go to it; the former address is told.',
            ),
          )}
        </p>
        <Form to="POST /email-changes/confirm" then={viewer ? '/account' : '/sign-in'}>
          <input type="hidden" name="token" value={token} />
          <Submit>{t(text('确认新邮箱', 'Confirm the new address'))}</Submit>
        </Form>
      </Card>
    </div>
  )
}

const Token = { token: Type.Optional(Type.String({ maxLength: 200 })) }

/** The way back in, and the links of letters; an opened link changes nothing before its button is pressed. */
export const recoveryRoutes: Route[] = [
  page({
    at: 'GET /forgot-password',
    operation: 'showForgotPassword',
    permission: 'page.read',
    summary: text('忘记密码', 'Forgotten password'),
    query: { sent: Type.Optional(Type.String({ maxLength: 5 })) },
    run: (_rx, { query }) => ({
      title: text('忘记密码', 'Forgotten password'),
      ...(!query.sent && {
        lead: text(
          '填写账号的邮箱，我们把设置新密码的链接发给您。',
          'Give the address of your account; a link to set a new password is sent to it.',
        ),
      }),
      body: query.sent ? <OnItsWay /> : <Ask />,
    }),
  }),
  page({
    at: 'GET /reset-password',
    operation: 'showResetPassword',
    permission: 'page.read',
    summary: text('设置新密码', 'Set a new password'),
    query: Token,
    run: async (rx, { query: { token } }) => ({
      title: text('设置新密码', 'Set a new password'),
      cacheControl: 'no-store',
      body:
        token && (await isLinkOpen(rx, token, 'password')) ? (
          <Renew token={token} />
        ) : (
          <Dead token={token} again="/forgot-password" />
        ),
    }),
  }),
  page({
    at: 'GET /confirm-email',
    operation: 'showConfirmEmail',
    permission: 'page.read',
    summary: text('确认新邮箱', 'Confirm a new address'),
    query: Token,
    run: async (rx, { query: { token } }) => ({
      title: text('确认新邮箱', 'Confirm your new address'),
      cacheControl: 'no-store',
      body:
        token && (await isLinkOpen(rx, token, 'email')) ? (
          <ConfirmAddress token={token} />
        ) : (
          <Dead token={token} again="/account" />
        ),
    }),
  }),
]
