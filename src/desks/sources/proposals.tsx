import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { type Text, text } from '../../kernel/text.ts'
import {
  allElements,
  countSources,
  type DataElement,
  institutionDuties,
  listSources,
  type SourceLine,
  sourceMachine,
} from '../../modules/sources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Badge, Card, Empty, Pager, Table } from '../../web/parts.tsx'
import { Due, Place, StateTabs } from '../operator/parts.tsx'
import { page } from '../page.tsx'
import { elementName, SourceBadge, SourceOf } from './parts.tsx'
import { RegisterForm } from './registering.tsx'

const states = Object.keys(sourceMachine.states) as (keyof typeof sourceMachine.states)[]

interface View {
  readonly lines: readonly SourceLine[]
  readonly next: string | null
  readonly state: string
  readonly counts: ReadonlyMap<string, number>
  readonly elements: ReadonlyMap<string, DataElement>
  readonly duties: Awaited<ReturnType<typeof institutionDuties>> | undefined
  readonly now: Date
}

function Lines({ of, view, caption }: { of: readonly SourceLine[]; view: View; caption: Text }) {
  const t = useWords()
  const named = (code: string): Text => {
    const found = view.elements.get(code)
    return found ? elementName(found) : text(code, code)
  }
  return (
    <Table
      caption={t(caption)}
      head={[
        t(text('数据元', 'Data element')),
        t(text('状态', 'State')),
        t(text('期限', 'Until')),
        t(text('辖区', 'Jurisdiction')),
        t(text('申报的来源', 'Proposed source')),
      ]}
      rows={of.map(line => [
        <a key="element" href={`/source-proposals/${line.id}`}>
          {t(named(line.elementCode))}
        </a>,
        <span key="state" class="row-gap">
          <SourceBadge state={line.state} />
          {line.disputes > 0 && (
            <Badge tone="warn">
              {t(text(`${line.disputes} 件异议`, line.disputes === 1 ? '1 objection' : `${line.disputes} objections`))}
            </Badge>
          )}
        </span>,
        <Due key="due" at={line.dueAt} now={view.now} />,
        <Place key="place" code={line.division} />,
        <SourceOf key="source" of={line} />,
      ])}
    />
  )
}

function Duties({ view }: { view: View }) {
  const t = useWords()
  const { duties } = view
  if (!duties || duties.answers.length + duties.objections.length === 0) return null
  const answers = text('待贵机构答复的异议', 'Objections for you to answer')
  const objections = text('贵机构可以提出异议的申报', 'Proposals to which you may object')
  return (
    <>
      {duties.answers.length > 0 && (
        <Card title={t(answers)}>
          <Lines of={duties.answers} view={view} caption={answers} />
        </Card>
      )}
      {duties.objections.length > 0 && (
        <Card title={t(objections)}>
          <Lines of={duties.objections} view={view} caption={objections} />
        </Card>
      )}
    </>
  )
}

function List({ view }: { view: View }) {
  const t = useWords()
  const { can } = useReader()
  return (
    <>
      <Duties view={view} />
      <StateTabs
        of={states.map(state => ({
          state,
          words: sourceMachine.states[state],
          count: view.counts.get(state) ?? 0,
        }))}
        at={view.state}
      />
      {view.lines.length === 0 ? (
        <Empty title={t(text('这里没有申报', 'No proposal is here'))} icon="checklist">
          {can('source.propose')
            ? t(text('从本机构的信息项申报权威来源。', 'Propose one of your items as an authoritative source.'))
            : t(text('机构申报权威来源后会出现在这里。', 'Proposals of institutions appear here.'))}
        </Empty>
      ) : (
        <Lines of={view.lines} view={view} caption={text('权威来源申报', 'Proposals and sources')} />
      )}
      <Pager next={view.next} />
      {can('data-element.register') && (
        <div class="mt-3">
          <RegisterForm />
        </div>
      )}
    </>
  )
}

function Propose() {
  const t = useWords()
  const { can } = useReader()
  if (!can('source.propose')) return null
  return (
    <a class="btn btn-primary" href="/institution/sources/new">
      {t(text('申报权威来源', 'Propose a source'))}
    </a>
  )
}

async function viewOf(rx: Rx, query: { state?: string; after?: string }): Promise<View> {
  const counts = await countSources(rx)
  const busy = ['ready', 'disputed', 'proposed'].find(state => (counts.get(state) ?? 0) > 0)
  const state = query.state ?? busy ?? 'in_force'
  const { items, next } = await listSources(rx, { state, after: query.after })
  return {
    lines: items,
    next,
    state,
    counts,
    elements: new Map((await allElements(rx)).map(each => [each.code, each])),
    duties: rx.actor.roles.includes('institution') ? await institutionDuties(rx) : undefined,
    now: rx.now,
  }
}

export const proposalsPages: Route[] = [
  page({
    at: 'GET /source-proposals',
    operation: 'showSourceProposals',
    permission: 'source.list',
    summary: text('权威来源申报', 'Proposals of authoritative sources'),
    query: { state: Type.Optional(Type.String({ enum: states })), after: PageQuery.after },
    run: async (rx, { query }) => ({
      title: text('权威来源', 'Authoritative sources'),
      lead: text(
        '一数一源：申报、异议、认定；没有异议的由平台运营机构认定，有异议的由辖区主管部门认定。',
        'Proposed, objected to, decided: by the operator, or by the authority of the jurisdiction where somebody objects.',
      ),
      actions: <Propose />,
      body: <List view={await viewOf(rx, query)} />,
    }),
  }),
]
