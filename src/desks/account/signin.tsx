import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { forgeryCookie, refuseForgery } from '../../kernel/http/forgery.ts'
import { innerHeaders } from '../../kernel/http/inner.ts'
import { type RawContext, type Route, raw } from '../../kernel/http/route.ts'
import { notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import {
  endSession,
  openWebSession,
  organizationCookie,
  peopleByEmail,
  sessionCookie,
} from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { localPath } from '../../web/forms.ts'
import { startOf } from '../../web/nav.ts'
import { Card, Name, Notice } from '../../web/parts.tsx'
import { readerOf } from '../../web/reader.ts'
import { page } from '../page.tsx'
import { Doors, isDemoPerson, type Players, playersOf } from './demo.tsx'
import { deviceOf, endFormer, enter, fieldOf, receiveCode, receivePassword, signInPath } from './entering.ts'

const Next = { next: Type.Optional(Type.String({ maxLength: 2000 })) }

/** What a form that leads in carries along: where to go afterwards, and the form that waits. */
export function Along({ next }: { next: string }) {
  const { form } = useReader()
  return (
    <>
      <input type="hidden" name="_next" value={next} />
      {form?.pending && <input type="hidden" name="_pending" value={form.pending} />}
    </>
  )
}

/** Why somebody is asked to sign in, when they were in the middle of something. */
function Waiting() {
  const t = useWords()
  const { form } = useReader()
  if (!form?.pending) return null
  return (
    <Notice tone="warn" title={t(text('登录已到期', 'Your session has ended'))}>
      {t(
        text(
          '请重新登录：您刚才填写的内容都已保留，登录后回到原来的页面继续。',
          'Sign in again: everything you typed is kept, and you go on where you were.',
        ),
      )}
    </Notice>
  )
}

function Present({ next }: { next: string }) {
  const t = useWords()
  const reader = useReader()
  if (!reader.viewer) return null
  const { name, email } = reader.viewer
  return (
    <Notice>
      {t(text('您已登录：', 'You are signed in as '))}
      <Name zh={name} /> {`(${email})`} <a href={localPath(next, startOf(reader))}>{t(text('继续', 'Go on'))}</a>
    </Notice>
  )
}

function SignIn({ next, players }: { next: string; players: Players }) {
  const t = useWords()
  const { form } = useReader()
  const doors = !form?.pending && <Doors players={players} next={next} />
  return (
    <>
      <Waiting />
      <Present next={next} />
      {doors}
      <div class="narrow">
        {doors && players.size > 0 && <h2>{t(text('或使用账号登录', 'Or sign in with an account'))}</h2>}
        <Card>
          <Form to="POST /sign-in" isOwn>
            <Along next={next} />
            <Field name="email" kind="email" label={text('邮箱', 'E-mail')} autocomplete="username" isRequired />
            <Field
              name="password"
              kind="password"
              label={text('密码', 'Password')}
              autocomplete="current-password"
              isRequired
            />
            <Submit>{t(text('登录', 'Sign in'))}</Submit>
          </Form>
        </Card>
        <p class="mb-1">
          <a href="/forgot-password">{t(text('忘记密码？', 'Forgotten your password?'))}</a>
        </p>
        <p>
          {t(text('还没有账号？', 'No account yet?'))}{' '}
          <a href={signInPath('/sign-up', next)}>{t(text('注册', 'Make one'))}</a>
        </p>
      </div>
    </>
  )
}

function Code({ next }: { next: string }) {
  const t = useWords()
  return (
    <div class="narrow">
      <Card>
        <Form to="POST /sign-in/code" isOwn>
          <Along next={next} />
          <Field
            name="code"
            label={text('验证码', 'Code')}
            hint={text(
              '身份验证器当前显示的 6 位数字；手机不在身边时，输入一个恢复码。',
              'The six digits that your authenticator app shows now; without your phone, one of your recovery codes.',
            )}
            autocomplete="one-time-code"
            inputMode="text"
            maxLength={20}
            isRequired
          />
          <Submit>{t(text('验证并登录', 'Verify and sign in'))}</Submit>
        </Form>
      </Card>
      <p>
        <a href={signInPath('/sign-in', next)}>{t(text('使用其他账号', 'Use another account'))}</a>
      </p>
    </div>
  )
}

const pages: Route[] = [
  page({
    at: 'GET /sign-in',
    operation: 'showSignIn',
    permission: 'page.read',
    summary: text('登录', 'Sign in'),
    query: Next,
    run: async (rx, { query }, reader) => ({
      title: text('登录', 'Sign in'),
      body: (
        <SignIn
          next={localPath(query.next, '')}
          players={reader.isDemo ? await playersOf(rx) : (new Map() as Players)}
        />
      ),
    }),
  }),
  page({
    at: 'GET /sign-in/code',
    operation: 'showSignInCode',
    permission: 'page.read',
    summary: text('两步登录', 'The second step of signing in'),
    query: Next,
    run: (_rx, { query }) => ({
      title: text('两步登录', 'Two-step sign-in'),
      lead: text('密码正确，还差一步。', 'The password is right; one more step.'),
      body: <Code next={localPath(query.next, '')} />,
    }),
  }),
]

/** Whether the page that a demo's newcomer came from is there for the person that they are now. */
async function isSeenBy(request: FastifyRequest, { engine }: RawContext, secret: string): Promise<boolean> {
  const url = localPath(fieldOf(request, '_next'), '')
  if (url === '') return true
  const cookie = `${sessionCookie(engine.kit.settings.publicUrl)}=${secret}`
  const headers = { ...innerHeaders(), cookie, accept: 'text/html' }
  const { statusCode } = await request.server.inject({ method: 'GET', url, remoteAddress: request.ip, headers })
  return statusCode === 200
}

const own = { tag: 'pages', isRoot: true, isHidden: true, isForm: true } as const

/** The forms that give a browser its session, or take it away. */
const handlers: Route[] = [
  raw({
    at: 'POST /sign-in',
    operation: 'sendPassword',
    permission: 'session.open',
    summary: text('登录', 'Sign in'),
    ...own,
    handle: async (request, reply, context) => {
      refuseForgery(request, fieldOf(request, '_csrf'))
      return receivePassword(request, reply, context)
    },
  }),
  raw({
    at: 'POST /sign-in/code',
    operation: 'sendCode',
    permission: 'session.open',
    summary: text('两步登录', 'The second step of signing in'),
    ...own,
    handle: async (request, reply, context) => {
      refuseForgery(request, fieldOf(request, '_csrf'))
      return receiveCode(request, reply, context)
    },
  }),
  raw({
    at: 'POST /demo/enter',
    operation: 'enterDemo',
    permission: 'session.open',
    summary: text('演示：以某个角色进入', 'Demo: enter as a role'),
    ...own,
    handle: async (request, reply, context) => {
      if (!context.engine.kit.settings.isDemo) throw notFound()
      refuseForgery(request, fieldOf(request, '_csrf'))
      const email = fieldOf(request, 'email')
      if (!isDemoPerson(email)) throw notFound()
      const outcome = await context.engine.write(context.actor, { operation: 'enterDemo' }, async cx => {
        const person = (await peopleByEmail(cx, [email])).get(email)
        if (!person) throw notFound()
        await endFormer(cx, request)
        return openWebSession(cx, person.id, deviceOf(request))
      })
      if (outcome.isReplay) throw notFound()
      const { secret } = outcome.value
      return enter(request, reply, secret, context, await isSeenBy(request, context, secret))
    },
  }),
  raw({
    at: 'POST /sign-out',
    operation: 'signOut',
    permission: 'page.read',
    summary: text('退出登录', 'Sign out'),
    ...own,
    handle: async (request, reply, { engine, actor }) => {
      refuseForgery(request, fieldOf(request, '_csrf'))
      const { sessionId } = actor
      if (request.viewer && sessionId)
        await engine.write(actor, { operation: 'signOut' }, cx => endSession(cx, sessionId))
      reply.clearCookie(sessionCookie(engine.kit.settings.publicUrl), { path: '/', secure: request.server.isHttps })
      for (const name of [organizationCookie, forgeryCookie]) reply.clearCookie(name, { path: '/' })
      // what the browser kept of the person's pages goes too: the next one at this machine may be somebody else
      return reply.header('clear-site-data', '"cache"').redirect('/', 303)
    },
  }),
  raw({
    at: 'POST /acting',
    operation: 'chooseOrganization',
    permission: 'person.read-self',
    summary: text('切换所代表的机构', 'Act for another organisation'),
    ...own,
    handle: async (request, reply) => {
      refuseForgery(request, fieldOf(request, '_csrf'))
      const id = fieldOf(request, 'organizationId')
      if (!request.viewer?.memberships.some(each => each.organizationId === id)) throw notFound()
      reply.setCookie(organizationCookie, id, {
        path: '/',
        httpOnly: true,
        sameSite: 'lax',
        secure: request.server.isHttps,
        maxAge: 31_536_000,
      })
      return reply.redirect(localPath(fieldOf(request, '_next'), '/start'), 303)
    },
  }),
  raw({
    at: 'GET /start',
    operation: 'leadToStart',
    permission: 'person.read-self',
    tag: 'identity',
    summary: text('我的工作台', 'To my desk'),
    isRoot: true,
    isHidden: true,
    handle: async (request, reply) =>
      reply.header('cache-control', 'no-store').redirect(startOf(readerOf(request, reply)), 303),
  }),
]

export const signInRoutes: Route[] = [...pages, ...handlers]
