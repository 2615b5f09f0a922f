import { text } from '../../kernel/text.ts'
import type { Side } from '../../modules/catalog/index.ts'
import { mayResume } from '../../modules/catalog/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'

/** What the moves of a listing need to know of it. */
export interface Movable {
  readonly id: string
  readonly state: string
  readonly productId: string
  readonly suspendedSide: string | null
  readonly endsOn: string | null
}

type Props = { of: Movable; then: string }

const Reason = () => (
  <Field
    name="reason"
    kind="area"
    rows={2}
    isRequired
    maxLength={1000}
    label={text('原因', 'Reason')}
    hint={text('公开的审计记录会保存这一原因', 'The reason is kept in the audit record')}
  />
)

function Publish({ of, then }: Props) {
  const t = useWords()
  return (
    <Confirm
      tone="primary"
      label={text('挂牌', 'Publish')}
      consequence={text(
        '挂牌后任何人都能检索、查看并购买；该产品正在挂牌的旧版本会同时被新版本替代。',
        'From then on anyone can find, read and buy it; an older version that is listed is replaced at the same moment.',
      )}
    >
      <Form to={`POST /listings/${of.id}/publish`} then={then}>
        <Submit>{t(text('确认挂牌', 'Publish it'))}</Submit>
      </Form>
    </Confirm>
  )
}

function Suspend({ of, then }: Props) {
  const t = useWords()
  return (
    <Confirm
      tone="plain"
      label={text('停牌', 'Suspend')}
      consequence={text(
        '停牌期间不能检索和新购，已签订的合同照常履行；可以随时恢复。',
        'While it is suspended nobody finds or buys it; contracts that were made go on. It can be resumed at any time.',
      )}
    >
      <Form to={`POST /listings/${of.id}/suspend`} then={then}>
        <Reason />
        <Submit tone="plain">{t(text('确认停牌', 'Suspend it'))}</Submit>
      </Form>
    </Confirm>
  )
}

function Resume({ of, then }: Props) {
  const t = useWords()
  if (!mayResume('vendor', (of.suspendedSide ?? 'vendor') as Side))
    return (
      <p class="mb-0">
        {t(
          of.suspendedSide === 'authority'
            ? text(
                '由主管部门停牌，须由主管部门恢复。',
                'The authority suspended it; only the authority can resume it.',
              )
            : text('由运营机构停牌，须由运营机构恢复。', 'The operator suspended it; only the operator can resume it.'),
        )}
      </p>
    )
  return (
    <Confirm
      tone="primary"
      label={text('恢复挂牌', 'Resume')}
      consequence={text('恢复后即可再次检索和购买。', 'It can be found and bought again at once.')}
    >
      <Form to={`POST /listings/${of.id}/resume`} then={then}>
        <Submit>{t(text('确认恢复', 'Resume it'))}</Submit>
      </Form>
    </Confirm>
  )
}

function Delist({ of, then }: Props) {
  const t = useWords()
  return (
    <Confirm
      label={text('摘牌', 'Delist')}
      consequence={text(
        '摘牌不可撤销：此次挂牌就此结束，再次挂牌须提交新版本并重新审核；已签订的合同照常履行。',
        'This cannot be undone: the listing ends for good, and to list the product again a new version must be reviewed. Contracts that were made go on.',
      )}
    >
      <Form to={`POST /listings/${of.id}/delist`} then={then}>
        <Reason />
        <Submit tone="danger">{t(text('确认摘牌', 'Delist it'))}</Submit>
      </Form>
    </Confirm>
  )
}

function Renew({ of, then }: Props) {
  const t = useWords()
  return (
    <Confirm
      tone="primary"
      label={text('续期', 'Renew')}
      consequence={text(
        '续期会按现行规则重新审核，通过后再次挂牌。',
        'A renewal is reviewed anew under the rules in force; when it has passed, you publish it again.',
      )}
    >
      <Form to={`POST /listings/${of.id}/renew`} then={then}>
        <Field
          name="endsOn"
          kind="date"
          label={text('新的截止日期（可选）', 'New last day (optional)')}
          hint={text('不填则长期挂牌', 'Without one it has no end')}
        />
        <Submit>{t(text('申请续期', 'Ask for the renewal'))}</Submit>
      </Form>
    </Confirm>
  )
}

function Revise({ of }: { of: Movable }) {
  const t = useWords()
  return (
    <Form to={`POST /products/${of.productId}/revise`} then="/vendor/products/{id}">
      <Submit tone="plain">{t(text('建立新版本', 'Begin a new version'))}</Submit>
    </Form>
  )
}

function Restore({ of }: { of: Movable }) {
  const t = useWords()
  return (
    <Form to={`POST /listings/${of.id}/restore`} then={`/vendor/products/${of.productId}`}>
      <Submit>{t(text('恢复草稿', 'Take the draft back'))}</Submit>
    </Form>
  )
}

/** What the vendor can do with a listing now; each names what follows from it. `hasRevision`: one is under way already. */
export function Moves({ of, then, hasRevision = false }: Props & { hasRevision?: boolean }) {
  const t = useWords()
  const { can } = useReader()
  const { state } = of
  const editable = state === 'draft' || state === 'supplementing'
  const ended = ['delisted', 'rejected', 'expired'].includes(state)
  return (
    <div class="row-gap moves">
      {editable && (
        <a class="btn btn-primary" href={`/vendor/products/${of.productId}`}>
          {t(state === 'draft' ? text('继续填写', 'Go on filling in') : text('补正', 'Supplement it'))}
        </a>
      )}
      {state === 'approved' && can('listing.publish') && <Publish of={of} then={then} />}
      {state === 'suspended' && can('listing.resume') && <Resume of={of} then={then} />}
      {state === 'expired' && can('listing.renew') && <Renew of={of} then={then} />}
      {(state === 'listed' || state === 'suspended' || ended) && !hasRevision && can('product.revise') && (
        <Revise of={of} />
      )}
      {state === 'listed' && can('listing.suspend') && <Suspend of={of} then={then} />}
      {(state === 'listed' || (state === 'suspended' && mayResume('vendor', of.suspendedSide as Side))) &&
        can('listing.delist') && <Delist of={of} then={then} />}
      {state === 'discarded' && can('listing.restore') && <Restore of={of} />}
    </div>
  )
}
