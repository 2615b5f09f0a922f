import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  approvalOf,
  type ContractFacts,
  contractMachine,
  frozenText,
  listProposals,
  readContract,
  renderText,
  type Terms,
} from '../../modules/contracts/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Badge, Card, Facts, Moment, Name, Notice, State } from '../../web/parts.tsx'
import type { Reader } from '../../web/reader.ts'
import { nameOf, tradeNames } from '../names.ts'
import { page } from '../page.tsx'
import { ContractPrice } from '../price.tsx'
import { Prose } from '../prose.tsx'
import { readTimeline, Timeline } from '../timeline.tsx'
import { type Acting, NextStep } from './acting.tsx'
import { Recording } from './recording.tsx'
import { RecordsCard, recordsOf } from './records.tsx'
import { Signatures } from './signed.tsx'
import { contractTones, partyOf } from './standing.ts'
import { Changes, changesBetween, GoodsFacts, TermFacts } from './terms.tsx'

/** The text in the reader's language: the Chinese one is what is signed, the English one its translation. */
async function textFor(rx: Rx, contract: ContractFacts, { language }: Reader): Promise<string> {
  const frozen = language === 'zh-CN' ? await frozenText(rx, contract.id) : null
  return frozen ?? renderText(rx, contract, language)
}

async function find(rx: Rx, id: string, reader: Reader) {
  const contract = await readContract(rx, id)
  const side = partyOf(contract, rx.actor.organizationId)
  const records = await recordsOf(rx, id)
  const acting: Acting = {
    contract,
    side,
    approval: side && (await approvalOf(rx, contract)),
    orderId: records.order?.id,
  }
  return {
    contract,
    acting,
    records,
    body: await textFor(rx, contract, reader),
    proposals: await listProposals(rx, id),
    timeline: await readTimeline(rx, [['contract', id]]),
    now: rx.now,
  }
}

type Found = Awaited<ReturnType<typeof find>>

/** The rounds of a negotiation, each with what it changed: oldest first. */
function Rounds({ of }: { of: Found['proposals'] }) {
  const t = useWords()
  if (of.length < 2) return null
  const terms = of.map(proposal => JSON.parse(proposal.termsText) as Terms)
  return (
    <Card title={t(text('磋商记录', 'Negotiation'))}>
      {of.slice(1).map((proposal, i) => (
        <div key={proposal.id} class="mb-3">
          <h3>
            {t(text(`第 ${proposal.round} 轮：`, `Round ${proposal.round}: `))}
            {proposal.side === 'vendor' ? t(text('供方提出', 'by the vendor')) : t(text('需方提出', 'by the buyer'))}
            {' · '}
            <Moment at={proposal.proposedAt} />
          </h3>
          {proposal.note && <p>{proposal.note}</p>}
          <Changes
            of={changesBetween(terms[i]!, terms[i + 1]!)}
            before={text('此前', 'Before')}
            after={text('本轮提出', 'Proposed')}
          />
        </div>
      ))}
    </Card>
  )
}

function Deviations({ of: contract }: { of: ContractFacts }) {
  const t = useWords()
  if (contract.deviations.length === 0)
    return (
      <p>
        <Badge tone="good">{t(text('与示范文本一致', 'As in the model text'))}</Badge>{' '}
        {t(text('没有偏离示范文本和挂牌条件的条款。', 'No term differs from the model text and the listing.'))}
      </p>
    )
  return (
    <Card
      title={t(
        text(
          `与示范文本的差异（${contract.deviations.length} 处）`,
          `Deviations from the model text (${contract.deviations.length})`,
        ),
      )}
    >
      <Changes
        of={contract.deviations}
        before={text('示范文本与挂牌', 'Model and listing')}
        after={text('本合同', 'This contract')}
      />
    </Card>
  )
}

function Parties({ of: contract }: { of: ContractFacts }) {
  const t = useWords()
  const [vendor, buyer] = contract.terms.parties
  return (
    <Card title={t(text('当事人', 'Parties'))}>
      <Facts
        of={[
          [
            t(text('甲方（供方）', 'Party A (vendor)')),
            <a key="vendor" href={`/vendors/${contract.vendorId}`}>
              <Name zh={vendor.name} of={contract.vendorId} />
            </a>,
          ],
          [t(text('统一社会信用代码', 'USCC')), <code key="vendor-code">{vendor.uscc}</code>],
          [t(text('乙方（需方）', 'Party B (buyer)')), <Name key="buyer" zh={buyer.name} of={contract.buyerId} />],
          [t(text('统一社会信用代码', 'USCC')), <code key="buyer-code">{buyer.uscc}</code>],
        ]}
      />
    </Card>
  )
}

function Use({ of: { terms } }: { of: ContractFacts }) {
  const t = useWords()
  return (
    <Card title={t(text('用途', 'Use'))}>
      <Facts
        of={[
          [
            t(text('使用目的', 'Purpose')),
            <span key="purpose" lang="zh-CN">
              {terms.purpose}
            </span>,
          ],
          [
            t(text('应用场景', 'Scenario')),
            <span key="scenario" lang="zh-CN">
              {terms.scenario}
            </span>,
          ],
          [
            t(text('禁止用途', 'Prohibited')),
            <span key="no" lang="zh-CN">
              {terms.prohibitedUses.join('；')}
            </span>,
          ],
        ]}
      />
    </Card>
  )
}

function Text({ of: { contract, body } }: { of: Found }) {
  const t = useWords()
  const { language } = useReader()
  return (
    <Card
      title={t(text('合同文本', 'Text of the contract'))}
      actions={
        <a href={`/api/v1/contracts/${contract.id}/text`}>{t(text('下载文本（Markdown）', 'Download (Markdown)'))}</a>
      }
    >
      {language === 'en' && (
        <p class="text-secondary">
          {t(text('译文。', 'A translation; the Chinese text is the one that is signed and binding.'))}
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls by itself must be reachable by keyboard */}
      <section class="sheet" tabIndex={0} aria-label={t(text('合同全文', 'The whole contract'))}>
        <Prose markdown={body} language={language} />
      </section>
    </Card>
  )
}

function Contract({ of: found }: { of: Found }) {
  const t = useWords()
  const { contract, acting, records, timeline } = found
  const isWaiting = contract.state === 'performing' && (contract.pdfSha256 === null || records.order === undefined)
  const awaited = `${contract.pdfSha256 !== null} ${records.order !== undefined}`
  return (
    <div data-watch={isWaiting ? awaited : undefined}>
      {contract.isDisputed && (
        <Notice tone="warn" title={t(text('存在未决争议', 'A dispute is open'))}>
          {t(text('争议期间款项冻结，合同继续有效。', 'Money is frozen meanwhile; the contract stands.'))}
        </Notice>
      )}
      <NextStep of={acting} />
      <div class="split">
        <div>
          <Text of={found} />
          <Deviations of={contract} />
          <Rounds of={found.proposals} />
          <Signatures of={contract} />
          <Card title={t(text('经过', 'What happened'))}>
            <Timeline of={timeline} />
          </Card>
        </div>
        <div>
          <Card title={t(text('要点', 'In short'))}>
            <TermFacts of={contract.terms} />
          </Card>
          <Parties of={contract} />
          <Use of={contract} />
          <RecordsCard of={records} contractId={contract.id} />
          <Recording of={records} now={found.now} />
          <Card title={t(text('标的数据', 'The data'))}>
            <GoodsFacts of={contract.terms} />
            <p class="mt-2 mb-0">
              <a href={`/products/${contract.productId}`}>{t(text('查看产品页', 'See the product'))}</a>
            </p>
          </Card>
        </div>
      </div>
    </div>
  )
}

function Lead({ of: contract }: { of: ContractFacts }) {
  return (
    <>
      <State machine={contractMachine} state={contract.state} tones={contractTones} /> <code>{contract.number}</code>{' '}
      <ContractPrice of={contract} />
    </>
  )
}

export const contractRoutes: Route[] = [
  page({
    at: 'GET /contracts/:id',
    operation: 'showContract',
    permission: 'contract.read',
    summary: text('合同', 'A contract'),
    params: { id: Id },
    run: async (rx, { params: { id } }, reader) => {
      const found = await find(rx, id, reader)
      const names = await tradeNames(rx, [id])
      const name = nameOf(names, id, found.contract.productName)
      return {
        title: text(`合同：${name.zh}`, `Contract: ${name.en}`),
        names,
        lead: <Lead of={found.contract} />,
        trail: [['/contracts', text('合同', 'Contracts')]],
        body: <Contract of={found} />,
        scripts: ['watch.js'],
      }
    },
  }),
]
