import { Type } from 'typebox'
import { type Route, raw, read, write } from '../../../kernel/http/route.ts'
import { conflict, notFound, stateConflict } from '../../../kernel/problem.ts'
import { text } from '../../../kernel/text.ts'
import { Bilingual, closed, Id, IdParams, Instant, iso, nullable } from '../../../kernel/wire.ts'
import { passwordWrong, samePerson } from '../../identity/index.ts'
import { ReasonBody } from '../wire.ts'
import {
  closeConnectedAccount,
  confirmConnectedAccount,
  ownConnectedAccount,
  refuseConnectedAccount,
  registerConnectedAccount,
} from './accounts.ts'
import { requireGateway } from './gateway.ts'
import { connectedAccountMachine, connectedAccountStates, onlinePaymentOff } from './model.ts'
import type { ConnectedAccount } from './schema.ts'

const tag = 'settlement'
const PasswordBody = closed({ password: Type.String({ minLength: 1, maxLength: 200 }) })
const ConnectedAccountShape = Type.Object({
  id: Id,
  organizationId: Id,
  gateway: Type.String(),
  state: Type.Unsafe<ConnectedAccount['state']>(Type.String({ enum: [...connectedAccountStates] })),
  stateName: Bilingual,
  reason: nullable(Type.String()),
  usableFrom: nullable(Instant),
  createdAt: Instant,
})

const toConnectedAccount = (row: ConnectedAccount) => ({
  id: row.id,
  organizationId: row.organizationId,
  gateway: row.gateway,
  state: row.state,
  stateName: connectedAccountMachine.states[row.state],
  reason: row.reason,
  usableFrom: iso(row.usableFrom),
  createdAt: row.createdAt.toISOString(),
})

export const payeeRoutes: Route[] = [
  write({
    at: 'POST /connected-accounts',
    operation: 'registerConnectedAccount',
    permission: 'connected-account.register',
    tag,
    summary: text('申请通道收款账户', 'Ask for an account with the payment provider'),
    body: PasswordBody,
    secrets: ['password'],
    reply: ConnectedAccountShape,
    status: 201,
    problems: [passwordWrong, onlinePaymentOff, conflict],
    run: async (cx, { body }) => toConnectedAccount(await registerConnectedAccount(cx, body)),
  }),
  read({
    at: 'GET /connected-account',
    operation: 'readConnectedAccount',
    permission: 'connected-account.read',
    tag,
    summary: text('本机构的通道收款账户', "The organisation's account with the payment provider"),
    reply: ConnectedAccountShape,
    run: async rx => {
      const row = await ownConnectedAccount(rx)
      if (!row) throw notFound()
      return toConnectedAccount(row)
    },
  }),
  raw({
    at: 'GET /connected-account/onboard',
    operation: 'onboardConnectedAccount',
    permission: 'connected-account.read',
    tag,
    summary: text('前往通道完善收款资料', 'Go to the provider and give what it asks for'),
    problems: [stateConflict, onlinePaymentOff],
    produces: { type: 'text/plain', description: 'leads (303) to a page of the provider that works once' },
    async handle(_request, reply, { engine, actor }) {
      const gateway = requireGateway(engine.kit)
      const row = await engine.read(actor, ownConnectedAccount)
      if (!row) throw notFound()
      if (!row.externalId || !['onboarding', 'ready'].includes(row.state))
        throw stateConflict(text('账户尚未开通或已停用。', 'The account is not open yet, or not used any more.'))
      const { publicUrl } = engine.kit.settings
      const again = `${publicUrl}/api/v1/connected-account/onboard`
      const link = await gateway.payeeLink(row.externalId, `${publicUrl}/organization/bank-accounts`, again)
      return reply.header('cache-control', 'no-store').redirect(link, 303)
    },
  }),
  write({
    at: 'POST /connected-accounts/:id/close',
    operation: 'closeConnectedAccount',
    permission: 'connected-account.close',
    tag,
    summary: text('停用通道收款账户', 'Use the account with the provider no longer'),
    params: IdParams,
    body: PasswordBody,
    secrets: ['password'],
    reply: ConnectedAccountShape,
    problems: [passwordWrong, stateConflict],
    run: async (cx, { params, body }) => toConnectedAccount(await closeConnectedAccount(cx, params.id, body)),
  }),
  write({
    at: 'POST /connected-accounts/:id/confirm',
    operation: 'confirmConnectedAccount',
    permission: 'connected-account.confirm',
    tag,
    summary: text('确认通道收款账户', 'Confirm an account with the payment provider'),
    params: IdParams,
    reply: ConnectedAccountShape,
    problems: [samePerson, stateConflict],
    run: async (cx, { params }) => toConnectedAccount(await confirmConnectedAccount(cx, params.id)),
  }),
  write({
    at: 'POST /connected-accounts/:id/refuse',
    operation: 'refuseConnectedAccount',
    permission: 'connected-account.refuse',
    tag,
    summary: text('不予开通通道收款账户', 'Refuse an account with the payment provider'),
    params: IdParams,
    body: ReasonBody,
    reply: ConnectedAccountShape,
    problems: [samePerson, stateConflict],
    run: async (cx, { params, body }) => toConnectedAccount(await refuseConnectedAccount(cx, params.id, body.reason)),
  }),
]
