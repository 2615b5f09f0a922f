import { type TSchema, Type } from 'typebox'
import type { Cx } from '../../kernel/command.ts'
import { type Route, read, write } from '../../kernel/http/route.ts'
import { PageQuery, toPage } from '../../kernel/page.ts'
import { conflict, forbidden, ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { closed, Id, IdParams, Instant, iso, nullable, pageOf } from '../../kernel/wire.ts'
import { ReasonBody, samePerson } from '../identity/index.ts'
import { confirmFreeze, declineFreeze, keepFreeze, liftFreeze, proposeFreeze, proposeFreezeLifting } from './freeze.ts'
import { freezeMachine } from './freezemodel.ts'
import { listFreezes, readFreeze } from './freezequeries.ts'
import type { Freeze } from './schema.ts'

const tag = 'orders'
const states = Object.keys(freezeMachine.states) as Freeze['state'][]
const State = Type.Unsafe<Freeze['state']>(Type.String({ enum: states }))

const ProposeFreezeBody = closed({
  contractId: Id,
  reason: Type.String({
    minLength: 10,
    maxLength: 2000,
    pattern: '\\S',
    description: 'served on both parties',
    examples: ['涉嫌超范围使用个人信息，正在调查'],
  }),
  basis: Type.String({
    minLength: 4,
    maxLength: 500,
    pattern: '\\S',
    description: 'the article or document',
    examples: ['《数据安全法》第四十四条'],
  }),
  isDeliveryStopped: Type.Optional(Type.Boolean({ description: 'stop downloads as well; they go on otherwise' })),
})

const FreezeShape = Type.Object({
  id: Id,
  contractId: Id,
  organizationId: Id,
  state: State,
  reason: Type.String(),
  basis: Type.String(),
  isDeliveryStopped: Type.Boolean(),
  proposedAt: Instant,
  decidedAt: nullable(Instant),
  declineReason: nullable(Type.String()),
  liftReason: nullable(Type.String()),
  liftingAt: nullable(Instant),
  liftedAt: nullable(Instant),
  rulePack: Type.String(),
})

const toFreeze = (row: Freeze) => ({
  ...row,
  proposedAt: row.proposedAt.toISOString(),
  decidedAt: iso(row.decidedAt),
  liftingAt: iso(row.liftingAt),
  liftedAt: iso(row.liftedAt),
})

/** `POST /freezes/:id/<path>`: one move of its life cycle. */
const act = <B extends TSchema | undefined>(
  path: string,
  operation: string,
  summary: Text,
  body: B,
  run: (cx: Cx, id: string, body: never) => Promise<Freeze>,
): Route =>
  write({
    at: `POST /freezes/:id/${path}`,
    operation,
    permission: `freeze.${path}`,
    tag,
    summary,
    params: IdParams,
    ...(body && { body }),
    reply: FreezeShape,
    problems: [stateConflict, ...(body ? [] : [samePerson])],
    run: async (cx, input) => toFreeze(await run(cx, input.params.id, input.body as never)),
  })

interface Because {
  readonly reason: string
}

export const freezeRoutes: Route[] = [
  read({
    at: 'GET /freezes',
    operation: 'listFreezes',
    permission: 'freeze.list',
    tag,
    summary: text('交易冻结（新的在前）', 'Freezes of trades, the latest first'),
    query: closed({ ...PageQuery, contractId: Type.Optional(Id), state: Type.Optional(State) }),
    reply: pageOf(FreezeShape),
    run: async (rx, { query }) => toPage(await listFreezes(rx, query), query.limit ?? 20, row => [row.id], toFreeze),
  }),
  read({
    at: 'GET /freezes/:id',
    operation: 'readFreeze',
    permission: 'freeze.read',
    tag,
    summary: text('一项交易冻结', 'One freeze of a trade'),
    params: IdParams,
    reply: FreezeShape,
    run: async (rx, { params }) => toFreeze(await readFreeze(rx, params.id)),
  }),
  write({
    at: 'POST /freezes',
    operation: 'proposeFreeze',
    permission: 'freeze.propose',
    tag,
    summary: text('提请冻结一笔交易', 'Propose to freeze a trade'),
    body: ProposeFreezeBody,
    reply: FreezeShape,
    status: 201,
    problems: [forbidden, ruleViolated, conflict],
    run: async (cx, { body }) => toFreeze(await proposeFreeze(cx, body)),
  }),
  act('confirm', 'confirmFreeze', text('复核并冻结', 'Confirm the freeze'), undefined, (cx, id) =>
    confirmFreeze(cx, id),
  ),
  act('decline', 'declineFreeze', text('不予冻结', 'Do not freeze'), ReasonBody, (cx, id, { reason }: Because) =>
    declineFreeze(cx, id, reason),
  ),
  act(
    'propose-lifting',
    'proposeFreezeLifting',
    text('提请解除冻结', 'Propose to lift the freeze'),
    ReasonBody,
    (cx, id, { reason }: Because) => proposeFreezeLifting(cx, id, reason),
  ),
  act('keep', 'keepFreeze', text('维持冻结', 'Keep the freeze'), ReasonBody, (cx, id, { reason }: Because) =>
    keepFreeze(cx, id, reason),
  ),
  act('lift', 'liftFreeze', text('复核并解除冻结', 'Lift the freeze'), undefined, (cx, id) => liftFreeze(cx, id)),
]
