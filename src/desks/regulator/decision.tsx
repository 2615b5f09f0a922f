import { addWorkingDays } from '../../kernel/calendar.ts'
import { movesFrom } from '../../kernel/machine.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { type FilingState, filingMachine } from '../../modules/registration/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Icon } from '../../web/icon.tsx'
import { Moment, Notice } from '../../web/parts.tsx'
import type { Filed } from './filing.tsx'

/** Reasons that come up again and again; a starting point, to be made exact. They go to the vendor as they stand. */
const templates: readonly (readonly [Text, Text])[] = [
  [
    text('使用场景不具体', 'Scenario too general'),
    text(
      '使用场景描述过于笼统，请说明由谁、在何业务中、以何方式使用该数据，以及成果是否对外提供。',
      'The scenario is too general. State who uses the data, in what business, in what way, and whether results are passed on.',
    ),
  ],
  [
    text('个人信息依据不足', 'Basis for personal information'),
    text(
      '数据涉及个人信息，请补充合法性基础、告知文本和单独同意的证明（个人信息保护法第二十三条）。',
      'The data hold personal information. Add the lawful basis, the notice and proof of separate consent (PIPL Art. 23).',
    ),
  ],
  [
    text('条款偏离未说明', 'Deviations not explained'),
    text(
      '合同条款与示范文本存在偏离，请逐条说明偏离的原因及其对双方权利义务的影响。',
      'Terms deviate from the model contract. Explain each deviation and what it means for the parties’ rights and duties.',
    ),
  ],
  [
    text('金额异常', 'Unusual amount'),
    text(
      '成交金额与同产品其他交易差异较大，请说明定价依据并补充相关材料。',
      'The amount differs much from the product’s other trades. Explain the price and add the papers it rests on.',
    ),
  ],
  [
    text('用途与挂牌不符', 'Purpose outside the listing'),
    text(
      '备案用途或场景超出该产品挂牌时允许的范围，请更正或说明。',
      'The purpose or scenario goes beyond what the listing allows. Correct or explain it.',
    ),
  ],
]

function Templates() {
  const t = useWords()
  return (
    <div class="mb-3" data-templates hidden>
      <span class="form-label">{t(text('常用理由（点选后可修改）', 'Usual reasons (choose, then make exact)'))}</span>
      <div class="row-gap">
        {templates.map(([name, words]) => (
          <button key={name.en} type="button" class="btn btn-sm" data-template={t(words)}>
            {t(name)}
          </button>
        ))}
      </div>
    </div>
  )
}

function Pass({ of, then }: { of: Filed; then: string }) {
  const t = useWords()
  return (
    <Form to={`POST /filings/${of.row.id}/pass`} then={then} class="decision-pass" data-pass>
      <Submit tone="primary">
        <Icon name="check" />
        {t(text('核查通过', 'Pass'))}
      </Submit>
      <details class="decision-note">
        <summary class="btn">{t(text('附核查意见', 'With an opinion'))}</summary>
        <Field
          name="note"
          kind="area"
          rows={2}
          maxLength={2000}
          label={text('核查意见', 'Opinion')}
          hint={text('通过后写入备案记录，双方可见。', 'Kept with the filing; both parties see it.')}
        />
      </details>
    </Form>
  )
}

function Return({ of, then, isOpen }: { of: Filed; then: string; isOpen: boolean }) {
  const t = useWords()
  const { form } = useReader()
  const { now, row } = of
  const to = `POST /filings/${row.id}/order-correction`
  const rules = rulesAt(now)
  const days = rules.clocks.filingCorrection.workingDays
  const { dueAt } = addWorkingDays(now, days, rules)
  return (
    <details class="confirm" id="return" open={isOpen || form?.to === to}>
      <summary class="btn btn-outline-danger">
        <Icon name="arrow-back-up" />
        {t(text('责令补正', 'Order a correction'))}
      </summary>
      <div class="confirm-body card card-body">
        <p>
          {t(
            text(
              '理由会送达供方。供方须在期限内补正并重新报送，逾期未补正的移交监督。',
              'The reason is sent to the vendor, who must correct and report again in time; if not, the case is referred to oversight.',
            ),
          )}
        </p>
        <Form to={to} then={then}>
          <Templates />
          <Field
            name="reason"
            kind="area"
            rows={4}
            maxLength={2000}
            isRequired
            label={text('理由', 'Reason')}
            hint={text('写明缺什么、改什么，一次说全。', 'Say what is missing and what to change, all at once.')}
          />
          <Field
            name="workingDays"
            kind="number"
            min={1}
            max={60}
            value={days}
            label={text('补正期限（工作日）', 'Deadline (working days)')}
          />
          <p class="form-hint mb-2">
            {t(text(`默认 ${days} 个工作日，即至 `, `By default ${days} working days, until `))}
            <Moment at={dueAt} isDay />
            {t(text('。', '.'))}
          </p>
          <Submit tone="danger">{t(text('责令补正', 'Order the correction'))}</Submit>
        </Form>
      </div>
    </details>
  )
}

/** What has been decided, or what is awaited, in one sentence. */
function Stand({ of }: { of: Filed }) {
  const t = useWords()
  const { row, checkerName } = of
  const who = checkerName ?? t(text('核查人员', 'an officer'))
  if (row.state === 'draft')
    return (
      <Notice tone="warn" title={t(text('材料不全，等待供方补全', 'Incomplete: it waits for the vendor'))}>
        {row.reason}
      </Notice>
    )
  if (row.state === 'correction_ordered')
    return (
      <Notice
        tone="warn"
        title={t(text('已责令补正，等待供方答复', 'A correction was ordered; the vendor’s answer is awaited'))}
      >
        <p class="mb-1">{row.reason}</p>
        {t(text('责令人：', 'Ordered by: '))}
        {who} · <Moment at={row.checkedAt} />
      </Notice>
    )
  if (row.state === 'referred')
    return (
      <Notice tone="bad" title={t(text('逾期未补正，已移交监督', 'Not corrected in time: referred to oversight'))}>
        {row.reason}
      </Notice>
    )
  if (row.checkedAt)
    return (
      <Notice
        tone="good"
        title={t(
          row.state === 'filed'
            ? text('曾经核查，补正后待复核', 'Checked before; corrected since, to be checked again')
            : text('已核查', 'Checked'),
        )}
      >
        {who} · <Moment at={row.checkedAt} />
        {row.state !== 'filed' && row.reason && <p class="mb-0">{row.reason}</p>}
      </Notice>
    )
  return null
}

/** The decision: pass, or order a correction with a reason and a deadline. It leads on to the next filing of the queue. */
export function Decision({ of, then, isReturning }: { of: Filed; then: string; isReturning: boolean }) {
  const t = useWords()
  const { can } = useReader()
  const moves = movesFrom(filingMachine, of.row.state as FilingState)
  const mayPass = of.isCompetent && moves.includes('pass') && can('filing.pass')
  const mayReturn = of.isCompetent && moves.includes('order-correction') && can('filing.order-correction')
  return (
    <section class="decision card card-body" id="decision" aria-label={t(text('核查决定', 'Decision'))}>
      <Stand of={of} />
      {!of.isCompetent && (
        <p class="mb-0">
          {t(
            text(
              '该备案由供方所在地主管部门核查，本机构可以查阅。',
              'It is checked by the authority of the vendor’s division; this authority reads along.',
            ),
          )}
        </p>
      )}
      <div class="decision-moves">
        {mayPass && <Pass of={of} then={then} />}
        {mayReturn && <Return of={of} then={then} isOpen={isReturning} />}
      </div>
      {of.isCompetent && !mayPass && !mayReturn && (
        <p class="mb-0 text-secondary">{t(text('当前没有需要作出的决定。', 'There is nothing to decide now.'))}</p>
      )}
    </section>
  )
}
