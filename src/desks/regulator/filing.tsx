import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { notFound, Problem } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { listingOf } from '../../modules/catalog/index.ts'
import { frozenText, isCompetent, readContract } from '../../modules/contracts/index.ts'
import { readDelivery } from '../../modules/delivery/index.ts'
import { personNames } from '../../modules/identity/index.ts'
import { listFreezes, ordersOfContract } from '../../modules/orders/index.ts'
import {
  clockOf,
  explainFindings,
  historyOf,
  listFilingNotes,
  readFiling,
  registrationOf,
  standingOf,
} from '../../modules/registration/index.ts'
import { readMoney } from '../../modules/settlement/index.ts'
import { useWords } from '../../web/context.ts'
import { Icon } from '../../web/icon.tsx'
import { Card, Name } from '../../web/parts.tsx'
import { tradeNames } from '../names.ts'
import { page } from '../page.tsx'
import { Prose } from '../prose.tsx'
import { readTimeline, Timeline } from '../timeline.tsx'
import { Decision } from './decision.tsx'
import { FactsCard } from './facts.tsx'
import { MeasuresCard } from './measures.tsx'
import { MoneyCard } from './money.tsx'
import { FindingsCard, NotesCard } from './notes.tsx'
import { PartiesCard } from './parties.tsx'
import { Clocked, FilingBadge, Keys } from './parts.tsx'
import { addressOf, queryOf, type View, viewOf, viewQuery } from './view.ts'

const path = '/regulator/filings'

/** The listing that the trade came from, where this authority may know of it. */
async function listingFor(rx: Rx, id: string) {
  try {
    return (await listingOf(rx, id)).listing
  } catch (error) {
    if (error instanceof Problem && error.type === notFound.type) return undefined
    throw error
  }
}

/** Everything about one filing that a decision may rest on. */
async function readAll(rx: Rx, id: string, view: View) {
  const { row, versions } = await readFiling(rx, id)
  const contract = await readContract(rx, row.contractId)
  const orders = await ordersOfContract(rx, row.contractId)
  const [order] = orders
  const registration = await registrationOf(rx, row.contractId)
  const competent = isCompetent(rx.actor, row.division)
  const people = await personNames(rx, row.checkedBy ? [row.checkedBy] : [])
  const subjects = [
    ['contract', contract.id] as const,
    ...(registration ? [['registration', registration.id] as const] : []),
    ['filing', row.id] as const,
    ...orders.map(({ id }) => ['order', id] as const),
  ]
  return {
    row,
    versions,
    contract,
    body: await frozenText(rx, contract.id),
    registration,
    listing: competent ? await listingFor(rx, contract.listingId) : undefined,
    freezes: await listFreezes(rx, { contractId: row.contractId, limit: 5 }),
    order,
    money: order ? await readMoney(rx, order.id) : undefined,
    delivery: order ? await readDelivery(rx, order.id) : undefined,
    findings: await explainFindings(rx, row),
    history: await historyOf(rx, row),
    notes: competent ? await listFilingNotes(rx, row.id) : undefined,
    timeline: await readTimeline(rx, subjects),
    standing: await standingOf(rx, queryOf(view), row),
    clock: clockOf(row, rx.now),
    isCompetent: competent,
    checkerName: row.checkedBy ? people.get(row.checkedBy) : undefined,
    now: rx.now,
  }
}

export type Filed = Awaited<ReturnType<typeof readAll>>

/** The place in the queue, and the way to its neighbours. */
function Neighbours({ of, view }: { of: Filed; view: View }) {
  const t = useWords()
  const { previous, next, before, total } = of.standing
  const link = (id: string | null, rel: 'prev' | 'next', words: string, icon: string) =>
    id ? (
      <a class="btn" href={addressOf(`${path}/${id}`, view)} rel={rel} data-go={rel}>
        <Icon name={icon} />
        {words}
      </a>
    ) : (
      <span class="btn disabled" aria-disabled="true">
        <Icon name={icon} />
        {words}
      </span>
    )
  return (
    <nav class="neighbours" aria-label={t(text('队列', 'Queue'))}>
      {link(previous, 'prev', t(text('上一份', 'Previous')), 'chevron-left')}
      <span class="text-secondary">
        {total > 0 && before < total
          ? t(text(`第 ${before + 1} / ${total} 份`, `${before + 1} of ${total}`))
          : t(text(`队列中共 ${total} 份`, `${total} in the queue`))}
      </span>
      {link(next, 'next', t(text('下一份', 'Next')), 'chevron-right')}
      <a class="btn" href={addressOf(path, view)} data-go="up">
        <Icon name="list" />
        {t(text('回到队列', 'Back to the queue'))}
      </a>
      <Keys />
    </nav>
  )
}

/** The sealed contract beside the facts: as the PDF where the browser shows one, else as its text. */
function Paper({ of }: { of: Filed }) {
  const t = useWords()
  const { contract, body } = of
  const address = `/api/v1/contracts/${contract.id}/pdf`
  const words = body ? (
    <div class="paper-text">
      <Prose markdown={body} language="zh-CN" />
    </div>
  ) : (
    <p>{t(text('合同文本不可用。', 'The text is not available.'))}</p>
  )
  return (
    <section class="review-paper card" id="paper" aria-label={t(text('合同', 'Contract'))}>
      <div class="card-header">
        <h2 class="card-title h3">{t(text('签章合同', 'The sealed contract'))}</h2>
        <div class="card-actions row-gap">
          {contract.pdfSha256 && (
            <a class="btn btn-sm" href={`${address}?isInline=true`} target="_blank" rel="noopener">
              <Icon name="external-link" />
              {t(text('新窗口打开', 'Open in a window'))}
            </a>
          )}
        </div>
      </div>
      {contract.pdfSha256 ? (
        <>
          <object
            class="paper"
            data={`${address}?isInline=true#view=FitH`}
            type="application/pdf"
            aria-label={contract.number}
          >
            {words}
          </object>
          {/* phones show the first page of an embedded PDF or nothing: there it is read as text, the PDF in a window */}
          <div class="paper-phone">{words}</div>
        </>
      ) : (
        words
      )}
    </section>
  )
}

/** What stands on the page, to go there at once. */
function Places({ of }: { of: Filed }) {
  const t = useWords()
  const places = [
    ['findings', text(`疑点 ${of.findings.length}`, `Findings ${of.findings.length}`)],
    ['facts', text('备案事项', 'Facts')],
    ['parties', text('当事方', 'Parties')],
    ['money', text('资金与交付', 'Money and delivery')],
    ...(of.notes ? ([['notes', text(`批注 ${of.notes.length}`, `Notes ${of.notes.length}`)]] as const) : []),
    ['timeline', text('经过', 'Timeline')],
    ['paper', text('合同', 'Contract')],
  ] as const
  return (
    <nav class="places" aria-label={t(text('本页内容', 'On this page'))}>
      {places.map(([id, words]) => (
        <a key={id} href={`#${id}`}>
          {t(words)}
        </a>
      ))}
    </nav>
  )
}

function Review({ of, view, isReturning }: { of: Filed; view: View; isReturning: boolean }) {
  const t = useWords()
  const { next } = of.standing
  const then = next ? addressOf(`${path}/${next}`, view) : addressOf(path, view)
  return (
    <div data-desk="filing">
      <Neighbours of={of} view={view} />
      <div class="review">
        <div class="review-facts">
          <Places of={of} />
          <FindingsCard of={of.findings} />
          <FactsCard of={of} />
          <PartiesCard of={of.history} filingId={of.row.id} />
          <MoneyCard money={of.money} delivery={of.delivery} />
          {of.notes && <NotesCard of={of.notes} filingId={of.row.id} />}
          <MeasuresCard of={of} />
          <Card title={t(text('经过与存在证明', 'Timeline and proofs'))} id="timeline">
            <Timeline of={of.timeline} />
          </Card>
          <Decision of={of} then={then} isReturning={isReturning} />
        </div>
        <Paper of={of} />
      </div>
    </div>
  )
}

export const filingPage = page({
  at: `GET ${path}/:id`,
  operation: 'showFiling',
  permission: 'filing.supervise',
  summary: text('一份备案', 'One filing'),
  params: { id: Id },
  query: { ...viewQuery, return: Type.Optional(Type.String({ enum: ['1'] })) },
  run: async (rx, { params, query }) => {
    const view = viewOf(query)
    const of = await readAll(rx, params.id, view)
    const others = of.history.flatMap(party => party.recent.map(row => row.contractId))
    const name = of.row.number ?? of.row.facts.contractNumber
    return {
      title: text(name, name),
      names: await tradeNames(rx, [of.row.contractId, ...others]),
      trail: [
        ['/regulator', text('监管工作台', 'Regulator desk')],
        [addressOf(path, view), text('备案核查', 'Filings to check')],
      ],
      lead: (
        <span class="row-gap">
          <Name zh={of.row.facts.productName} of={of.row.contractId} />
          <FilingBadge state={of.row.state} />
          <Clocked of={of.clock} />
        </span>
      ),
      body: <Review of={of} view={view} isReturning={query.return === '1'} />,
      scripts: ['queue.js'],
      hasDocument: true,
    }
  },
})
