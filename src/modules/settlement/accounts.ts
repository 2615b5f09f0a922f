import { and, eq } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { conflict, invalidInput, notFound } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { organizationOf, reauthenticate, requireOrganization, samePerson } from '../identity/index.ts'
import { accountMachine, tailOf, tidyAccountNumber, usableFrom } from './model.ts'
import { holdPayouts } from './payouts.ts'
import { type BankAccount, bankAccount } from './schema.ts'
import { sealNumber } from './sealing.ts'

const inProgress = () =>
  conflict(text('同一机构的账户正在办理，请刷新。', 'Another account is being registered; reload.'))
constraintMeans('bank_account_one_confirmed', inProgress)
constraintMeans('bank_account_one_submitted', inProgress)

export interface BankAccountInput {
  readonly bankName: string
  readonly bankCode?: string
  readonly accountNumber: string
  /** the acting person's sign-in password: a change of where money goes takes a fresh proof (I20) */
  readonly password: string
}

function requireNumber(typed: string): string {
  const accountNumber = tidyAccountNumber(typed)
  if (accountNumber) return accountNumber
  throw invalidInput(undefined, {
    errors: [
      {
        pointer: '/accountNumber',
        message: text('不是有效的银行账号', 'is not an account number'),
        remedy: text('填写 8–32 位数字或字母', 'give its 8–32 digits or letters'),
      },
    ],
  })
}

async function moveAccount(
  cx: Cx,
  row: BankAccount,
  move: keyof typeof accountMachine.moves,
  change: Partial<BankAccount> = {},
): Promise<BankAccount> {
  const state = nextState(accountMachine, row.state, move)
  const [moved] = await cx.tx
    .update(bankAccount)
    .set({ ...change, state, changedAt: cx.now })
    .where(eq(bankAccount.id, row.id))
    .returning()
  cx.audit(`bank-account.${move}`, ['bank-account', row.id], {
    organizationId: row.organizationId,
    from: row.state,
    to: state,
    numberTail: row.numberTail,
    reason: change.reason ?? null,
    usableFrom: change.usableFrom ?? null,
  })
  const { organizationId, numberTail } = row
  const reason = change.reason ?? null
  cx.emit('settlement.bank-account-moved', { accountId: row.id, organizationId, numberTail, move, reason })
  return moved!
}

async function lockOf(cx: Cx, organizationId: string, state: 'submitted' | 'confirmed') {
  const [row] = await cx.tx
    .select()
    .from(bankAccount)
    .where(and(eq(bankAccount.organizationId, organizationId), eq(bankAccount.state, state)))
    .for('update')
  return row
}

/**
 * Registers the bank account of the own organisation, in its own name; the operator confirms it. One that waits for
 * confirmation is withdrawn by the new one. @throws password-wrong, invalid-input
 */
export async function registerBankAccount(cx: Cx, input: BankAccountInput): Promise<BankAccount> {
  const organizationId = requireOrganization(cx.actor)
  await reauthenticate(cx, input.password)
  const accountNumber = requireNumber(input.accountNumber)
  const owner = await organizationOf(cx, organizationId)
  const before = await lockOf(cx, organizationId, 'submitted')
  if (before) await moveAccount(cx, before, 'withdraw')
  const id = newId()
  const [row] = await cx.tx
    .insert(bankAccount)
    .values({
      id,
      organizationId,
      holderName: owner.nameZh,
      bankName: input.bankName,
      bankCode: input.bankCode ?? null,
      sealedNumber: sealNumber(cx, `bank-account/${id}`, accountNumber),
      numberTail: tailOf(accountNumber),
      state: accountMachine.initial as BankAccount['state'],
      registeredBy: cx.actor.personId!,
      rulePack: rulesAt(cx.now).ref,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  cx.audit('bank-account.register', ['bank-account', id], {
    organizationId,
    bankName: input.bankName,
    numberTail: row!.numberTail,
  })
  cx.emit('settlement.bank-account-registered', { accountId: id, organizationId, numberTail: row!.numberTail })
  return row!
}

async function lockAccount(cx: Cx, id: string): Promise<BankAccount> {
  const [row] = await cx.tx.select().from(bankAccount).where(eq(bankAccount.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

/**
 * The operator confirms an account; from then on, or after the cooling period when it replaces another, payouts go to
 * it. Payouts that were ready for the account before wait for the new one. @throws same-person, state-conflict
 */
export async function confirmBankAccount(cx: Cx, id: string): Promise<BankAccount> {
  const row = await lockAccount(cx, id)
  nextState(accountMachine, row.state, 'confirm')
  if (row.registeredBy === cx.actor.personId) throw samePerson()
  const before = await lockOf(cx, row.organizationId, 'confirmed')
  if (before) {
    await moveAccount(cx, before, 'replace')
    await holdPayouts(cx, row.organizationId)
  }
  const pack = rulesAt(cx.now)
  return moveAccount(cx, row, 'confirm', {
    decidedBy: cx.actor.personId,
    usableFrom: usableFrom(cx.now, before !== undefined, pack),
    rulePack: pack.ref,
  })
}

/** The operator refuses an account, with the reason. @throws same-person, state-conflict */
export async function refuseBankAccount(cx: Cx, id: string, reason: string): Promise<BankAccount> {
  const row = await lockAccount(cx, id)
  nextState(accountMachine, row.state, 'refuse')
  if (row.registeredBy === cx.actor.personId) throw samePerson()
  return moveAccount(cx, row, 'refuse', { decidedBy: cx.actor.personId, reason, rulePack: rulesAt(cx.now).ref })
}
