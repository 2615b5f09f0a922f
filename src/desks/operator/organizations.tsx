import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { type QuotaState, quotaOfOrganization } from '../../modules/data/index.ts'
import {
  checkOrganization,
  countOrganizations,
  kindsToConfirm,
  kindWords,
  listOrganizations,
  type Organization,
  type OrganizationCheck,
  type OrganizationState,
  organizationMachine,
  organizationOf,
  personNames,
  roleWords,
} from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Facts, Moment, Name, Notice, State, Table, type Tone } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { KindDecision, KindsWaiting } from './kinds.tsx'
import { Another, ageOf, Door, deskTrail, Place, ReasonForm, StateList, type StateTab, Verdict } from './parts.tsx'
import { QuotaCard } from './quota.tsx'

const trail = text('机构核验', 'Organisations')
const states = ['submitted', 'accepted', 'returned', 'verified', 'suspended'] as const
const tones: Partial<Record<OrganizationState, Tone>> = {
  submitted: 'info',
  accepted: 'info',
  returned: 'warn',
  verified: 'good',
  suspended: 'bad',
}

const rolesIn = (t: (words: Text) => string, roles: readonly string[]) =>
  roles.map(role => t(roleWords[role]?.name ?? text(role, role))).join(t(text('、', ', ')))

const empties: Record<string, Text> = {
  submitted: text(
    '新注册的机构会出现在这里，由经办受理。',
    'Newly registered organisations appear here, for a maker to accept.',
  ),
  accepted: text('已受理的机构由另一人核验。', 'What one person accepted, another verifies here.'),
}

type Found = Awaited<ReturnType<typeof listOrganizations>>

function List({ found, state, tabs, now }: { found: Found; state: string; tabs: readonly StateTab[]; now: Date }) {
  const t = useWords()
  return (
    <StateList
      tabs={tabs}
      at={state}
      of={found}
      empty={{ title: text('这里没有机构', 'No organisation is here'), icon: 'building', words: empties[state] }}
      columns={[
        [
          text('机构', 'Organisation'),
          row => (
            <a href={`/operator/organizations/${row.id}`}>
              <Name zh={row.nameZh} en={row.nameEn} />
            </a>
          ),
        ],
        [text('统一社会信用代码', 'Credit code'), row => <code>{row.uscc}</code>],
        [text('所在地', 'Seat'), row => <Place code={row.division} />],
        [text('申请角色', 'Asks for'), row => rolesIn(t, row.requestedRoles)],
        [text('注册', 'Registered'), row => <Moment at={row.createdAt} isDay />],
        [
          text('已等待', 'Waits for'),
          row => (['submitted', 'accepted'].includes(row.state) ? t(ageOf(row.changedAt, now)) : '—'),
        ],
      ]}
    />
  )
}

const returning = [
  text('营业执照名称与填写的名称不一致，请核对后补正', 'The name differs from that on the licence: correct it'),
  text('统一社会信用代码与机构名称不符，请核对后补正', 'The credit code belongs to another name: correct it'),
  text(
    '申请主管部门或公共机构角色，请补充授权文件',
    'The role of authority or institution needs the document that says so',
  ),
  text('联系人或联系电话无法核实，请更新', 'Contact person or phone cannot be verified: update them'),
]
const suspending = [
  text('证照到期未更新，暂停资格', 'Its licence has expired and was not renewed'),
  text('涉嫌违反交易规则，调查期间暂停资格', 'It may have broken the rules; suspended while that is looked into'),
]

interface Dossier {
  readonly row: Organization
  readonly checks: readonly OrganizationCheck[]
  readonly names: ReadonlyMap<string, string>
  readonly timeline: TimelineFacts
  /** only of those that upload */
  readonly quota: QuotaState | undefined
  readonly now: Date
}

function Checks({ of }: { of: readonly OrganizationCheck[] }) {
  const t = useWords()
  return (
    <Table
      head={[t(text('核对项', 'Check')), t(text('结果', 'Result')), t(text('发现', 'What was found'))]}
      rows={of.map(check => [
        t(check.title),
        <Verdict of={check.verdict} />,
        <>
          {t(check.finding)}
          {check.others.map(other => (
            <div key={other.id}>
              <a href={`/operator/organizations/${other.id}`}>
                <Name zh={other.nameZh} />
              </a>{' '}
              <State machine={organizationMachine} state={other.state as OrganizationState} tones={tones} />
            </div>
          ))}
        </>,
      ])}
    />
  )
}

function Return({ id }: { id: string }) {
  return (
    <Door
      to={`POST /organizations/${id}/return`}
      label={text('退回补正', 'Return for correction')}
      tone="plain"
      consequence={text(
        '机构将看到理由，改好后重新提交，从受理重新开始。',
        'The organisation reads the reason, corrects and submits again; it is then accepted anew.',
      )}
    >
      <ReasonForm to={`POST /organizations/${id}/return`} button={text('退回', 'Return')} templates={returning} />
    </Door>
  )
}

function Decision({ of: { row, names } }: { of: Dossier }) {
  const t = useWords()
  const { can, viewer } = useReader()
  const to = (move: string) => `POST /organizations/${row.id}/${move}`
  if (row.state === 'submitted')
    return (
      <div class="stack">
        {can('organization.accept') ? (
          <Form to={to('accept')}>
            <p>
              {t(
                text(
                  '事实与核对项相符时受理；核验须由另一人办理。',
                  'Accept when facts and checks agree; another person then verifies.',
                ),
              )}
            </p>
            <Submit>{t(text('受理', 'Accept'))}</Submit>
          </Form>
        ) : (
          <Another>{t(text('由经办受理。', 'A maker accepts it.'))}</Another>
        )}
        {can('organization.return') && <Return id={row.id} />}
      </div>
    )
  if (row.state === 'accepted') {
    const isOwn = row.acceptedBy === viewer?.personId
    const by = (row.acceptedBy && names.get(row.acceptedBy)) ?? '—'
    return (
      <div class="stack">
        {can('organization.verify') && !isOwn ? (
          <Form to={to('verify')}>
            <p>
              {t(
                text(
                  `由 ${by} 受理。核验通过后，其角色（${rolesIn(t, row.requestedRoles)}）立即生效，可以交易。`,
                  `Accepted by ${by}. Once verified, its roles (${rolesIn(t, row.requestedRoles)}) are in force and it can trade.`,
                ),
              )}
            </p>
            <Submit tone="good">{t(text('核验通过', 'Verify'))}</Submit>
          </Form>
        ) : (
          <Another>
            {isOwn
              ? t(text('您已受理，核验须由另一人办理。', 'You accepted it; another person verifies.'))
              : t(text(`由 ${by} 受理，等待复核人员核验。`, `Accepted by ${by}; a checker verifies it.`))}
          </Another>
        )}
        {can('organization.return') && <Return id={row.id} />}
      </div>
    )
  }
  if (row.state === 'verified' && can('organization.suspend') && !row.roles.includes('operator'))
    return (
      <Door
        to={to('suspend')}
        label={text('暂停资格', 'Suspend')}
        consequence={text(
          '其角色立即失效：不能挂牌、签约和付款，直到恢复。',
          'Its roles are out of force at once: no listing, contract or payment until it is reinstated.',
        )}
      >
        <ReasonForm to={to('suspend')} button={text('确认暂停', 'Suspend')} templates={suspending} />
      </Door>
    )
  if (row.state === 'suspended' && can('organization.reinstate'))
    return (
      <Form to={to('reinstate')}>
        <p>{t(text('恢复后，其角色重新生效。', 'Its roles are in force again once it is reinstated.'))}</p>
        <Submit>{t(text('恢复资格', 'Reinstate'))}</Submit>
      </Form>
    )
  return <Another>{t(text('目前没有需要办理的事项。', 'There is nothing to decide now.'))}</Another>
}

function One({ of }: { of: Dossier }) {
  const t = useWords()
  const { row, checks, names, timeline } = of
  const by = (id: string | null) => (id && names.get(id)) ?? '—'
  return (
    <div class="split">
      <div>
        {row.reason && row.state !== 'verified' && (
          <Notice tone="warn" title={t(text('退回或暂停的理由', 'Reason given'))}>
            {row.reason}
          </Notice>
        )}
        <Card title={t(text('机构自述', 'What it says of itself'))}>
          <Facts
            of={[
              [t(text('名称', 'Name')), row.nameZh],
              [t(text('英文名称', 'English name')), row.nameEn ?? '—'],
              [t(text('统一社会信用代码', 'Credit code')), <code>{row.uscc}</code>],
              [t(text('所在地', 'Seat')), <Place code={row.division} />],
              [t(text('地址', 'Address')), row.address],
              [t(text('联系人', 'Contact')), `${row.contactName} · ${row.contactPhone}`],
              [t(text('申请角色', 'Asks for')), rolesIn(t, row.requestedRoles)],
              row.requestedRoles.includes('institution') && [
                t(text('机构类别', 'Kind of institution')),
                <span key="kind" class="row-gap">
                  {t(kindWords(row, rulesAt(of.now)))}
                  {row.institutionKind !== null && row.kindConfirmedAt === null && (
                    <Badge tone="warn">{t(text('未确认', 'Not confirmed'))}</Badge>
                  )}
                </span>,
              ],
              [t(text('生效角色', 'In force')), rolesIn(t, row.roles) || '—'],
            ]}
          />
        </Card>
        <Card title={t(text('自动核对', 'Checks by machine'))}>
          <Checks of={checks} />
          <p class="text-secondary mt-2 mb-0">
            {t(
              text(
                '自动核对只作提示；名称与代码是否相符，请对照国家企业信用信息公示系统或主管部门文件。',
                'These only hint: compare name and code with the national enterprise register or the document of the authority.',
              ),
            )}
          </p>
        </Card>
      </div>
      <div>
        <Card title={t(text('办理', 'Decide'))}>
          <p>
            <State machine={organizationMachine} state={row.state as OrganizationState} tones={tones} />
          </p>
          <Decision of={of} />
        </Card>
        <KindDecision row={row} now={of.now} />
        {of.quota && <QuotaCard of={of.quota} />}
        <Card title={t(text('经过', 'What happened'))}>
          <Facts
            of={[
              [t(text('注册人', 'Registered by')), by(row.registeredBy)],
              [t(text('受理人', 'Accepted by')), by(row.acceptedBy)],
              [t(text('核验人', 'Verified by')), by(row.verifiedBy)],
            ]}
          />
          <hr class="my-3" />
          <Timeline of={timeline} />
        </Card>
      </div>
    </div>
  )
}

async function showOrganization(rx: Rx, id: string) {
  const row = await organizationOf(rx, id)
  const ids = [row.registeredBy, row.acceptedBy, row.verifiedBy].flatMap(each => each ?? [])
  const facts: Dossier = {
    row,
    checks: await checkOrganization(rx, id),
    names: await personNames(rx, [...new Set(ids)]),
    timeline: await readTimeline(rx, [['organization', id]]),
    quota: ['vendor', 'institution'].some(role => row.roles.includes(role as 'vendor'))
      ? await quotaOfOrganization(rx, id)
      : undefined,
    now: rx.now,
  }
  return {
    title: text(row.nameZh, row.nameEn ?? row.nameZh),
    trail: deskTrail(['/operator/organizations', trail]),
    body: <One of={facts} />,
  }
}

export const organizationPages = [
  page({
    at: 'GET /operator/organizations',
    operation: 'showOperatorOrganizations',
    permission: 'organization.check',
    summary: text('机构核验', 'Organisations'),
    query: {
      state: Type.Optional(Type.Union(states.map(state => Type.Literal(state)))),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const counts = await countOrganizations(rx)
      const state = query.state ?? states.find(each => (counts.get(each) ?? 0) > 0) ?? 'submitted'
      const tabs = states.map(each => ({
        state: each,
        words: organizationMachine.states[each],
        count: counts.get(each) ?? 0,
      }))
      const found = await listOrganizations(rx, { state, ...(query.after && { after: query.after }) })
      return {
        title: trail,
        trail: deskTrail(),
        lead: text(
          '核实机构是谁、有权做什么；受理与核验由两人办理。',
          'Who an organisation is and what it may do; two people accept and verify.',
        ),
        body: (
          <>
            <KindsWaiting of={await kindsToConfirm(rx)} />
            <List found={found} state={state} tabs={tabs} now={rx.now} />
          </>
        ),
      }
    },
  }),
  page({
    at: 'GET /operator/organizations/:id',
    operation: 'showOperatorOrganization',
    permission: 'organization.check',
    summary: text('核验一家机构', 'Verify an organisation'),
    params: { id: Id },
    run: (rx, { params }) => showOrganization(rx, params.id),
  }),
]
