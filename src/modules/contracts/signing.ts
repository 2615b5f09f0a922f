import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { pseudonym } from '../../kernel/actor.ts'
import { addDays, addMonths, dayOf } from '../../kernel/calendar.ts'
import type { Cx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { organizationOf, reauthenticate, requireOrganization, signAs } from '../identity/index.ts'
import { requireReleased } from '../risk/index.ts'
import { requireApproval } from './approval.ts'
import { alreadySigned, type ContractState, contractMachine, type Side, sameSigner, statementOf } from './model.ts'
import { contractSignature } from './schema.ts'
import { type ContractRow, lockContract, moveContract, requireVerified, sideOf } from './service.ts'

constraintMeans('contract_signature_once', () => alreadySigned())
constraintMeans('contract_signature_two_people', () => sameSigner())

async function addSignature(cx: Cx, row: ContractRow, side: Side, uscc: string): Promise<void> {
  const organizationId = side === 'vendor' ? row.vendorId : row.buyerId
  const statement = statementOf({
    contract: row.number,
    textHash: row.textHash!,
    organization: uscc,
    signer: pseudonym(cx.actor),
    signedAt: cx.now,
  })
  const signed = await signAs(cx, organizationId, Buffer.from(statement))
  await cx.tx.insert(contractSignature).values({
    id: newId(),
    contractId: row.id,
    side,
    organizationId,
    signerId: cx.actor.personId!,
    statement,
    ...signed,
    signedAt: cx.now,
  })
  cx.audit('contract.sign', ['contract', row.id], {
    side,
    textHash: row.textHash,
    statement: createHash('sha256').update(statement).digest('hex'),
    signature: signed.signature,
    fingerprint: signed.fingerprint,
    rulePack: rulesAt(cx.now).ref,
  })
  cx.emit('contracts.contract-signed', { contractId: row.id, side })
}

/** Both have signed and no condition is left open: the contract takes effect and is performed from now on. */
async function putInForce(cx: Cx, row: ContractRow): Promise<ContractRow> {
  const { price, rights } = row.terms
  // a trial begins when access is opened, moments from now; the term of other plans is set anew as they begin
  const ends = price.trialDays ? addDays(dayOf(cx.now), price.trialDays) : dayOf(addMonths(cx.now, rights.termMonths))
  const signed = await moveContract(cx, row, 'signSecond', { lapsesAt: null })
  const effective = await moveContract(cx, signed, 'takeEffect', { effectiveAt: cx.now, endsOn: ends })
  cx.audit('contract.take-effect', ['contract', row.id], { textHash: row.textHash, effectiveAt: cx.now, endsOn: ends })
  const performing = await moveContract(cx, effective, 'perform')
  cx.audit('contract.perform', ['contract', row.id], { version: row.version })
  cx.emit('contracts.contract-effective', { contractId: row.id })
  return performing
}

/**
 * A person with the duty to sign proves again who they are; their organisation's own key signs the frozen text. The
 * second signature puts the contract in force (电子签名法 Art. 13; 民法典 Art. 490).
 * @throws password-wrong, not-found for organisations that are no party, state-conflict, already-signed, same-signer,
 * rule-violated while a colleague's approval is missing that the organisation itself wants.
 */
export async function signContract(cx: Cx, id: string, input: { readonly password: string }): Promise<ContractRow> {
  const organizationId = requireOrganization(cx.actor)
  // before the row is locked: the password takes its time to check
  await reauthenticate(cx, input.password)
  const row = await lockContract(cx, id)
  const side = sideOf(row, organizationId)
  const earlier = await cx.tx
    .select({ side: contractSignature.side, signerId: contractSignature.signerId })
    .from(contractSignature)
    .where(eq(contractSignature.contractId, id))
  if (earlier.some(signature => signature.side === side)) throw alreadySigned()
  const isSecond = earlier.length > 0
  nextState(contractMachine, row.state as ContractState, isSecond ? 'signSecond' : 'sign')
  if (earlier.some(signature => signature.signerId === cx.actor.personId)) throw sameSigner()
  await requireApproval(cx, row, organizationId)
  const vendor = await organizationOf(cx, row.vendorId)
  const buyer = await organizationOf(cx, row.buyerId)
  requireVerified(vendor, buyer)
  await requireReleased(cx, row.dataVersionId, 'contract')
  await addSignature(cx, row, side, side === 'vendor' ? vendor.uscc : buyer.uscc)
  return isSecond ? putInForce(cx, row) : moveContract(cx, row, 'sign')
}
