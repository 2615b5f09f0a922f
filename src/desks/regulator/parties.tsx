import { division } from '../../kernel/division.ts'
import { text } from '../../kernel/text.ts'
import { type ContractState, contractMachine } from '../../modules/contracts/index.ts'
import type { PartyHistory } from '../../modules/registration/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Card, Count, Facts, Moment, Money, Name, State } from '../../web/parts.tsx'
import { FilingBadge } from './parts.tsx'

/** One party: who it is, and what the rows in the jurisdiction say of it. */
function Party({ of, filingId }: { of: PartyHistory; filingId: string }) {
  const t = useWords()
  const { language } = useReader()
  const { organization } = of
  const others = of.recent.filter(row => row.id !== filingId)
  return (
    <section class="party">
      <h3>
        {t(of.side === 'vendor' ? text('供方', 'Vendor') : text('需方', 'Buyer'))}
        {t(text('：', ': '))}
        <Name zh={organization.nameZh} en={organization.nameEn} />
      </h3>
      <Facts
        of={[
          [t(text('统一社会信用代码', 'Social credit code')), <code key="u">{organization.uscc}</code>],
          [
            t(text('所在地', 'Seat')),
            division(organization.division)?.[language === 'en' ? 'nameEn' : 'name'] ??
              division(organization.division)?.name ??
              organization.division,
          ],
          [
            t(text('辖区内备案', 'Filed in the jurisdiction')),
            <span key="t">
              <Count of={of.trades} /> {t(text('笔，合计 ', 'trades, '))}
              <Money fen={of.amountFen} />
            </span>,
          ],
          [
            t(text('责令补正', 'Corrections ordered')),
            <span key="c">
              <Count of={of.corrections} />
              {of.referrals > 0 &&
                t(text(`（其中移交监督 ${of.referrals}）`, ` (${of.referrals} referred to oversight)`))}
            </span>,
          ],
        ]}
      />
      {of.troubled.length > 0 && (
        <>
          <p class="mb-1">
            {t(text('中止、解除、无效或有过争议的合同', 'Contracts suspended, dissolved, void or once in dispute'))}
          </p>
          <ul class="plain-list">
            {of.troubled.map(each => (
              <li key={each.id}>
                <a href={`/contracts/${each.id}`}>{each.number}</a>{' '}
                <State machine={contractMachine} state={each.state as ContractState} />{' '}
                {each.isDisputed && t(text('有争议记录', 'dispute on record'))}
              </li>
            ))}
          </ul>
        </>
      )}
      {others.length > 0 && (
        <details>
          <summary>{t(text(`最近 ${others.length} 笔其他备案`, `${others.length} recent other filings`))}</summary>
          <ul class="plain-list">
            {others.map(row => (
              <li key={row.id}>
                <a href={`/regulator/filings/${row.id}`}>
                  <Name zh={row.facts.productName} of={row.contractId} />
                </a>{' '}
                <FilingBadge state={row.state} /> <Money fen={row.amountFen} /> <Moment at={row.filedAt} isDay />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

/** Both parties with their history, as far as this authority may know of it. */
export function PartiesCard({ of, filingId }: { of: readonly PartyHistory[]; filingId: string }) {
  const t = useWords()
  return (
    <Card title={t(text('当事方及其交易史', 'The parties and their history'))} id="parties">
      <div class="columns">
        {of.map(party => (
          <Party key={party.side} of={party} filingId={filingId} />
        ))}
      </div>
      <p class="text-secondary mt-2 mb-0">
        {t(text('只统计本机构有权查阅的交易。', 'Only trades that this authority may know of are counted.'))}
      </p>
    </Card>
  )
}
