import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { refuseForgery } from '../../kernel/http/forgery.ts'
import { innerHeaders } from '../../kernel/http/inner.ts'
import { languageOf } from '../../kernel/http/language.ts'
import { type RawContext, type Route, raw } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { openWebSession } from '../../modules/identity/index.ts'
import { useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { localPath, showAgain } from '../../web/forms.ts'
import { Card } from '../../web/parts.tsx'
import type { ProblemDocument } from '../../web/state.ts'
import { page } from '../page.tsx'
import { deviceOf, endFormer, enter, fieldOf, signInPath } from './entering.ts'
import { Along } from './signin.tsx'

function SignUp({ next }: { next: string }) {
  const t = useWords()
  return (
    <div class="narrow">
      <Card>
        <Form to="POST /sign-up" isOwn data-guard>
          <Along next={next} />
          <Field name="name" label={text('姓名', 'Name')} autocomplete="name" maxLength={100} isRequired />
          <Field
            name="email"
            kind="email"
            label={text('邮箱', 'E-mail')}
            hint={text(
              '用于登录；同事也按此邮箱把您加入机构。',
              'For signing in; colleagues add you to an organisation by it.',
            )}
            autocomplete="username"
            isRequired
          />
          <Field
            name="password"
            kind="password"
            label={text('密码', 'Password')}
            hint={text(
              '至少 8 个字符，建议用几个不相关的词；不要求大小写或符号。',
              'At least 8 characters; a few unrelated words are best. No rules about capitals or signs.',
            )}
            autocomplete="new-password"
            isRequired
          />
          <p class="form-hint">
            {t(
              text(
                '账号属于您本人。我们如何处理个人信息，见',
                'The account is yours. How we treat personal data: see ',
              ),
            )}
            <a href="/privacy">{t(text('隐私说明', 'Privacy'))}</a>
            {t(text('。', '.'))}
          </p>
          <Submit>{t(text('注册并登录', 'Make the account and sign in'))}</Submit>
        </Form>
      </Card>
      <p>
        {t(text('已有账号？', 'You have one?'))} <a href={signInPath('/sign-in', next)}>{t(text('登录', 'Sign in'))}</a>
      </p>
    </div>
  )
}

/** Makes the account as the API does, so that it is checked in the same way and in the same words. */
async function register(request: FastifyRequest, body: object) {
  const reply = await request.server.inject({
    method: 'POST',
    url: '/api/v1/persons',
    remoteAddress: request.ip,
    headers: {
      ...innerHeaders(),
      accept: 'application/json',
      'accept-language': languageOf(request),
      'content-type': 'application/json',
    },
    payload: JSON.stringify(body),
  })
  return { status: reply.statusCode, answer: reply.json<Record<string, unknown>>() }
}

async function receive(request: FastifyRequest, reply: FastifyReply, context: RawContext) {
  const [name, email, password] = ['name', 'email', 'password'].map(field => fieldOf(request, field))
  const { status, answer } = await register(request, { name, email, password })
  if (status >= 300) {
    const problem = answer as unknown as ProblemDocument
    const address = signInPath('/sign-up', localPath(fieldOf(request, '_next'), ''))
    const values = { name: [name ?? ''], email: [email ?? ''] }
    const shown = await showAgain(request, reply, address, { to: 'POST /sign-up', values, problem }, { status })
    if (!shown) throw new Error('the page of a refused registration cannot be shown')
    return reply
  }
  const outcome = await context.engine.write(context.actor, { operation: 'openWebSession' }, async cx => {
    await endFormer(cx, request)
    return openWebSession(cx, String(answer.id), deviceOf(request))
  })
  if (outcome.isReplay) throw new Error('a session is never a replay')
  return enter(request, reply, outcome.value.secret, context)
}

export const signUpRoutes: Route[] = [
  page({
    at: 'GET /sign-up',
    operation: 'showSignUp',
    permission: 'page.read',
    summary: text('注册账号', 'Make an account'),
    query: { next: Type.Optional(Type.String({ maxLength: 2000 })) },
    run: (_rx, { query }) => ({
      title: text('注册账号', 'Make an account'),
      lead: text(
        '先注册个人账号，再注册或加入机构。',
        'First an account for yourself; then register an organisation, or be added to one.',
      ),
      body: <SignUp next={localPath(query.next, '')} />,
    }),
  }),
  raw({
    at: 'POST /sign-up',
    operation: 'signUp',
    permission: 'person.register',
    tag: 'pages',
    summary: text('注册账号', 'Make an account'),
    isRoot: true,
    isHidden: true,
    isForm: true,
    handle: async (request, reply, context) => {
      refuseForgery(request, fieldOf(request, '_csrf'))
      return receive(request, reply, context)
    },
  }),
]
