import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { personNames } from '../../modules/identity/index.ts'
import {
  countRegistrations,
  listRegistrations,
  type Registration,
  readRegistration,
  registrationMachine,
} from '../../modules/registration/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Facts, Moment, Money, Name, Notice, State, type Tone } from '../../web/parts.tsx'
import { tradeNames } from '../names.ts'
import { page } from '../page.tsx'
import { gradeWords } from '../public/words.ts'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { Another, Door, Due, deskTrail, Place, ReasonForm, StateList, type StateTab } from './parts.tsx'

type RegistrationState = keyof typeof registrationMachine.states

const trail = text('登记办理', 'Registrations')
const states = [
  'submitted',
  'accepted',
  'objection_handling',
  'supplementing',
  'publicity',
  'registered',
  'rejected',
  'not_accepted',
] as const
const tones: Partial<Record<RegistrationState, Tone>> = {
  supplementing: 'warn',
  objection_handling: 'warn',
  registered: 'good',
  rejected: 'bad',
  not_accepted: 'bad',
  revoked: 'bad',
}

interface Found {
  readonly items: readonly Registration[]
  readonly next: string | null
}

function List({ found, state, tabs, now }: { found: Found; state: string; tabs: readonly StateTab[]; now: Date }) {
  return (
    <StateList
      tabs={tabs}
      at={state}
      of={found}
      empty={{
        title: text('这里没有登记', 'No registration is here'),
        icon: 'certificate',
        words: text(
          '合同签章生效后，系统自动提交登记。',
          'A contract is submitted for registration once it is sealed.',
        ),
      }}
      columns={[
        [text('合同', 'Contract'), row => <a href={`/operator/registrations/${row.id}`}>{row.facts.contractNumber}</a>],
        [text('数据产品', 'Data product'), row => <Name zh={row.facts.productName} of={row.contractId} />],
        [text('供方', 'Vendor'), row => <Name zh={row.facts.vendor.name} of={row.vendorId} />],
        [text('需方', 'Buyer'), row => <Name zh={row.facts.buyer.name} of={row.buyerId} />],
        [text('金额', 'Amount'), row => <Money fen={BigInt(row.facts.amountFen)} />, true],
        [text('期限', 'Due'), row => <Due at={row.dueAt} now={now} isProvisional={row.isProvisional} />],
      ]}
    />
  )
}

type Objections = Awaited<ReturnType<typeof readRegistration>>['objections']
interface Dossier {
  readonly row: Registration
  readonly objections: Objections
  readonly names: ReadonlyMap<string, string>
  readonly timeline: TimelineFacts
  readonly now: Date
}

const returning = [
  text('使用场景描述过于笼统，请补充具体应用', 'The scenario is too general: say what it is used for'),
  text('涉及个人信息，请补充合法性基础', 'There is personal information: give its lawful basis'),
]
const refusing = [text('不属于本交易场所登记范围', 'It lies outside what this exchange registers')]
const rejecting = [
  text('登记事项与合同不一致，且未能补正', 'The record differs from the contract and was not corrected'),
  text('异议成立，不予登记', 'An objection was upheld'),
]

function Submitted({ id }: { id: string }) {
  const t = useWords()
  const { can } = useReader()
  return (
    <div class="stack">
      {can('registration.accept') ? (
        <Form to={`POST /registrations/${id}/accept`}>
          <p>
            {t(
              text(
                '登记事项齐全即受理；形式审核须由另一人办理。',
                'Accept when the record is complete; another person reviews it.',
              ),
            )}
          </p>
          <Submit>{t(text('受理', 'Accept'))}</Submit>
        </Form>
      ) : (
        <Another>{t(text('由经办受理。', 'A maker accepts it.'))}</Another>
      )}
      {can('registration.return') && (
        <Door
          to={`POST /registrations/${id}/return`}
          label={text('退回补正', 'Return for supplement')}
          tone="plain"
          consequence={text('受理期限暂停，当事人补正后继续计算。', 'The clock stops until the parties answer.')}
        >
          <ReasonForm to={`POST /registrations/${id}/return`} button={text('退回', 'Return')} templates={returning} />
        </Door>
      )}
      {can('registration.refuse') && (
        <Door
          to={`POST /registrations/${id}/refuse`}
          label={text('不予受理', 'Do not accept')}
          consequence={text(
            '登记程序终止，不能恢复；合同效力不受影响。',
            'The registration ends for good; the contract stays in force.',
          )}
        >
          <ReasonForm
            to={`POST /registrations/${id}/refuse`}
            button={text('不予受理', 'Do not accept')}
            templates={refusing}
          />
        </Door>
      )}
    </div>
  )
}

function Reject({ id }: { id: string }) {
  return (
    <Door
      to={`POST /registrations/${id}/reject`}
      label={text('不予登记', 'Reject')}
      consequence={text(
        '登记程序终止，不能恢复；合同效力不受影响。',
        'The registration ends for good; the contract stays in force.',
      )}
    >
      <ReasonForm to={`POST /registrations/${id}/reject`} button={text('不予登记', 'Reject')} templates={rejecting} />
    </Door>
  )
}

function Accepted({ of: { row, names } }: { of: Dossier }) {
  const t = useWords()
  const { can, viewer } = useReader()
  const by = (row.acceptedBy && names.get(row.acceptedBy)) ?? '—'
  if (row.acceptedBy === viewer?.personId)
    return (
      <Another>{t(text('您已受理，形式审核须由另一人办理。', 'You accepted it; another person reviews it.'))}</Another>
    )
  if (!can('registration.pass'))
    return <Another>{t(text(`由 ${by} 受理，等待复核人员审核。`, `Accepted by ${by}; a checker reviews it.`))}</Another>
  return (
    <div class="stack">
      <Form to={`POST /registrations/${row.id}/pass`}>
        <p>
          {t(
            text(
              `由 ${by} 受理。通过后发放登记编号和证书；公共数据等须先公示。`,
              `Accepted by ${by}. Passing gives it a number and a certificate; public data are made public first.`,
            ),
          )}
        </p>
        <Submit tone="good">{t(text('形式审核通过', 'Pass the formal review'))}</Submit>
      </Form>
      <Reject id={row.id} />
    </div>
  )
}

function Objected({ id }: { id: string }) {
  const t = useWords()
  const { can } = useReader()
  if (!can('registration.decide-objection'))
    return <Another>{t(text('异议由复核人员处理。', 'A checker decides the objection.'))}</Another>
  return (
    <Form to={`POST /registrations/${id}/decide-objection`}>
      <Field
        name="isUpheld"
        label={text('异议是否成立', 'Is the objection right')}
        kind="radios"
        isRequired
        options={[
          ['false', text('不成立，准予登记', 'No: it is registered')],
          ['true', text('成立，不予登记', 'Yes: it is rejected')],
        ]}
      />
      <Field
        name="answer"
        label={text('答复异议人', 'Answer to who objected')}
        kind="area"
        isRequired
        maxLength={2000}
        hint={text(
          '写明事实和依据；异议人和双方当事人都会看到。',
          'Give facts and basis; who objected and both parties read it.',
        )}
      />
      <Submit>{t(text('作出决定', 'Decide'))}</Submit>
    </Form>
  )
}

function Decision({ of }: { of: Dossier }) {
  const t = useWords()
  const { row } = of
  if (row.state === 'submitted') return <Submitted id={row.id} />
  if (row.state === 'accepted') return <Accepted of={of} />
  if (row.state === 'objection_handling') return <Objected id={row.id} />
  if (row.state === 'registered')
    return (
      <p class="mb-0">
        <a href={`/verify/${row.number}`}>{t(text('公开查验页面', 'Public verification page'))}</a>
      </p>
    )
  return <Another>{t(text('目前没有需要办理的事项。', 'There is nothing to decide now.'))}</Another>
}

function Record({ of, now }: { of: Registration; now: Date }) {
  const t = useWords()
  const { facts } = of
  const yes = (value: boolean) => (value ? t(text('是', 'Yes')) : t(text('否', 'No')))
  return (
    <Facts
      of={[
        [t(text('合同', 'Contract')), <a href={`/contracts/${of.contractId}`}>{facts.contractNumber}</a>],
        [t(text('示范文本', 'Model contract')), `${facts.template.code} ${facts.template.version}`],
        [t(text('偏离条款', 'Deviations')), `${facts.deviations}`],
        [
          t(text('供方', 'Vendor')),
          <>
            <Name zh={facts.vendor.name} of={of.vendorId} /> · <code>{facts.vendor.uscc}</code>
          </>,
        ],
        [
          t(text('需方', 'Buyer')),
          <>
            <Name zh={facts.buyer.name} of={of.buyerId} /> · <code>{facts.buyer.uscc}</code>
          </>,
        ],
        [t(text('数据产品', 'Product')), <Name zh={facts.productName} of={of.contractId} />],
        [t(text('产品编号', 'Product number')), <code>{facts.productNumber}</code>],
        [t(text('使用目的', 'Purpose')), facts.purpose],
        [t(text('使用场景', 'Scenario')), facts.scenario],
        [t(text('来源说明', 'Statement of source')), facts.sourceStatement],
        [t(text('分级', 'Grade')), t(gradeWords(rulesAt(now), facts.grade))],
        [t(text('含个人信息', 'Personal information')), yes(facts.containsPersonalInfo)],
        [t(text('公共数据', 'Public data')), yes(facts.isPublicData)],
        [t(text('金额', 'Amount')), <Money fen={BigInt(facts.amountFen)} />],
        [t(text('签订', 'Signed')), facts.signedOn],
        facts.remarks !== null && [t(text('当事人补正说明', 'The party’s answer')), facts.remarks],
        [t(text('管辖', 'Jurisdiction')), <Place code={of.division} />],
        [t(text('规则包', 'Rule pack')), of.rulePack],
      ]}
    />
  )
}

function One({ of }: { of: Dossier }) {
  const t = useWords()
  const { row, objections, timeline, now } = of
  return (
    <div class="split">
      <div>
        {row.reason && (
          <Notice tone="warn" title={t(text('理由', 'Reason given'))}>
            {row.reason}
          </Notice>
        )}
        {objections.length > 0 && (
          <Card title={t(text('异议', 'Objections'))}>
            {objections.map(each => (
              <section key={each.id} class="mb-3">
                <p class="mb-1">{each.grounds}</p>
                <p class="text-secondary mb-0">
                  <Moment at={each.raisedAt} />
                  {each.answer && ` · ${t(text('答复', 'Answer'))}：${each.answer}`}
                </p>
              </section>
            ))}
          </Card>
        )}
        <Card title={t(text('登记事项', 'The record'))}>
          <Record of={row} now={now} />
        </Card>
      </div>
      <div>
        <Card title={t(text('办理', 'Decide'))}>
          <Facts
            of={[
              [
                t(text('状态', 'State')),
                <State machine={registrationMachine} state={row.state as RegistrationState} tones={tones} />,
              ],
              [t(text('登记编号', 'Number')), row.number ? <code>{row.number}</code> : '—'],
              [t(text('期限', 'Due')), <Due at={row.dueAt} now={now} isProvisional={row.isProvisional} />],
              row.publicityEndsAt !== null && [
                t(text('公示至', 'Public until')),
                <Moment at={row.publicityEndsAt} isDay />,
              ],
            ]}
          />
          <hr class="my-3" />
          <Decision of={of} />
        </Card>
        <Card title={t(text('经过', 'What happened'))}>
          <Timeline of={timeline} />
        </Card>
      </div>
    </div>
  )
}

async function showRegistration(rx: Rx, id: string) {
  const { row, objections } = await readRegistration(rx, id)
  const ids = [row.acceptedBy, row.reviewedBy].flatMap(each => each ?? [])
  const of: Dossier = {
    row,
    objections,
    names: await personNames(rx, ids),
    timeline: await readTimeline(rx, [['registration', id]]),
    now: rx.now,
  }
  const number = row.number ?? row.facts.contractNumber
  return {
    title: text(`登记 ${number}`, `Registration ${number}`),
    names: await tradeNames(rx, [row.contractId]),
    trail: deskTrail(['/operator/registrations', trail]),
    body: <One of={of} />,
  }
}

export const registrationPages = [
  page({
    at: 'GET /operator/registrations',
    operation: 'showOperatorRegistrations',
    permission: 'operator.work-list',
    summary: text('登记办理', 'Registrations'),
    query: {
      state: Type.Optional(Type.Union(states.map(state => Type.Literal(state)))),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const counts = await countRegistrations(rx)
      const state = query.state ?? states.find(each => (counts.get(each) ?? 0) > 0) ?? 'submitted'
      const found = await listRegistrations(rx, { state, ...(query.after && { after: query.after }) })
      const ids = found.items.map(row => row.contractId)
      const tabs = states.map(each => ({
        state: each,
        words: registrationMachine.states[each],
        count: counts.get(each) ?? 0,
      }))
      return {
        title: trail,
        names: await tradeNames(rx, ids),
        trail: deskTrail(),
        lead: text(
          '合同生效后的交易登记：受理、形式审核、公示和异议；备案由主管部门核查。',
          'Registration of contracts in force: acceptance, formal review, publicity, objections.',
        ),
        body: <List found={found} state={state} tabs={tabs} now={rx.now} />,
      }
    },
  }),
  page({
    at: 'GET /operator/registrations/:id',
    operation: 'showOperatorRegistration',
    permission: 'operator.work-list',
    summary: text('办理一项登记', 'One registration'),
    params: { id: Id },
    run: (rx, { params }) => showRegistration(rx, params.id),
  }),
]
