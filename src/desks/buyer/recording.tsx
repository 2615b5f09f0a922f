import { addDays, dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { type Filing, listFilings, listRegistrations, type Registration } from '../../modules/registration/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Card, Moment, Notice } from '../../web/parts.tsx'
import type { WorkItem } from '../worklist.ts'
import type { Records } from './records.tsx'

/** Why it came back and by when it must be answered. */
function Asked({ title, reason, dueAt }: { title: Text; reason: string | null; dueAt: Date | null }) {
  const t = useWords()
  return (
    <Notice tone="warn" title={t(title)}>
      {reason && (
        <p class="mb-1" data-words="data">
          {reason}
        </p>
      )}
      {dueAt && (
        <p class="mb-0">
          {t(text('期限 ', 'Due '))}
          <Moment at={dueAt} isDay />
        </p>
      )}
    </Notice>
  )
}

function Supplement({ of }: { of: Registration }) {
  const t = useWords()
  return (
    <>
      <Asked title={text('登记被退回补正', 'The registration was returned')} reason={of.reason} dueAt={of.dueAt} />
      <Form to={`POST /registrations/${of.id}/resubmit`}>
        <Field
          name="remarks"
          kind="area"
          rows={3}
          label={text('补正说明', 'Your answer')}
          hint={text(
            '逐条回应退回理由；登记事项取自合同，不必重填。',
            'Answer each point; the record itself comes from the contract.',
          )}
          value={of.facts.remarks ?? ''}
          isRequired
        />
        <Submit>{t(text('提交补正', 'Submit again'))}</Submit>
      </Form>
    </>
  )
}

function Statements({ of: { facts } }: { of: Filing }) {
  return (
    <>
      <Field
        name="scenario"
        kind="area"
        rows={3}
        label={text('使用场景', 'Scenario')}
        hint={text('其余事项取自合同和数据，不能在此更改。', 'All else comes from the contract and the data.')}
        value={facts.scenario}
      />
      {facts.containsPersonalInfo && (
        <Field
          name="personalInfoBasis"
          kind="area"
          rows={2}
          label={text('处理个人信息的依据', 'Legal basis for personal information')}
          value={facts.personalInfoBasis ?? ''}
        />
      )}
      <Field
        name="remarks"
        kind="area"
        rows={2}
        label={text('备注（选填）', 'Remarks (optional)')}
        value={facts.remarks ?? ''}
      />
    </>
  )
}

function Correction({ of }: { of: Filing }) {
  const t = useWords()
  return (
    <>
      <Asked
        title={text('主管部门责令补正备案', 'The authority ordered a correction')}
        reason={of.reason}
        dueAt={of.dueAt}
      />
      <Form to={`POST /filings/${of.id}/correct`}>
        <Statements of={of} />
        <Field
          name="explanation"
          kind="area"
          rows={3}
          label={text('补正说明（报主管部门）', 'What was corrected, for the authority')}
          isRequired
        />
        <Submit>{t(text('报送补正', 'Report the correction'))}</Submit>
      </Form>
    </>
  )
}

function Completion({ of }: { of: Filing }) {
  const t = useWords()
  return (
    <>
      <Asked
        title={text('备案材料不全，尚未报送', 'The filing is incomplete and was not reported')}
        reason={of.reason}
        dueAt={null}
      />
      <Form to={`POST /filings/${of.id}/submit`}>
        <Statements of={of} />
        <Submit>{t(text('补全后报送', 'Complete and report'))}</Submit>
      </Form>
    </>
  )
}

/** From which day on a registration can be renewed (60 days ahead by the pack in force). */
const renewableOn = (of: Registration, now: Date): string =>
  addDays(dayOf(of.validUntil!), -rulesAt(now).periods.registrationRenewalAhead.days)

function Standing({ of, now }: { of: Registration; now: Date }) {
  const t = useWords()
  const { can, form } = useReader()
  const cancel = `POST /registrations/${of.id}/cancel`
  const opensOn = of.validUntil && renewableOn(of, now)
  return (
    <div class="stack">
      {of.validUntil && (
        <p class="mb-0">
          {t(text('登记有效期至 ', 'Registered until '))}
          <Moment at={of.validUntil} isDay />
          {opensOn &&
            dayOf(now) < opensOn &&
            t(text(`，${opensOn} 起可续展`, `; it can be renewed from ${opensOn} on`))}
        </p>
      )}
      {can('registration.renew') && opensOn && dayOf(now) >= opensOn && (
        <Form to={`POST /registrations/${of.id}/renew`}>
          <Submit>{t(text('续展登记', 'Renew the registration'))}</Submit>
        </Form>
      )}
      {can('registration.cancel') && of.state === 'registered' && (
        <Confirm
          label={text('注销登记', 'Cancel the registration')}
          isOpen={form?.to === cancel}
          consequence={text(
            '注销后登记证书不再有效，公开查验显示“已注销”，不能恢复。',
            'The certificate ends, public verification says so, and it cannot be taken back.',
          )}
        >
          <Form to={cancel}>
            <Field name="reason" label={text('注销理由', 'Why it is cancelled')} isRequired maxLength={1000} />
            <Submit tone="danger">{t(text('确认注销', 'Cancel it'))}</Submit>
          </Form>
        </Confirm>
      )}
    </div>
  )
}

/** What a party of a trade can do about its registration and filing; nothing where there is nothing to do. */
export function Recording({ of: { registration, filing }, now }: { of: Records; now: Date }) {
  const t = useWords()
  const { can, actor } = useReader()
  const isVendor = (row: { vendorId: string }) => row.vendorId === actor.organizationId
  const parts = []
  if (registration?.state === 'supplementing' && can('registration.resubmit'))
    parts.push(<Supplement key="supplement" of={registration} />)
  if (filing && isVendor(filing) && filing.state === 'correction_ordered' && can('filing.correct'))
    parts.push(<Correction key="correction" of={filing} />)
  if (filing && isVendor(filing) && filing.state === 'draft' && can('filing.submit'))
    parts.push(<Completion key="completion" of={filing} />)
  if (registration && isVendor(registration) && ['registered', 'expired'].includes(registration.state))
    parts.push(<Standing key="standing" of={registration} now={now} />)
  if (parts.length === 0) return null
  return (
    <Card title={t(text('登记与备案办理', 'Registration and filing: what to do'))} id="records">
      <div class="stack">{parts}</div>
    </Card>
  )
}

interface Due {
  readonly contractId: string
  readonly dueAt: Date | null
}

const time = ({ dueAt }: Due) => dueAt?.getTime() ?? Number.POSITIVE_INFINITY

/** One entry for all of a kind; it leads to the trade that is due first. */
function entry(kind: string, found: readonly Due[], words: (n: number) => Text): WorkItem[] {
  const [first] = [...found].sort((a, b) => (time(a) === time(b) ? 0 : time(a) - time(b)))
  if (!first) return []
  return [
    {
      kind,
      count: found.length,
      href: `/trades/${first.contractId}#records`,
      words: words(found.length),
      dueAt: first.dueAt,
    },
  ]
}

const each = (n: number, one: string, many: string): string => (n === 1 ? one : `${n} ${many}`)

/** What registrations and filings ask of the acting party, on one side of its trades. */
export async function recordsWork(rx: Rx, side: 'vendor' | 'buyer'): Promise<WorkItem[]> {
  const own = rx.actor.organizationId
  const mine = (row: { vendorId: string; buyerId: string }) => row[`${side}Id`] === own
  const returned = (await listRegistrations(rx, { state: 'supplementing', limit: 100 })).items.filter(mine)
  const supplement = entry(`${side}.supplement`, returned, n =>
    text(`${n} 件交易登记被退回，待补正`, `${each(n, 'A registration was', 'registrations were')} returned: answer`),
  )
  if (side === 'buyer') return supplement
  const filings = async (state: string) => (await listFilings(rx, { state, limit: 100 })).items.filter(mine)
  return [
    ...supplement,
    ...entry('vendor.correct', await filings('correction_ordered'), n =>
      text(`${n} 件备案被责令补正`, `${each(n, 'A filing is', 'filings are')} to be corrected, says the authority`),
    ),
    ...entry('vendor.complete', await filings('draft'), n =>
      text(
        `${n} 件备案材料不全，待补全报送`,
        `${each(n, 'A filing is', 'filings are')} incomplete: complete and report`,
      ),
    ),
  ]
}
