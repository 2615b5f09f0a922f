import { and, desc, eq, inArray, lte, notInArray } from 'drizzle-orm'
import type { Cx, Rx } from '../../../kernel/command.ts'
import { constraintMeans } from '../../../kernel/db/errors.ts'
import { newId } from '../../../kernel/ids.ts'
import { nextState } from '../../../kernel/machine.ts'
import { conflict, notFound, stateConflict } from '../../../kernel/problem.ts'
import { rulesAt } from '../../../kernel/rulepack.ts'
import { text } from '../../../kernel/text.ts'
import { organizationOf, reauthenticate, requireOrganization, samePerson } from '../../identity/index.ts'
import { usableFrom } from '../model.ts'
import { usableAccountOf } from '../payee.ts'
import { requireGateway } from './gateway.ts'
import { proposeIntent } from './intents.ts'
import { connectedAccountMachine } from './model.ts'
import type { PayeeFact } from './port.ts'
import { type ConnectedAccount, connectedAccount } from './schema.ts'

constraintMeans('connected_account_one', () =>
  conflict(text('本机构已有通道收款账户。', 'The organisation has an account with the provider already.')),
)

async function moveConnected(
  cx: Cx,
  row: ConnectedAccount,
  move: keyof typeof connectedAccountMachine.moves,
  change: Partial<ConnectedAccount> = {},
): Promise<ConnectedAccount> {
  const state = nextState(connectedAccountMachine, row.state, move)
  const [moved] = await cx.tx
    .update(connectedAccount)
    .set({ ...change, state, changedAt: cx.now })
    .where(eq(connectedAccount.id, row.id))
    .returning()
  const { organizationId } = row
  const { reason, externalId } = moved!
  const facts = { organizationId, from: row.state, to: state, reason, externalId, usableFrom: moved!.usableFrom }
  cx.audit(`connected-account.${move}`, ['connected-account', row.id], facts)
  cx.emit('settlement.connected-account-moved', { accountId: row.id, organizationId, move, reason })
  return moved!
}

async function lockConnected(cx: Cx, id: string): Promise<ConnectedAccount> {
  const [row] = await cx.tx.select().from(connectedAccount).where(eq(connectedAccount.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

/**
 * The own organisation wants its shares of online payments on an account with the provider; the operator confirms it.
 * @throws password-wrong, online-payment-off, conflict when it has one
 */
export async function registerConnectedAccount(cx: Cx, { password }: { password: string }): Promise<ConnectedAccount> {
  const gateway = requireGateway(cx.kit)
  const organizationId = requireOrganization(cx.actor)
  await reauthenticate(cx, password)
  const id = newId()
  const [row] = await cx.tx
    .insert(connectedAccount)
    .values({
      id,
      gateway: gateway.code,
      organizationId,
      state: connectedAccountMachine.initial as ConnectedAccount['state'],
      registeredBy: cx.actor.personId!,
      rulePack: rulesAt(cx.now).ref,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  cx.audit('connected-account.register', ['connected-account', id], { organizationId, gateway: gateway.code })
  return row!
}

/** Whether money went elsewhere before: then the change takes the cooling period (I20). */
async function wasPaidElsewhere(cx: Cx, organizationId: string): Promise<boolean> {
  if (await usableAccountOf(cx, organizationId)) return true
  const rows = await cx.tx
    .select({ id: connectedAccount.id })
    .from(connectedAccount)
    .where(and(eq(connectedAccount.organizationId, organizationId), eq(connectedAccount.state, 'closed')))
    .limit(1)
  return rows.length > 0
}

/**
 * The operator confirms it: the provider opens an account, about which the organisation then tells it, and it is paid to
 * after the cooling period where money went elsewhere before. @throws same-person, state-conflict, not-found
 */
export async function confirmConnectedAccount(cx: Cx, id: string): Promise<ConnectedAccount> {
  const row = await lockConnected(cx, id)
  nextState(connectedAccountMachine, row.state, 'confirm')
  if (row.registeredBy === cx.actor.personId) throw samePerson()
  const { nameZh } = await organizationOf(cx, row.organizationId)
  const pack = rulesAt(cx.now)
  const confirmed = await moveConnected(cx, row, 'confirm', {
    decidedBy: cx.actor.personId,
    usableFrom: usableFrom(cx.now, await wasPaidElsewhere(cx, row.organizationId), pack),
    rulePack: pack.ref,
  })
  await proposeIntent(cx, {
    gateway: row.gateway,
    kind: 'open-payee',
    aggregate: `connected-account/${id}`,
    subjectId: id,
    request: { accountId: id, organizationId: row.organizationId, name: nameZh },
  })
  return confirmed
}

/** The operator refuses it, with the reason. @throws same-person, state-conflict, not-found */
export async function refuseConnectedAccount(cx: Cx, id: string, reason: string): Promise<ConnectedAccount> {
  const row = await lockConnected(cx, id)
  if (row.state !== 'submitted') throw stateConflict(text('该账户已处理。', 'It was decided already.'))
  if (row.registeredBy === cx.actor.personId) throw samePerson()
  return moveConnected(cx, row, 'refuse', { decidedBy: cx.actor.personId, reason })
}

/** The own organisation is paid by bank again. @throws password-wrong, state-conflict, not-found for another's */
export async function closeConnectedAccount(
  cx: Cx,
  id: string,
  { password }: { password: string },
): Promise<ConnectedAccount> {
  const row = await lockConnected(cx, id)
  if (row.organizationId !== requireOrganization(cx.actor)) throw notFound()
  await reauthenticate(cx, password)
  return moveConnected(cx, row, 'close')
}

/** What the provider says of an account; ready and not ready follow each other as often as it says so. */
export async function applyPayee(cx: Cx, fact: PayeeFact): Promise<void> {
  const where = fact.accountId ? eq(connectedAccount.id, fact.accountId) : eq(connectedAccount.externalId, fact.ref)
  const [row] = await cx.tx.select().from(connectedAccount).where(where).for('update')
  if (!row) return
  const externalId = fact.ref
  if (row.state === 'opening') await moveConnected(cx, row, fact.isReady ? 'enable' : 'begin', { externalId })
  else if (row.state === 'onboarding' && fact.isReady) await moveConnected(cx, row, 'enable')
  else if (row.state === 'ready' && !fact.isReady) await moveConnected(cx, row, 'restrict')
}

/** The provider would not open it. */
export async function failPayee(cx: Cx, id: string, reason: string): Promise<void> {
  const row = await lockConnected(cx, id)
  if (row.state === 'opening') await moveConnected(cx, row, 'refuse', { reason })
}

/** The account that a vendor can be paid to through the provider now. */
export async function readyAccountOf(rx: Rx, organizationId: string): Promise<ConnectedAccount | undefined> {
  const [row] = await rx.tx
    .select()
    .from(connectedAccount)
    .where(
      and(
        eq(connectedAccount.organizationId, organizationId),
        eq(connectedAccount.state, 'ready'),
        lte(connectedAccount.usableFrom, rx.now),
      ),
    )
  return row
}

/** The account of the own organisation: the one that is used or under way, else the last that was. */
export async function ownConnectedAccount(rx: Rx): Promise<ConnectedAccount | undefined> {
  const own = eq(connectedAccount.organizationId, requireOrganization(rx.actor))
  const [open] = await rx.tx
    .select()
    .from(connectedAccount)
    .where(and(own, notInArray(connectedAccount.state, ['refused', 'closed'])))
  if (open) return open
  const [last] = await rx.tx.select().from(connectedAccount).where(own).orderBy(desc(connectedAccount.id)).limit(1)
  return last
}

/** Accounts that wait for the operator. */
export const connectedAccountsToConfirm = (rx: Rx): Promise<ConnectedAccount[]> =>
  rx.tx
    .select()
    .from(connectedAccount)
    .where(inArray(connectedAccount.state, ['submitted']))
    .orderBy(connectedAccount.id)
    .limit(100)
