import { Type } from 'typebox'
import { type Route, read, write } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { Bilingual, closed, Id, IdParams, Instant, iso, nullable, pageOf } from '../../kernel/wire.ts'
import { checkOrganization } from './checks.ts'
import {
  disablePerson,
  enablePerson,
  listPeople,
  type PersonRow,
  type Post,
  personNamesOf,
  postsOf,
  readPerson,
} from './people.ts'
import { ReasonBody } from './wire.ts'

const tag = 'identity'

const PostShape = Type.Object({
  organizationId: Id,
  nameZh: Type.String(),
  nameEn: nullable(Type.String()),
  state: Type.String(),
  duties: Type.Array(Type.String()),
})
const AccountShape = Type.Object({
  id: Id,
  name: Type.String(),
  email: Type.String(),
  isDisabled: Type.Boolean(),
  isBlocked: Type.Boolean({ description: 'for some minutes, after too many wrong passwords' }),
  createdAt: Instant,
  signedInAt: nullable(Instant),
  openSessions: Type.Integer(),
  posts: Type.Array(PostShape),
})
const AccountDetail = Type.Object({
  ...AccountShape.properties,
  decisions: Type.Array(
    Type.Object({
      at: Instant,
      isDisabling: Type.Boolean(),
      by: nullable(Type.String()),
      reason: nullable(Type.String()),
    }),
  ),
})
const ChecksShape = Type.Array(
  Type.Object({
    code: Type.String(),
    title: Bilingual,
    verdict: Type.String({ enum: ['clear', 'attention', 'failed'] }),
    finding: Bilingual,
    others: Type.Array(Type.Object({ id: Id, nameZh: Type.String(), state: Type.String() })),
  }),
)

const toAccount = (row: PersonRow, posts: readonly Post[]) => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  signedInAt: iso(row.signedInAt),
  posts: posts.map(post => ({ ...post, duties: [...post.duties] })),
})

async function toAccountOf(rx: Parameters<typeof readPerson>[0], id: string) {
  const { person, posts } = await readPerson(rx, id)
  return toAccount(person, posts)
}

async function toDetail(rx: Parameters<typeof readPerson>[0], id: string) {
  const { person, posts, decisions } = await readPerson(rx, id)
  const names = await personNamesOf(rx, decisions)
  return {
    ...toAccount(person, posts),
    decisions: decisions.map(({ at, isDisabling, by, reason }) => ({
      at: at.toISOString(),
      isDisabling,
      by: by && (names.get(by) ?? null),
      reason,
    })),
  }
}

export const peopleRoutes: Route[] = [
  read({
    at: 'GET /persons',
    operation: 'listPeople',
    permission: 'person.list',
    tag,
    summary: text('用户列表', 'People with an account'),
    query: closed({
      ...PageQuery,
      q: Type.Optional(Type.String({ maxLength: 100, description: 'part of a name or an address' })),
      isDisabled: Type.Optional(Type.Boolean()),
    }),
    reply: pageOf(AccountShape),
    run: async (rx, { query }) => {
      const { items, next } = await listPeople(rx, query)
      const posts = await postsOf(
        rx,
        items.map(row => row.id),
      )
      return { items: items.map(row => toAccount(row, posts.get(row.id) ?? [])), next }
    },
  }),
  read({
    at: 'GET /persons/:id',
    operation: 'readPerson',
    permission: 'person.read',
    tag,
    summary: text('用户详情', 'One account'),
    params: IdParams,
    reply: AccountDetail,
    run: (rx, { params }) => toDetail(rx, params.id),
  }),
  write({
    at: 'POST /persons/:id/disable',
    operation: 'disablePerson',
    permission: 'person.disable',
    tag,
    summary: text('停用账号（结束其全部登录）', 'Disable an account and end its sessions'),
    params: IdParams,
    body: ReasonBody,
    reply: AccountShape,
    problems: [ruleViolated, stateConflict],
    run: async (cx, { params, body }) => {
      await disablePerson(cx, params.id, body.reason)
      return toAccountOf(cx, params.id)
    },
  }),
  write({
    at: 'POST /persons/:id/enable',
    operation: 'enablePerson',
    permission: 'person.enable',
    tag,
    summary: text('恢复账号', 'Enable an account again'),
    params: IdParams,
    body: ReasonBody,
    reply: AccountShape,
    problems: [stateConflict],
    run: async (cx, { params, body }) => {
      await enablePerson(cx, params.id, body.reason)
      return toAccountOf(cx, params.id)
    },
  }),
  read({
    at: 'GET /organizations/:id/checks',
    operation: 'checkOrganization',
    permission: 'organization.check',
    tag: 'organizations',
    summary: text('机构核验要点（自动检查）', 'What speaks for and against an organisation'),
    params: IdParams,
    reply: ChecksShape,
    run: async (rx, { params }) =>
      (await checkOrganization(rx, params.id)).map(check => ({ ...check, others: [...check.others] })),
  }),
]
