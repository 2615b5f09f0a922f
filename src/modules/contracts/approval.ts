import { and, asc, eq } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { conflict, ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { personNames, requireOrganization } from '../identity/index.ts'
import { alreadySigned, isApprovalNeeded } from './model.ts'
import { signaturesOf } from './queries.ts'
import { signingApproval, signingPolicy } from './schema.ts'
import { type ContractRow, lockContract, sideOf } from './service.ts'

export type SigningPolicy = Pick<typeof signingPolicy.$inferSelect, 'isApprovalNeeded' | 'thresholdFen'> & {
  readonly changedAt: Date | null
}

constraintMeans('signing_approval_once', () =>
  conflict(text('您已经批准签署这份合同。', 'You have approved the signing of this contract already.')),
)

const none: SigningPolicy = { isApprovalNeeded: false, thresholdFen: null, changedAt: null }

async function policyOf(rx: Rx, organizationId: string): Promise<SigningPolicy> {
  const [row] = await rx.tx.select().from(signingPolicy).where(eq(signingPolicy.organizationId, organizationId))
  return row ?? none
}

/** What the own organisation wants before it signs: nothing unless an administrator said otherwise. */
export const readSigningPolicy = (rx: Rx): Promise<SigningPolicy> => policyOf(rx, requireOrganization(rx.actor))

/** Whether an organisation wants a colleague's approval before it signs for this amount (fen), whoever asks. */
export const wantsApproval = async (rx: Rx, organizationId: string, amountFen: bigint): Promise<boolean> =>
  isApprovalNeeded(await policyOf(rx, organizationId), amountFen)

/** An administrator says whether contracts, or those from an amount (fen) on, are approved by a colleague first. */
export async function setSigningPolicy(
  cx: Cx,
  input: { readonly isApprovalNeeded: boolean; readonly thresholdFen?: number | null },
): Promise<SigningPolicy> {
  const organizationId = requireOrganization(cx.actor)
  const { isApprovalNeeded } = input
  const thresholdFen = isApprovalNeeded && input.thresholdFen ? BigInt(input.thresholdFen) : null
  const change = { isApprovalNeeded, thresholdFen, setBy: cx.actor.personId!, changedAt: cx.now }
  const [row] = await cx.tx
    .insert(signingPolicy)
    .values({ organizationId, ...change })
    .onConflictDoUpdate({ target: signingPolicy.organizationId, set: change })
    .returning()
  cx.audit('signing-policy.set', ['organization', organizationId], { isApprovalNeeded, thresholdFen })
  return row!
}

const approvalsOf = (rx: Rx, contractId: string, organizationId: string) =>
  rx.tx
    .select()
    .from(signingApproval)
    .where(and(eq(signingApproval.contractId, contractId), eq(signingApproval.organizationId, organizationId)))
    .orderBy(asc(signingApproval.approvedAt))

/** How far the own organisation's approval of a contract is. */
export interface ApprovalView {
  /** whether the organisation's rule asks for it */
  readonly isNeeded: boolean
  readonly thresholdFen: bigint | null
  readonly approvals: readonly { approverId: string; name: string | null; note: string | null; approvedAt: Date }[]
}

/** The approvals of the organisation that the actor acts for: the other side is told nothing of them. */
export async function approvalOf(
  rx: Rx,
  contract: Pick<ContractRow, 'id' | 'amountFen' | 'vendorId' | 'buyerId'>,
): Promise<ApprovalView> {
  const organizationId = requireOrganization(rx.actor)
  sideOf(contract, organizationId)
  const policy = await policyOf(rx, organizationId)
  const rows = await approvalsOf(rx, contract.id, organizationId)
  const names = await personNames(
    rx,
    rows.map(row => row.approverId),
  )
  return {
    isNeeded: isApprovalNeeded(policy, contract.amountFen),
    thresholdFen: policy.thresholdFen,
    approvals: rows.map(({ approverId, note, approvedAt }) => ({
      approverId,
      name: names.get(approverId) ?? null,
      note,
      approvedAt,
    })),
  }
}

/**
 * A member approves that a colleague signs the frozen text; whoever approves does not sign (two pairs of eyes, by the
 * organisation's own rule). @throws not-found, state-conflict, already-signed, conflict
 */
export async function approveContract(cx: Cx, id: string, note?: string): Promise<ContractRow> {
  const organizationId = requireOrganization(cx.actor)
  const row = await lockContract(cx, id)
  const side = sideOf(row, organizationId)
  if (row.state !== 'agreed' && row.state !== 'partly_signed')
    throw stateConflict(
      text('合同定稿后、本方签署前才需要审批。', 'Approval comes once the text is agreed and before your side signs.'),
    )
  if ((await signaturesOf(cx, id)).some(signature => signature.side === side)) throw alreadySigned()
  await cx.tx.insert(signingApproval).values({
    id: newId(),
    contractId: id,
    organizationId,
    approverId: cx.actor.personId!,
    textHash: row.textHash!,
    note: note ?? null,
    approvedAt: cx.now,
  })
  cx.audit('contract.approve', ['contract', id], { side, textHash: row.textHash, rulePack: rulesAt(cx.now).ref })
  cx.emit('contracts.contract-approved', { contractId: id, side })
  return row
}

/**
 * Before a signature: the organisation's own rule is met by somebody else than the signer.
 * @throws rule-violated naming who may approve
 */
export async function requireApproval(cx: Cx, row: ContractRow, organizationId: string): Promise<void> {
  if (!isApprovalNeeded(await policyOf(cx, organizationId), row.amountFen)) return
  const approvals = await approvalsOf(cx, row.id, organizationId)
  if (approvals.some(({ approverId }) => approverId !== cx.actor.personId)) return
  throw ruleViolated(
    approvals.length > 0
      ? text(
          '批准人不能自己签署：请由另一名具有签署职责的同事签署，或由另一名同事再行批准。',
          'Who approved does not sign: another colleague with the duty to sign signs, or another one approves too.',
        )
      : text(
          '本机构规定签署前须经同事批准：请由本机构另一名具有签署、财务或管理员职责的成员在合同页面批准。',
          'Your organisation wants a colleague’s approval before signing: another member with the duty of checker, finance or administrator approves on the contract’s page.',
        ),
  )
}
