import { Type } from 'typebox'
import { type Route, read, write } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { Bilingual, closed, Id, IdParams, Instant, iso, nullable, pageOf, Sha256 } from '../../kernel/wire.ts'
import { askPull, endPull, listTries, type PullInput, pausePull, readPull, resumePull, setPull } from './pulling.ts'
import {
  type Auth,
  attachingWords,
  auths,
  pullFormats,
  pullMachine,
  type Rhythm,
  rhythms,
  tryWords,
} from './pullingmodel.ts'
import type { PullRow, PullTryRow } from './schema.ts'

const tag = 'resources'
const names = (of: object) => Type.String({ enum: Object.keys(of) })

const PullBody = closed({
  url: Type.String({
    minLength: 1,
    maxLength: 2000,
    description: 'https address of the file; hosts of private networks only where the operator names them',
    examples: ['https://data.example.gov.cn/divisions.csv'],
  }),
  format: Type.String({ enum: [...pullFormats] }),
  rhythm: Type.Optional(
    Type.String({ enum: Object.keys(rhythms), description: 'follows from the update cycle unless given' }),
  ),
  day: Type.Optional(
    nullable(Type.Integer({ minimum: 1, maximum: 28, description: 'weekday 1 (Monday) to 7, or day of the month' })),
  ),
  hour: Type.Optional(Type.Integer({ minimum: 0, maximum: 23, description: 'hour of the day, Asia/Shanghai' })),
  auth: Type.Optional(names(auths)),
  userName: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 200, pattern: '^[^:\\u0000-\\u001f]+$' }))),
  secret: Type.Optional(
    nullable(
      Type.String({
        minLength: 1,
        maxLength: 4000,
        description: 'token or password; kept sealed, never answered; absent keeps the present one for the same server',
      }),
    ),
  ),
  isAutomatic: Type.Optional(Type.Boolean({ description: 'attach a new version once the gate has released it' })),
})

const PullShape = Type.Object({
  id: Id,
  entryId: Id,
  state: names(pullMachine.states),
  url: Type.String(),
  format: Type.String({ enum: [...pullFormats] }),
  rhythm: names(rhythms),
  day: nullable(Type.Integer()),
  hour: Type.Integer(),
  auth: names(auths),
  userName: nullable(Type.String()),
  hasSecret: Type.Boolean(),
  isAutomatic: Type.Boolean(),
  nextAt: nullable(Instant),
  failures: Type.Integer({ description: 'tries in a row that failed' }),
  changedAt: Instant,
})

const TryShape = Type.Object({
  id: Id,
  state: names(tryWords),
  isAsked: Type.Boolean({ description: 'out of turn, by a person' }),
  startedAt: Instant,
  endedAt: nullable(Instant),
  status: nullable(Type.Integer({ description: 'what the server answered last' })),
  bytes: nullable(Type.Integer()),
  sha256: nullable(Sha256),
  dataVersionId: nullable(Id),
  failure: nullable(Type.Object({ message: Bilingual, remedy: Bilingual })),
  attaching: nullable(names(attachingWords)),
  refusal: nullable(Bilingual),
})

const toPull = (row: PullRow) => ({
  id: row.id,
  entryId: row.entryId,
  state: row.state,
  url: row.url,
  format: row.format as (typeof pullFormats)[number],
  rhythm: row.rhythm,
  day: row.day,
  hour: row.hour,
  auth: row.auth,
  userName: row.userName,
  hasSecret: row.sealedSecret !== null,
  isAutomatic: row.isAutomatic,
  nextAt: iso(row.nextAt),
  failures: row.failures,
  changedAt: row.changedAt.toISOString(),
})

const toTry = (row: PullTryRow) => ({
  id: row.id,
  state: row.state,
  isAsked: row.askedBy !== null,
  startedAt: row.startedAt.toISOString(),
  endedAt: iso(row.endedAt),
  status: row.status,
  bytes: row.bytes,
  sha256: row.sha256,
  dataVersionId: row.dataVersionId,
  failure: row.failure,
  attaching: row.attaching,
  refusal: row.refusal,
})

const step = (
  name: string,
  operation: string,
  zh: string,
  en: string,
  run: typeof pausePull,
  status: 200 | 202 = 200,
) =>
  write({
    at: `POST /resources/:id/pull/${name}`,
    operation,
    permission: 'resource.pull',
    tag,
    summary: text(zh, en),
    params: IdParams,
    reply: PullShape,
    status,
    problems: [stateConflict],
    run: async (cx, { params }) => toPull(await run(cx, params.id)),
  })

export const pullRoutes: Route[] = [
  write({
    at: 'POST /resources/:id/pull',
    operation: 'setPull',
    permission: 'resource.pull',
    tag,
    summary: text('设置定时获取数据', 'Have the data fetched on a schedule'),
    params: IdParams,
    body: PullBody,
    reply: PullShape,
    secrets: ['secret'],
    run: async (cx, { params, body }) => {
      const { rhythm, auth, ...rest } = body
      const input: PullInput = {
        ...rest,
        ...(rhythm && { rhythm: rhythm as Rhythm }),
        ...(auth && { auth: auth as Auth }),
      }
      return toPull(await setPull(cx, params.id, input))
    },
  }),
  read({
    at: 'GET /resources/:id/pull',
    operation: 'readPull',
    permission: 'resource.read-pull',
    tag,
    summary: text('定时获取的设置和状态', 'How the data is fetched'),
    params: IdParams,
    reply: PullShape,
    run: async (rx, { params }) => toPull(await readPull(rx, params.id)),
  }),
  read({
    at: 'GET /resources/:id/pull/tries',
    operation: 'listPullTries',
    permission: 'resource.read-pull',
    tag,
    summary: text('历次获取', 'The tries to fetch'),
    params: IdParams,
    query: closed(PageQuery),
    reply: pageOf(TryShape),
    run: async (rx, { params, query }) => {
      const page = await listTries(rx, params.id, query)
      return { ...page, items: page.items.map(toTry) }
    },
  }),
  step('ask', 'askPull', '立即获取', 'Fetch now', askPull, 202),
  step('pause', 'pausePull', '暂停定时获取', 'Pause the fetching', pausePull),
  step('resume', 'resumePull', '恢复定时获取', 'Resume the fetching', resumePull),
  step('end', 'endPull', '取消定时获取', 'End the fetching', endPull),
]
