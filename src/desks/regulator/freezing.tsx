import type { Rx } from '../../kernel/command.ts'
import { text } from '../../kernel/text.ts'
import { readContract } from '../../modules/contracts/index.ts'
import { organizationsOf, personNames } from '../../modules/identity/index.ts'
import { type Freeze, freezeMachine, readFreeze } from '../../modules/orders/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Facts, Moment, Name, State } from '../../web/parts.tsx'
import { freezeEffect, freezeTones } from '../frozen.tsx'
import { tradeNames } from '../names.ts'
import { Another, Door, ReasonForm } from '../operator/parts.tsx'
import { readTimeline, Timeline } from '../timeline.tsx'

/** The form by which a trade is proposed to be frozen; a colleague confirms. */
export function ProposeFreeze({ contractId }: { contractId: string }) {
  const t = useWords()
  return (
    <Door
      to="POST /freezes"
      label={text('提请冻结交易资金', 'Propose to freeze the money')}
      consequence={text(
        '须由本部门另一人复核。复核后结算、划付和付款立即停止，理由和依据送达双方和运营机构。',
        'A colleague of your authority confirms it. From then on release, transfer and payout stop, and reason and basis are served on both parties and the operator.',
      )}
    >
      <Form to="POST /freezes" then="/freezes/{id}">
        <input type="hidden" name="contractId" value={contractId} />
        <Field
          name="reason"
          kind="area"
          rows={3}
          maxLength={2000}
          isRequired
          label={text('冻结理由', 'Reason')}
          hint={text(
            '写明查明的事实，至少 10 个字；将送达双方。',
            'The facts found, ten characters or more; both parties read it.',
          )}
        />
        <Field
          name="basis"
          maxLength={500}
          isRequired
          label={text('依据', 'Legal basis')}
          hint={text('法律条款或文书编号', 'the article, or the number of the document')}
        />
        <Field
          name="isDeliveryStopped"
          kind="check"
          label={text('同时停止数据下载', 'Stop downloads as well')}
          hint={text('不勾选时交付照常。', 'Delivery goes on unless you say so.')}
        />
        <Submit tone="danger">{t(text('提请冻结', 'Propose'))}</Submit>
      </Form>
    </Door>
  )
}

async function find(rx: Rx, id: string) {
  const freeze = await readFreeze(rx, id)
  const isOwn = rx.actor.organizationId === freeze.organizationId
  const people = [freeze.proposedBy, freeze.decidedBy, freeze.liftingBy, freeze.liftedBy].flatMap(each => each ?? [])
  return {
    freeze,
    isOwn,
    contract: await readContract(rx, freeze.contractId),
    authority: (await organizationsOf(rx, [freeze.organizationId])).get(freeze.organizationId)!,
    // persons are named to their own authority only: the decision is the authority's
    people: isOwn ? await personNames(rx, people) : new Map<string, string>(),
    timeline: await readTimeline(rx, [['freeze', id]]),
  }
}

type Found = Awaited<ReturnType<typeof find>>

function Confirming({ of: row }: { of: Freeze }) {
  const t = useWords()
  const { can, actor } = useReader()
  const isProposal = row.state === 'proposed'
  const isMine = actor?.personId === (isProposal ? row.proposedBy : row.liftingBy)
  const yes = isProposal ? 'confirm' : 'lift'
  const no = isProposal ? 'decline' : 'keep'
  return (
    <div class="stack">
      {!isMine && can(`freeze.${yes}`) ? (
        <Form to={`POST /freezes/${row.id}/${yes}`}>
          <p>
            {t(
              isProposal
                ? text(
                    '确认后立即冻结，并送达双方和运营机构。',
                    'Once you confirm the trade is frozen, and both parties and the operator are served.',
                  )
                : text(
                    '确认后资金恢复流转，并告知双方和运营机构。',
                    'Once you confirm money moves again, and all are told why.',
                  ),
            )}
          </p>
          <Submit tone={isProposal ? 'danger' : 'primary'}>
            {t(isProposal ? text('复核并冻结', 'Confirm the freeze') : text('复核并解除冻结', 'Lift the freeze'))}
          </Submit>
        </Form>
      ) : (
        <Another>
          {t(text('须由本部门另一名复核人员确认。', 'Another checker of your authority has to confirm it.'))}
        </Another>
      )}
      {can(`freeze.${no}`) && (
        <Door
          to={`POST /freezes/${row.id}/${no}`}
          label={
            isProposal
              ? isMine
                ? text('撤回提请', 'Take the proposal back')
                : text('不予冻结', 'Do not freeze')
              : text('维持冻结', 'Keep the freeze')
          }
          consequence={
            isProposal
              ? text('提请就此了结，交易照常。', 'The proposal ends here and the trade goes on.')
              : text('解除的提请就此了结，交易仍然冻结。', 'The trade stays frozen.')
          }
        >
          <ReasonForm
            to={`POST /freezes/${row.id}/${no}`}
            button={isProposal ? text('确认了结', 'End the proposal') : text('维持冻结', 'Keep it')}
            tone="plain"
          />
        </Door>
      )}
    </div>
  )
}

function Action({ of: { freeze, isOwn } }: { of: Found }) {
  const t = useWords()
  const { can } = useReader()
  if (isOwn && (freeze.state === 'proposed' || freeze.state === 'lifting')) return <Confirming of={freeze} />
  if (isOwn && freeze.state === 'active' && can('freeze.propose-lifting'))
    return (
      <Door
        to={`POST /freezes/${freeze.id}/propose-lifting`}
        label={text('提请解除冻结', 'Propose to lift the freeze')}
        consequence={text(
          '须由另一人复核；复核之前交易仍然冻结。',
          'A colleague has to confirm; until then the trade stays frozen.',
        )}
      >
        <ReasonForm
          to={`POST /freezes/${freeze.id}/propose-lifting`}
          button={text('提请解除', 'Propose')}
          tone="primary"
        />
      </Door>
    )
  const words = {
    proposed: text('冻结尚未生效。', 'It is not in force yet.'),
    declined: text('未予冻结，交易不受影响。', 'The trade was not frozen.'),
    active: text('对冻结有异议的，向作出冻结的主管部门提出。', 'Objections go to the authority that froze the trade.'),
    lifting: text('解除冻结正在复核，复核之前仍然冻结。', 'Its lifting is being confirmed; until then it holds.'),
    lifted: text('冻结已解除，资金照常流转。', 'It is lifted; money moves as before.'),
  }
  return <Another>{t(words[freeze.state])}</Another>
}

function Page({ of }: { of: Found }) {
  const t = useWords()
  const { freeze: row, contract, authority, people } = of
  const by = (id: string | null) => (id && people.get(id) ? ` · ${people.get(id)}` : '')
  return (
    <div class="split">
      <div>
        <Card title={t(text('冻结事项', 'The freeze'))}>
          <Facts
            of={[
              [t(text('状态', 'State')), <State machine={freezeMachine} state={row.state} tones={freezeTones} />],
              [t(text('主管部门', 'Authority')), <Name zh={authority.nameZh} en={authority.nameEn} />],
              [t(text('合同', 'Contract')), <a href={`/trades/${row.contractId}`}>{contract.number}</a>],
              [t(text('产品', 'Product')), <Name zh={contract.productName} of={contract.productId} />],
              [t(text('供方', 'Vendor')), <Name zh={contract.terms.parties[0].name} of={contract.vendorId} />],
              [t(text('需方', 'Buyer')), <Name zh={contract.terms.parties[1].name} of={contract.buyerId} />],
              [t(text('理由', 'Reason')), row.reason],
              [t(text('依据', 'Basis')), row.basis],
              [t(text('效力', 'Effect')), t(freezeEffect(row.isDeliveryStopped))],
              [
                t(text('提请', 'Proposed')),
                <>
                  <Moment at={row.proposedAt} />
                  {by(row.proposedBy)}
                </>,
              ],
              row.decidedAt !== null && [
                row.state === 'declined' ? t(text('未予冻结', 'Declined')) : t(text('冻结并送达', 'Frozen and served')),
                <>
                  <Moment at={row.decidedAt} />
                  {by(row.decidedBy)}
                </>,
              ],
              row.declineReason !== null && [t(text('未予冻结的理由', 'Why it was declined')), row.declineReason],
              row.liftReason !== null && [t(text('解除的理由', 'Why it is to be lifted')), row.liftReason],
              row.liftedAt !== null && [
                t(text('解除', 'Lifted')),
                <>
                  <Moment at={row.liftedAt} />
                  {by(row.liftedBy)}
                </>,
              ],
            ]}
          />
        </Card>
      </div>
      <div>
        <Card title={t(text('办理', 'What to do'))}>
          <Action of={of} />
        </Card>
        <Card title={t(text('经过', 'What happened'))}>
          <Timeline of={of.timeline} />
        </Card>
      </div>
    </div>
  )
}

/** One freeze: for the authority that makes and lifts it, and for those on whom it was served. @throws not-found */
export async function showFreeze(rx: Rx, id: string) {
  const of = await find(rx, id)
  const { number } = of.contract
  const isAuthority = rx.actor.roles.includes('authority')
  return {
    title: text(`交易冻结：合同 ${number}`, `Freeze of the trade of contract ${number}`),
    names: await tradeNames(rx, [of.freeze.contractId]),
    trail: isAuthority
      ? ([
          ['/regulator', text('监管工作台', 'Regulator desk')],
          ['/regulator/freezes', text('交易冻结', 'Freezes')],
        ] as const)
      : ([[`/trades/${of.freeze.contractId}`, text('交易', 'Trade')]] as const),
    body: <Page of={of} />,
  }
}
