import { movesFrom } from '../../kernel/machine.ts'
import { type Text, text } from '../../kernel/text.ts'
import { listingMachine } from '../../modules/catalog/index.ts'
import { freezeMachine } from '../../modules/orders/index.ts'
import { type RegistrationState, registrationMachine } from '../../modules/registration/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Card, State } from '../../web/parts.tsx'
import { freezeTones } from '../frozen.tsx'
import type { Filed } from './filing.tsx'
import { ProposeFreeze } from './freezing.tsx'

interface Measure {
  readonly to: string
  readonly label: Text
  readonly consequence: Text
}

/** What the authority may do beside the filing, in the states that its objects are in now. */
function measuresOf({ contract, registration, listing }: Filed, can: (permission: string) => boolean): Measure[] {
  const found: (Measure | false | null | undefined)[] = [
    contract.state === 'performing' &&
      can('contract.suspend') && {
        to: `POST /contracts/${contract.id}/suspend`,
        label: text('中止合同履行', 'Suspend the contract'),
        consequence: text(
          '付款、验收和交付随即停止，资金留在托管账户，直至恢复履行或合同终止。',
          'Payment, acceptance and delivery stop at once and money stays in escrow until the contract goes on or ends.',
        ),
      },
    contract.state === 'suspended' &&
      can('contract.resume') && {
        to: `POST /contracts/${contract.id}/resume`,
        label: text('恢复合同履行', 'Let the contract go on'),
        consequence: text(
          '被中止的期限重新计算，交付和结算继续。',
          'Periods begin anew; delivery and settlement go on.',
        ),
      },
    registration &&
      movesFrom(registrationMachine, registration.state as RegistrationState).includes('revoke') &&
      can('registration.revoke') && {
        to: `POST /registrations/${registration.id}/revoke`,
        label: text('撤销登记', 'Revoke the registration'),
        consequence: text(
          '登记证书立即失效，公开查验显示“已撤销”。撤销不能恢复，须重新办理登记。',
          'The certificate is void at once and verification says “revoked”. It cannot be undone; the trade must be registered anew.',
        ),
      },
    listing &&
      movesFrom(listingMachine, listing.state).includes('suspend') &&
      can('listing.suspend') && {
        to: `POST /listings/${listing.id}/suspend`,
        label: text('产品停牌', 'Suspend the listing'),
        consequence: text(
          '该产品不再接受新的购买，直至恢复挂牌；已签合同不受影响。',
          'The product takes no new purchases until it is resumed; signed contracts are not affected.',
        ),
      },
  ]
  return found.filter(each => typeof each === 'object' && each !== null)
}

/** The freeze of the trade's money: the one that is open, or the way to propose one. */
function Freezing({ of: { freezes, contract, order } }: { of: Filed }) {
  const t = useWords()
  const { can } = useReader()
  const open = freezes.find(each => ['proposed', 'active', 'lifting'].includes(each.state))
  if (open)
    return (
      <p class="row-gap mb-0">
        {t(text('交易冻结', 'Freeze of the trade'))}
        <State machine={freezeMachine} state={open.state} tones={freezeTones} />
        <a href={`/freezes/${open.id}`}>{t(text('查看并办理', 'See and decide'))}</a>
      </p>
    )
  return order && can('freeze.propose') ? <ProposeFreeze contractId={contract.id} /> : null
}

/** Measures beyond the filing: each names its consequence and takes a reason. */
export function MeasuresCard({ of }: { of: Filed }) {
  const t = useWords()
  const { can, form } = useReader()
  if (!of.isCompetent) return null
  const measures = measuresOf(of, can)
  const isFreezable = of.freezes.length > 0 || (of.order !== undefined && can('freeze.propose'))
  if (measures.length === 0 && !isFreezable) return null
  return (
    <Card title={t(text('其他监管措施', 'Other measures'))} id="measures">
      <div class="stack">
        <Freezing of={of} />
        {measures.map(each => (
          <Confirm key={each.to} label={each.label} consequence={each.consequence} isOpen={form?.to === each.to}>
            <Form to={each.to}>
              <Field
                name="reason"
                kind="area"
                rows={3}
                maxLength={2000}
                isRequired
                label={text('理由和依据', 'Reason and legal basis')}
              />
              <Submit tone="danger">{t(each.label)}</Submit>
            </Form>
          </Confirm>
        ))}
      </div>
    </Card>
  )
}
