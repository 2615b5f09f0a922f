import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { type Organization, organizationsOf } from '../../modules/identity/index.ts'
import {
  carriersOf,
  type DataElement,
  type DisputeRow,
  elementByCode,
  type ItemSource,
  isOpenState,
  isParty,
  mayDecide,
  mayObject,
  readSource,
  type SourceFile,
} from '../../modules/sources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Facts, Moment, Name, Notice, type Tone } from '../../web/parts.tsx'
import { Another, Door, Due, Place, ReasonForm } from '../operator/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { ElementLink, elementName, SourceBadge, SourceOf } from './parts.tsx'

export interface Dossier extends SourceFile {
  readonly element: DataElement
  readonly names: ReadonlyMap<string, Organization>
  /** own items that carry the same element, with which one may object */
  readonly own: readonly ItemSource[]
  readonly isDecider: boolean
  readonly isSide: boolean
  readonly timeline: TimelineFacts
  readonly now: Date
}

async function dossierOf(rx: Rx, id: string): Promise<Dossier> {
  const file = await readSource(rx, id)
  const { row, disputes } = file
  const mine = rx.actor.organizationId
  const own =
    mine && mayObject(rx, file)
      ? (await carriersOf(rx, { element: row.elementCode, organizationId: mine, division: row.division, limit: 50 }))
          .items
      : []
  return {
    ...file,
    element: await elementByCode(rx, row.elementCode),
    names: await organizationsOf(
      rx,
      disputes.map(each => each.organizationId),
    ),
    own,
    isDecider: await mayDecide(rx, row, disputes),
    isSide: isParty(rx, row, disputes),
    timeline: await readTimeline(rx, [['source', id]]),
    now: rx.now,
  }
}

const outcomes: Readonly<Record<string, readonly [Tone, Text]>> = {
  upheld: ['good', text('异议成立', 'Upheld')],
  rejected: ['quiet', text('异议不成立', 'Rejected')],
}

function Objection({ of, dossier }: { of: DisputeRow; dossier: Dossier }) {
  const t = useWords()
  const { can, actor } = useReader()
  const { row, names } = dossier
  const who = names.get(of.organizationId)
  const [tone, words] = (of.outcome ? outcomes[of.outcome] : undefined) ?? ['info', undefined]
  const mayAnswer = row.organizationId === actor.organizationId && row.state === 'disputed' && can('source.answer')
  return (
    <li class="mb-4">
      <h3 class="row-gap">
        <Name zh={who?.nameZh ?? '—'} en={who?.nameEn} />
        {words && <Badge tone={tone}>{t(words)}</Badge>}
      </h3>
      <Facts
        of={[
          [
            t(text('持有的信息项', 'Its own item')),
            <a key="item" href={`/resources/${of.entryId}`}>
              <Data>{of.itemName}</Data>
            </a>,
          ],
          [t(text('理由', 'Reason')), <Data key="reason">{of.reason}</Data>],
          [t(text('证据', 'Evidence')), <Data key="evidence">{of.evidence}</Data>],
          [t(text('提出时间', 'Raised')), <Moment key="at" at={of.raisedAt} />],
          of.answer !== null && [
            t(text('申报机构答复', 'Answer of the proposer')),
            <Data key="answer">{of.answer}</Data>,
          ],
        ]}
      />
      {of.answer === null &&
        (mayAnswer ? (
          <Form to={`POST /source-disputes/${of.id}/answer`}>
            <Field name="answer" label={text('答复', 'Answer')} kind="area" rows={3} maxLength={2000} isRequired />
            <Submit>{t(text('提交答复', 'Submit the answer'))}</Submit>
          </Form>
        ) : (
          isOpenState(row.state) && (
            <p class="text-secondary mb-0">{t(text('申报机构尚未答复。', 'The proposer has not answered yet.'))}</p>
          )
        ))}
    </li>
  )
}

function Objecting({ of: { row, own } }: { of: Dossier }) {
  const t = useWords()
  const { can } = useReader()
  if (own.length === 0 || !can('source.dispute')) return null
  const to = `POST /sources/${row.id}/dispute`
  const [first] = own
  return (
    <Door
      to={to}
      label={text('提出异议', 'Object')}
      tone="primary"
      consequence={text(
        '异议提交后由申报机构答复，再由辖区主管部门认定；每个机构对一件申报只能提出一次。',
        'The proposer answers, then the authority of the jurisdiction decides; each institution objects once.',
      )}
    >
      <Form to={to}>
        <input type="hidden" name="entryId" value={first!.item.entryId} />
        <Field
          name="itemName"
          label={text('本机构持有该数据元的信息项', 'Your item that carries the element')}
          kind="select"
          value={first!.item.itemName}
          options={own
            .filter(each => each.item.entryId === first!.item.entryId)
            .map(each => [each.item.itemName, `${each.item.entryName} · ${each.item.itemName}`] as const)}
          isRequired
        />
        <Field name="reason" label={text('理由', 'Reason')} kind="area" rows={2} maxLength={1000} isRequired />
        <Field
          name="evidence"
          label={text('证据', 'Evidence')}
          hint={text(
            '法律法规条款、职责规定、数据采集和更新情况',
            'Articles of law, rules on duties, how it is collected and kept',
          )}
          kind="area"
          rows={3}
          maxLength={2000}
          isRequired
        />
        <Submit>{t(text('提交异议', 'Submit the objection'))}</Submit>
      </Form>
    </Door>
  )
}

function Replaced({ of: { current } }: { of: Dossier }) {
  return current ? <input type="hidden" name="replaces" value={current.id} /> : null
}

function Decide({ of }: { of: Dossier }) {
  const t = useWords()
  const { can } = useReader()
  const { row, disputes, names, current } = of
  if (!can('source.decide')) return null
  if (of.isSide)
    return <Another>{t(text('须由与各方无关的人员认定。', 'Somebody independent of all sides decides.'))}</Another>
  if (!of.isDecider)
    return (
      <Another>
        {t(
          text('有异议的申报由辖区主管部门认定。', 'The authority of the jurisdiction decides where somebody objects.'),
        )}
      </Another>
    )
  const path = `POST /sources/${row.id}`
  const makesWay = current
    ? text(
        `认定后，现有来源“${current.institution}”（${current.number}）即行更替。`,
        `The present source of ${current.institutionEn ?? current.institution} (${current.number}) is replaced.`,
      )
    : text('认定后向社会公布，其他机构不再重复采集。', 'It is made public, and others do not collect it again.')
  return (
    <div class="stack">
      <Door
        to={`${path}/adopt`}
        label={text('认定为权威来源', 'Decide that it is the source')}
        tone="primary"
        consequence={makesWay}
      >
        <ReasonForm to={`${path}/adopt`} button={text('确认认定', 'Decide')} tone="primary">
          <Replaced of={of} />
        </ReasonForm>
      </Door>
      {disputes.length > 0 && (
        <Door
          to={`${path}/award`}
          label={text('认定异议机构为来源', 'Decide for who objected')}
          tone="plain"
          consequence={makesWay}
        >
          <ReasonForm to={`${path}/award`} button={text('确认认定', 'Decide')} tone="plain">
            <Replaced of={of} />
            <Field
              name="disputeId"
              label={text('异议机构', 'Institution')}
              kind="select"
              options={disputes.map(
                each => [each.id, names.get(each.organizationId)?.nameZh ?? each.itemName] as const,
              )}
              isRequired
            />
          </ReasonForm>
        </Door>
      )}
      <Door
        to={`${path}/refuse`}
        label={text('不予认定', 'Refuse')}
        consequence={text(
          '申报机构会看到理由；该辖区可以重新申报。',
          'The proposer reads why; others may then propose.',
        )}
      >
        <ReasonForm to={`${path}/refuse`} button={text('确认不予认定', 'Refuse')} />
      </Door>
    </div>
  )
}

function Withdraw({ of: { row } }: { of: Dossier }) {
  const { can, actor } = useReader()
  const isLive = isOpenState(row.state) || row.state === 'in_force'
  if (row.organizationId !== actor.organizationId || !isLive || !can('source.withdraw')) return null
  const to = `POST /sources/${row.id}/withdraw`
  return (
    <Door
      to={to}
      label={row.state === 'in_force' ? text('放弃权威来源', 'Give up being the source') : text('撤回申报', 'Withdraw')}
      consequence={
        row.state === 'in_force'
          ? text(
              '该数据元在本辖区将没有权威来源，并通知有关机构。',
              'The element is left without a source here, and others are told.',
            )
          : text('撤回后可以重新申报。', 'It can be proposed again.')
      }
    >
      <ReasonForm to={to} button={text('确认', 'Confirm')} />
    </Door>
  )
}

function What({ of }: { of: Dossier }) {
  const t = useWords()
  const { row, line, element, current, now } = of
  return (
    <Card title={t(text('申报内容', 'Proposal'))}>
      <Facts
        of={[
          [t(text('编号', 'Number')), <code key="number">{row.number}</code>],
          [t(text('数据元', 'Data element')), <ElementLink key="element" of={element} />],
          [t(text('辖区', 'Jurisdiction')), <Place key="place" code={row.division} />],
          [t(text('申报的来源', 'Proposed source')), <SourceOf key="source" of={line} />],
          [t(text('职责依据', 'Legal duty')), <Data key="duty">{row.dutyBasis}</Data>],
          [t(text('申报时间', 'Proposed')), <Moment key="at" at={row.proposedAt} />],
          row.objectionsUntil !== null && [
            t(text('异议期至', 'Objections until')),
            <Due
              key="until"
              at={row.objectionsUntil}
              now={isOpenState(row.state) ? row.proposedAt : now}
              isProvisional={row.isDueProvisional}
            />,
          ],
          current !== undefined && [t(text('现有来源', 'Present source')), <SourceOf key="current" of={current} />],
        ]}
      />
    </Card>
  )
}

function DossierView({ of }: { of: Dossier }) {
  const t = useWords()
  const { row, disputes, timeline, now } = of
  return (
    <div class="split">
      <div>
        {row.reason && (
          <Notice tone={row.state === 'in_force' ? 'good' : 'warn'} title={t(text('理由', 'Reason'))}>
            <Data>{row.reason}</Data>
          </Notice>
        )}
        <What of={of} />
        <Card title={t(text(`异议（${disputes.length}）`, `Objections (${disputes.length})`))}>
          {disputes.length === 0 ? (
            <p class="mb-0">{t(text('没有机构提出异议。', 'Nobody has objected.'))}</p>
          ) : (
            <ul class="plain-list mb-0">
              {disputes.map(each => (
                <Objection key={each.id} of={each} dossier={of} />
              ))}
            </ul>
          )}
        </Card>
      </div>
      <div>
        <Card title={t(text('办理', 'What to do'))}>
          <Facts
            of={[
              [t(text('状态', 'State')), <SourceBadge key="state" state={row.state} />],
              row.dueAt !== null && [
                t(text('本环节期限', 'This step until')),
                <Due key="due" at={row.dueAt} now={now} isProvisional={row.isDueProvisional} />,
              ],
            ]}
          />
          <div class="stack mt-3">
            <Objecting of={of} />
            {row.state === 'ready' && <Decide of={of} />}
            <Withdraw of={of} />
          </div>
        </Card>
        <Card title={t(text('经过', 'What happened'))}>
          <Timeline of={timeline} />
        </Card>
      </div>
    </div>
  )
}

export const proposalPages: Route[] = [
  page({
    at: 'GET /source-proposals/:id',
    operation: 'showSourceProposal',
    permission: 'source.list',
    summary: text('一件权威来源申报', 'One proposal'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const of = await dossierOf(rx, params.id)
      const name = elementName(of.element)
      return {
        title: text(`“${name.zh}”的权威来源`, `Authoritative source of ${name.en}`),
        trail: [['/source-proposals', text('权威来源', 'Authoritative sources')]],
        body: <DossierView of={of} />,
      }
    },
  }),
]
