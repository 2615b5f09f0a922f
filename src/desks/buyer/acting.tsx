import type { ComponentChildren } from 'preact'
import { type Text, text } from '../../kernel/text.ts'
import type { ApprovalView, ContractFacts, Side } from '../../modules/contracts/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Moment } from '../../web/parts.tsx'
import { Counter } from './counter.tsx'
import { contractStep, waitsFor } from './standing.ts'

export interface Acting {
  readonly contract: ContractFacts
  readonly side: Side | undefined
  readonly approval: ApprovalView | undefined
  readonly orderId: string | undefined
}

/** Says who in the organisation can do the next step, to those who cannot. */
function NeedsDuty({ duty }: { duty: Text }) {
  const t = useWords()
  return (
    <p class="text-secondary mb-0">
      {t(
        text(
          `这一步由本机构具有“${duty.zh}”职责的成员办理。`,
          `Members of your organisation with the duty of ${duty.en} do this.`,
        ),
      )}{' '}
      <a href="/organization/members">{t(text('查看成员', 'See the members'))}</a>
    </p>
  )
}

function Withdraw({ contract, side }: { contract: ContractFacts; side: Side }) {
  const { form } = useReader()
  const t = useWords()
  const to = `POST /contracts/${contract.id}/withdraw`
  const isDecline = side === 'vendor' && contract.state === 'negotiating'
  const label = isDecline ? text('不接受，拒绝订立', 'Decline') : text('撤回', 'Withdraw')
  return (
    <Confirm
      label={label}
      tone="danger"
      isOpen={form?.to === to}
      consequence={text(
        '合同将不再成立，且不能恢复；如需交易须由需方重新发起。',
        'The contract will not come to be and cannot be revived; the buyer would have to ask again.',
      )}
    >
      <Form to={to}>
        <Field
          name="reason"
          kind="area"
          rows={2}
          isRequired
          label={text('理由（对方可见）', 'Reason, seen by the other side')}
        />
        <Submit tone="danger">{t(text('确认', 'Confirm'))}</Submit>
      </Form>
    </Confirm>
  )
}

function Answer({ of: { contract, side } }: { of: Acting }) {
  const t = useWords()
  const { can } = useReader()
  if (!can('contract.agree')) return <NeedsDuty duty={text('经办', 'maker')} />
  return (
    <div class="row-gap align-items-start">
      <Form to={`POST /contracts/${contract.id}/agree`}>
        <Submit>{t(text('同意条款，定稿', 'Agree to the terms'))}</Submit>
      </Form>
      <Counter contract={contract} />
      <Withdraw contract={contract} side={side!} />
    </div>
  )
}

const isMet = (approval: ApprovalView, personId: string | null): boolean =>
  !approval.isNeeded || approval.approvals.some(each => each.approverId !== personId)

function Approval({ contract, approval }: { contract: ContractFacts; approval: ApprovalView }) {
  const t = useWords()
  const { can, actor } = useReader()
  if (!approval.isNeeded) return null
  const given = approval.approvals
  const isOwn = given.some(each => each.approverId === actor.personId)
  return (
    <div class="stack">
      {given.map(each => (
        <p key={each.approverId} class="mb-0">
          {t(text('已批准签署：', 'Signing approved by '))}
          {each.name} · <Moment at={each.approvedAt} />
          {each.note && ` · ${each.note}`}
        </p>
      ))}
      {given.length === 0 && (
        <p class="mb-0">
          {t(
            text(
              '本机构规定签署前须由签署人以外的同事批准。',
              'Your organisation wants the approval of somebody else than the signer before signing.',
            ),
          )}
        </p>
      )}
      {can('contract.approve') && !isOwn && (
        <Form to={`POST /contracts/${contract.id}/approve`}>
          <Field name="note" label={text('审批意见（选填）', 'Note (optional)')} maxLength={1000} />
          <Submit tone={given.length === 0 ? 'primary' : 'plain'}>{t(text('批准签署', 'Approve the signing'))}</Submit>
        </Form>
      )}
    </div>
  )
}

function Sign({ of: { contract, side, approval } }: { of: Acting }) {
  const t = useWords()
  const { can, actor } = useReader()
  const may = can('contract.sign')
  const ready = approval === undefined || isMet(approval, actor.personId)
  return (
    <div class="stack">
      {approval && <Approval contract={contract} approval={approval} />}
      {may && ready && (
        <Form to={`POST /contracts/${contract.id}/sign`}>
          <Field
            name="password"
            kind="password"
            label={text('登录密码', 'Your password')}
            hint={text(
              '再次输入密码确认身份；以本机构密钥签署，签署后不可单方撤回。',
              'Proves that it is you. Your organisation’s key signs; afterwards it is bound.',
            )}
            isRequired
            autocomplete="current-password"
          />
          <Submit>{t(text('签署合同', 'Sign the contract'))}</Submit>
        </Form>
      )}
      {may && !ready && (
        <p class="text-secondary mb-0">
          {t(text('批准后即可签署。', 'You can sign once it is approved by a colleague.'))}
        </p>
      )}
      {!may && <NeedsDuty duty={text('复核签署', 'checker')} />}
      {can('contract.withdraw') && <Withdraw contract={contract} side={side!} />}
    </div>
  )
}

const titles: Partial<Record<ContractFacts['state'], Text>> = {
  signed: text('双方已签署', 'Signed by both sides'),
  effective: text('合同已生效', 'In effect'),
  performing: text('合同已生效，正在履行', 'In effect and being performed'),
  suspended: text('合同已中止履行', 'Performance is suspended'),
  completed: text('合同已履行完毕', 'Completed'),
  terminated: text('合同已解除', 'Terminated'),
  expired: text('授权期已满', 'The grant has ended'),
  lapsed: text('合同未成立', 'The contract did not come to be'),
  void: text('合同已被认定无效', 'Found void'),
}

function Rest({ of: { contract, side, orderId } }: { of: Acting }) {
  const t = useWords()
  const { reason } = contract
  return (
    <>
      {reason && reason !== 'timeout' && <p lang="zh-CN">{reason}</p>}
      {reason === 'timeout' && <p>{t(text('规定时间内没有完成下一步。', 'The next step was not taken in time.'))}</p>}
      <p class="row-gap mb-0">
        {orderId && (
          <a class="btn btn-primary" href={`/orders/${orderId}`}>
            {side === 'buyer' ? t(text('去付款与收货', 'Pay and receive')) : t(text('查看订单', 'See the order'))}
          </a>
        )}
        {contract.state === 'performing' && !orderId && (
          <span>{t(text('订单正在生成，请稍候刷新本页。', 'The order is being made; reload in a moment.'))}</span>
        )}
        {contract.state === 'lapsed' && side === 'buyer' && (
          <a class="btn btn-primary" href={`/products/${contract.productId}/buy`}>
            {t(text('重新发起购买', 'Ask again'))}
          </a>
        )}
        {contract.pdfSha256 && (
          <a class="btn" href={`/api/v1/contracts/${contract.id}/pdf`}>
            {t(text('签章合同（PDF）', 'Sealed contract (PDF)'))}
          </a>
        )}
      </p>
    </>
  )
}

/** The one thing to do on a contract now, or for whom it waits. */
export function NextStep({ of: acting }: { of: Acting }) {
  const t = useWords()
  const { can } = useReader()
  const { contract, side } = acting
  const { sides, step } = waitsFor(contract)
  const isOwn = side !== undefined && sides.includes(side)
  const words = titles[contract.state] ?? contractStep(contract, side) ?? text('合同', 'Contract')
  const inside = (): ComponentChildren => {
    if (step === 'none') return <Rest of={acting} />
    if (isOwn) return step === 'answer' ? <Answer of={acting} /> : <Sign of={acting} />
    if (side === undefined) return null
    const isBound = contract.signatures.some(signature => signature.side === side)
    return isBound || !can('contract.withdraw') ? null : <Withdraw contract={contract} side={side} />
  }
  return (
    <section class="card card-body next" aria-labelledby="next">
      <h2 class="next-title mt-0" id="next">
        {t(words)}
      </h2>
      {contract.lapsesAt && step !== 'none' && (
        <p>
          {t(text('请在此前完成，逾期合同不成立：', 'To be done before, or the contract lapses: '))}
          <Moment at={contract.lapsesAt} />
        </p>
      )}
      {inside()}
    </section>
  )
}
