import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Cx } from '../../kernel/command.ts'
import { type RawContext, type Route, raw, read, write } from '../../kernel/http/route.ts'
import { notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { closed, IdParams } from '../../kernel/wire.ts'
import {
  type Credentials,
  changePassword,
  endOtherSessions,
  endSession,
  refreshSession,
  registerPerson,
  type SignIn,
  signIn,
  updatePerson,
} from './account.ts'
import { codeRequired, codeWrong, passwordWrong, requiresTwoStep, signInFailed } from './model.ts'
import { listMembers, listSessions, whoAmI } from './queries.ts'
import { setMember } from './service.ts'
import { createApiToken, listApiTokens, revokeApiToken } from './token.ts'
import { twoStepStanding } from './twostep.ts'
import {
  ApiTokenBody,
  ApiTokenShape,
  ChangePasswordBody,
  Done,
  MemberBody,
  MemberShape,
  MeShape,
  PersonShape,
  RefreshBody,
  RegisterPersonBody,
  SessionShape,
  SignInBody,
  TokensShape,
  toApiToken,
  UpdatePersonBody,
} from './wire.ts'

const tag = 'identity'

/** Commits what a sign-in did, then answers with the tokens or the refusal. */
async function answer(
  { engine, actor }: RawContext,
  reply: FastifyReply,
  operation: string,
  work: (cx: Cx) => Promise<SignIn>,
) {
  const outcome = await engine.write(actor, { operation }, work)
  const result = outcome.isReplay ? undefined : outcome.value
  if (!result || 'refusal' in result) throw result?.refusal ?? signInFailed()
  return reply.header('cache-control', 'no-store').send(result.tokens)
}

const deviceOf = (request: FastifyRequest) => request.headers['user-agent'] ?? ''

const accounts: Route[] = [
  write({
    at: 'POST /persons',
    operation: 'registerPerson',
    permission: 'person.register',
    tag,
    summary: text('注册个人账号', 'Make an account for a person'),
    body: RegisterPersonBody,
    reply: PersonShape,
    status: 201,
    hasSecretReply: true,
    run: (cx, { body }) => registerPerson(cx, body),
  }),
  raw({
    at: 'POST /sessions',
    operation: 'signIn',
    permission: 'session.open',
    tag,
    summary: text('登录', 'Sign in'),
    body: SignInBody,
    problems: [signInFailed, codeRequired, codeWrong],
    produces: {
      type: 'application/json',
      description: 'access token (10 minutes) and refresh token (works once)',
      schema: TokensShape,
    },
    handle: (request, reply, context) =>
      answer(context, reply, 'signIn', cx => signIn(cx, request.body as Credentials, deviceOf(request))),
  }),
  raw({
    at: 'POST /sessions/refresh',
    operation: 'refreshSession',
    permission: 'session.refresh',
    tag,
    summary: text('刷新访问令牌', 'Exchange a refresh token'),
    body: RefreshBody,
    produces: {
      type: 'application/json',
      description: 'new tokens; the old refresh token is used up',
      schema: TokensShape,
    },
    handle: (request, reply, context) =>
      answer(context, reply, 'refreshSession', cx => refreshSession(cx, request.body as { refreshToken: string })),
  }),
  read({
    at: 'GET /sessions',
    operation: 'listSessions',
    permission: 'session.list',
    tag,
    summary: text('我的登录', 'My sessions'),
    reply: Type.Array(SessionShape),
    run: async rx =>
      (await listSessions(rx)).map(s => ({
        id: s.id,
        device: s.device,
        createdAt: s.createdAt.toISOString(),
        seenAt: s.seenAt?.toISOString() ?? null,
        isCurrent: s.id === rx.actor.sessionId,
      })),
  }),
  write({
    at: 'DELETE /sessions/:id',
    operation: 'endSession',
    permission: 'session.end',
    tag,
    summary: text('结束登录', 'End a session'),
    params: IdParams,
    reply: Done,
    run: async (cx, { params }) => {
      await endSession(cx, params.id)
      return { isDone: true }
    },
  }),
  write({
    at: 'DELETE /sessions',
    operation: 'endOtherSessions',
    permission: 'session.end-others',
    tag,
    summary: text('结束其他全部登录', 'End every other session'),
    reply: Type.Object({ ended: Type.Integer() }),
    run: async cx => ({ ended: await endOtherSessions(cx) }),
  }),
  write({
    at: 'PATCH /me',
    operation: 'updatePerson',
    permission: 'person.update',
    tag,
    summary: text('修改姓名', 'Change the own name'),
    body: UpdatePersonBody,
    reply: Done,
    run: async (cx, { body }) => {
      await updatePerson(cx, body)
      return { isDone: true }
    },
  }),
  write({
    at: 'POST /me/password',
    operation: 'changePassword',
    permission: 'person.change-password',
    tag,
    summary: text('修改密码', 'Change the password'),
    body: ChangePasswordBody,
    reply: Done,
    hasSecretReply: true,
    problems: [passwordWrong],
    run: async (cx, { body }) => {
      await changePassword(cx, body)
      return { isDone: true }
    },
  }),
  read({
    at: 'GET /me',
    operation: 'whoAmI',
    permission: 'person.read-self',
    tag,
    summary: text('我和我代表的机构', 'Myself and the organisations I act for'),
    reply: MeShape,
    run: async rx => {
      const { person, memberships } = await whoAmI(rx)
      const isRequired =
        !rx.kit.settings.isDemo && memberships.some(m => requiresTwoStep(m.duties, m.organization.roles))
      return {
        person,
        twoStep: { ...(await twoStepStanding(rx)), isRequired },
        memberships: memberships.map(({ organization: o, duties }) => ({
          organizationId: o.id,
          nameZh: o.nameZh,
          nameEn: o.nameEn,
          state: o.state,
          roles: o.roles,
          duties,
        })),
      }
    },
  }),
]

const teams: Route[] = [
  read({
    at: 'GET /members',
    operation: 'listMembers',
    permission: 'member.list',
    tag,
    summary: text('本机构成员', 'Members of the own organisation'),
    reply: Type.Array(MemberShape),
    run: rx => listMembers(rx),
  }),
  write({
    at: 'PUT /members',
    operation: 'setMember',
    permission: 'member.set',
    tag,
    summary: text('设置成员职责', "Set a member's duties; an empty list removes them"),
    body: MemberBody,
    reply: Done,
    run: async (cx, { body }) => {
      await setMember(cx, body)
      return { isDone: true }
    },
  }),
  read({
    at: 'GET /api-tokens',
    operation: 'listApiTokens',
    permission: 'api-token.list',
    tag,
    summary: text('本机构的接口令牌', "The organisation's API tokens"),
    reply: Type.Array(ApiTokenShape),
    run: async rx => (await listApiTokens(rx)).map(row => toApiToken(row)),
  }),
  write({
    at: 'POST /api-tokens',
    operation: 'createApiToken',
    permission: 'api-token.create',
    tag,
    summary: text('新建接口令牌（只显示一次）', 'Make an API token (shown once)'),
    body: ApiTokenBody,
    reply: ApiTokenShape,
    status: 201,
    hasSecretReply: true,
    run: async (cx, { body }) => toApiToken(await createApiToken(cx, body)),
  }),
  write({
    at: 'DELETE /api-tokens/:id',
    operation: 'revokeApiToken',
    permission: 'api-token.revoke',
    tag,
    summary: text('吊销接口令牌', 'Revoke an API token'),
    params: closed({ id: IdParams.properties.id }),
    reply: Done,
    problems: [notFound],
    run: async (cx, { params }) => {
      await revokeApiToken(cx, params.id)
      return { isDone: true }
    },
  }),
]

export const personRoutes: Route[] = [...accounts, ...teams]
