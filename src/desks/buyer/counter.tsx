import { type Text, text } from '../../kernel/text.ts'
import { isGratis } from '../../modules/catalog/index.ts'
import type { ContractFacts, Terms } from '../../modules/contracts/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { yuan } from '../../web/parts.tsx'

const Days = ({ name, label, value }: { name: string; label: Text; value: number }) => (
  <Field name={name} kind="number" min={1} max={365} label={label} value={value} />
)

function Periods({ of: terms }: { of: Terms }) {
  const isFree = isGratis(terms.price.planKind)
  return (
    <>
      {!isFree && (
        <Field
          name="amountFen~yuan"
          label={text('价款（元）', 'Price (yuan)')}
          value={yuan(BigInt(terms.price.amountFen))}
          inputMode="decimal"
        />
      )}
      {!isFree && (
        <Days
          name="paymentWorkingDays"
          label={text('付款期限（工作日）', 'Working days to pay')}
          value={terms.payment.dueWorkingDays}
        />
      )}
      <Days
        name="deliveryWorkingDays"
        label={text('交付期限（工作日）', 'Working days to deliver')}
        value={terms.delivery.dueWorkingDays}
      />
      <Days
        name="acceptanceWorkingDays"
        label={text('验收期（工作日）', 'Working days to accept')}
        value={terms.acceptance.periodWorkingDays}
      />
    </>
  )
}

function Uses({ of: terms }: { of: Terms }) {
  return (
    <>
      <Field
        name="scenario"
        kind="area"
        rows={3}
        label={text('应用场景', 'Scenario')}
        value={terms.scenario}
        maxLength={2000}
      />
      {[...terms.prohibitedUses, '', ''].map((use, i) => (
        <Field
          key={i}
          name={`prohibitedUses.${i}`}
          label={
            use === ''
              ? text('增加禁止用途（选填）', 'One more prohibited use (optional)')
              : text('禁止用途', 'Prohibited use')
          }
          value={use}
          isReadOnly={use !== ''}
          maxLength={500}
        />
      ))}
    </>
  )
}

function Disputes({ of: { dispute } }: { of: Terms }) {
  return (
    <>
      <Field
        name="dispute.method"
        kind="select"
        isRequired
        label={text('争议解决', 'Disputes')}
        value={dispute.method}
        options={[
          ['court', text('诉讼', 'Court')],
          ['arbitration', text('仲裁', 'Arbitration')],
        ]}
      />
      <Field
        name="dispute.place"
        label={text('法院所在地或仲裁机构', 'Place of the court, or the arbitration body')}
        value={dispute.place}
        isRequired
      />
    </>
  )
}

/** Proposes other terms, from those on the table. */
export function Counter({ contract: { id, terms } }: { contract: ContractFacts }) {
  const t = useWords()
  const { form } = useReader()
  const to = `POST /contracts/${id}/counter`
  return (
    <details class="confirm" open={form?.to === to}>
      <summary class="btn">{t(text('提出不同条款', 'Propose other terms'))}</summary>
      <div class="confirm-body card card-body">
        <p>
          {t(
            text(
              '只有下列条款可以协商，其余由示范文本和挂牌确定。每处差异都会列明，由对方答复。',
              'Only these terms may be negotiated; the model text and the listing fix the others. Each difference is listed, and the other side answers.',
            ),
          )}
        </p>
        <Form to={to} data-guard>
          <Periods of={terms} />
          <Uses of={terms} />
          <Disputes of={terms} />
          <Field
            name="note"
            kind="area"
            rows={2}
            label={text('给对方的说明', 'Note to the other side')}
            maxLength={1000}
          />
          <Submit tone="plain">{t(text('发出新条款', 'Send the proposal'))}</Submit>
        </Form>
      </div>
    </details>
  )
}
