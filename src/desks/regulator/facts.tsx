import { division } from '../../kernel/division.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import type { ContractFacts } from '../../modules/contracts/index.ts'
import {
  type Filing,
  type RegistrationState,
  registrationMachine,
  type TradeFacts,
} from '../../modules/registration/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Badge, Card, Facts, Moment, Money, Name, State } from '../../web/parts.tsx'
import type { Filed } from './filing.tsx'

const places: Readonly<Record<string, Text>> = {
  '/prohibitedUses': text('禁止用途', 'Prohibited uses'),
  '/price/amountFen': text('价款', 'Price'),
  '/payment/dueWorkingDays': text('付款期限（工作日）', 'Payment period (working days)'),
  '/delivery/dueWorkingDays': text('交付期限（工作日）', 'Delivery period (working days)'),
  '/acceptance/periodWorkingDays': text('验收期（工作日）', 'Acceptance period (working days)'),
  '/dispute/method': text('争议解决方式', 'Way of settling disputes'),
  '/dispute/place': text('争议解决机构或地点', 'Place of settling disputes'),
}

const methods: Readonly<Record<string, Text>> = {
  court: text('诉讼', 'Court'),
  arbitration: text('仲裁', 'Arbitration'),
}

/** The value of a deviation, which the contract keeps as JSON, for people. */
function Value({ pointer, json }: { pointer: string; json: string }) {
  const t = useWords()
  const value: unknown = JSON.parse(json)
  if (pointer === '/price/amountFen') return <Money fen={BigInt(String(value))} />
  if (pointer === '/dispute/method') return <>{t(methods[String(value)] ?? text(String(value), String(value)))}</>
  return <span lang="zh-CN">{Array.isArray(value) ? value.join('、') : String(value)}</span>
}

/** Every term that differs from the model contract or the listing (Art 29 ¶2: shown, not blocked). */
export function Deviations({ of }: { of: ContractFacts }) {
  const t = useWords()
  if (of.deviations.length === 0)
    return (
      <p class="mb-0">
        {t(text('全部条款与示范文本和挂牌内容一致。', 'All terms are those of the model contract and the listing.'))}
      </p>
    )
  return (
    <ul class="plain-list">
      {of.deviations.map(each => (
        <li key={each.pointer}>
          <strong>{t(places[each.pointer] ?? text(each.pointer, each.pointer))}</strong>
          {t(text('：', ': '))}
          <del>
            <Value pointer={each.pointer} json={each.model} />
          </del>{' '}
          → <Value pointer={each.pointer} json={each.agreed} />
        </li>
      ))}
    </ul>
  )
}

const stated: readonly (readonly [keyof TradeFacts, Text])[] = [
  ['scenario', text('使用场景', 'Scenario')],
  ['personalInfoBasis', text('个人信息合法性基础', 'Lawful basis for personal information')],
  ['remarks', text('说明', 'Remarks')],
]

/** What the vendor changed from version to version, and how it explained that. */
function Versions({ of }: { of: Filed }) {
  const t = useWords()
  const { versions } = of
  if (versions.length < 2) return null
  return (
    <>
      <h3>{t(text('各版报送内容', 'Versions as reported'))}</h3>
      <ol class="plain-list">
        {versions.map((version, i) => {
          const before = versions[i - 1]
          const changed = before ? stated.filter(([key]) => before.facts[key] !== version.facts[key]) : []
          return (
            <li key={version.version}>
              <strong>{t(text(`第 ${version.version} 版`, `Version ${version.version}`))}</strong> ·{' '}
              {version.reportedOn}
              {version.explanation && <p class="mb-1">{version.explanation}</p>}
              {changed.map(([key, words]) => (
                <p key={key} class="mb-1">
                  {t(words)}
                  {t(text('：', ': '))}
                  <del lang="zh-CN">{String(before?.facts[key] ?? '—')}</del> →{' '}
                  <ins lang="zh-CN">{String(version.facts[key] ?? '—')}</ins>
                </p>
              ))}
            </li>
          )
        })}
      </ol>
    </>
  )
}

function useNames(at: Date) {
  const t = useWords()
  const { lists, grades } = rulesAt(at)
  const name = (items: readonly { code: string; name: Text }[], code: string) => {
    const found = items.find(item => item.code === code)
    return found ? t(found.name) : code
  }
  return {
    grade: (code: string) => name(grades.items, code),
    source: (code: string) => name(lists.sourceCategories.items, code),
    right: (code: string) => name(lists.rights.items, code),
  }
}

function Subject({ row, contract, now }: { row: Filing; contract: ContractFacts; now: Date }) {
  const t = useWords()
  const names = useNames(now)
  const { facts } = row
  const { rights } = contract.terms
  const chinese = (words: string) => <span lang="zh-CN">{words}</span>
  return (
    <Facts
      of={[
        [
          t(text('产品', 'Product')),
          <a key="p" href={`/products/${contract.productId}`}>
            <Name zh={facts.productName} of={row.contractId} />
          </a>,
        ],
        [t(text('产品编号', 'Product number')), <code key="n">{facts.productNumber}</code>],
        [t(text('金额', 'Amount')), <Money key="m" fen={row.amountFen} />],
        [t(text('使用目的', 'Purpose')), chinese(facts.purpose)],
        [t(text('使用场景', 'Scenario')), chinese(facts.scenario)],
        [
          t(text('授予权利', 'Rights granted')),
          t(
            text(
              `${names.right(rights.kind)}，${rights.isExclusive ? '独占' : '非独占'}，${rights.termMonths} 个月`,
              `${names.right(rights.kind)}, ${rights.isExclusive ? 'exclusive' : 'not exclusive'}, ${rights.termMonths} months`,
            ),
          ),
        ],
        [t(text('数据级别', 'Grade')), names.grade(facts.grade)],
        [t(text('来源', 'Source')), chinese(`${names.source(facts.sourceCategory)}：${facts.sourceStatement}`)],
        [
          t(text('个人信息', 'Personal information')),
          facts.containsPersonalInfo ? (
            <>
              <Badge tone="warn">{t(text('含个人信息', 'Included'))}</Badge> {chinese(facts.personalInfoBasis ?? '—')}
            </>
          ) : (
            t(text('不含', 'None'))
          ),
        ],
        [t(text('公共数据', 'Public data')), t(facts.isPublicData ? text('是', 'Yes') : text('否', 'No'))],
        facts.remarks ? [t(text('说明', 'Remarks')), chinese(facts.remarks)] : null,
      ]}
    />
  )
}

/** The filing's own facts, with the contract's deviations and the versions that were reported. */
export function FactsCard({ of }: { of: Filed }) {
  const t = useWords()
  const { language } = useReader()
  const { row, contract, registration, now } = of
  return (
    <Card title={t(text('备案事项', 'What was filed'))} id="facts">
      <Subject row={row} contract={contract} now={now} />
      <h3>{t(text('条款偏离', 'Deviations'))}</h3>
      <Deviations of={contract} />
      <Versions of={of} />
      <h3>{t(text('证明材料', 'Evidence'))}</h3>
      <Facts
        of={[
          [
            t(text('合同', 'Contract')),
            <a key="c" href={`/contracts/${contract.id}`}>
              {contract.number}
            </a>,
          ],
          ...contract.signatures.map(
            each =>
              [
                t(
                  each.side === 'vendor'
                    ? text('供方签署', 'Signed by the vendor')
                    : text('需方签署', 'Signed by the buyer'),
                ),
                <Moment key={each.id} at={each.signedAt} />,
              ] as const,
          ),
          [
            t(text('交易登记', 'Registration')),
            registration ? (
              <span class="row-gap">
                <State machine={registrationMachine} state={registration.state as RegistrationState} />
                {registration.number && <a href={`/verify/${registration.number}`}>{registration.number}</a>}
                {registration.certificateSha256 && (
                  <a href={`/api/v1/registrations/${registration.id}/certificate`}>
                    {t(text('登记证书（PDF）', 'Certificate (PDF)'))}
                  </a>
                )}
              </span>
            ) : (
              t(text('尚未登记', 'Not registered'))
            ),
          ],
          row.receiptSha256
            ? [
                t(text('备案回执', 'Receipt')),
                <a key="r" href={`/api/v1/filings/${row.id}/receipt`}>
                  {t(text('备案回执（PDF）', 'Receipt (PDF)'))}
                </a>,
              ]
            : null,
          [
            t(text('管辖', 'Division')),
            division(row.division)?.[language === 'en' ? 'nameEn' : 'name'] ?? row.division,
          ],
          [t(text('适用规则', 'Rules applied')), <code key="k">{row.rulePack}</code>],
        ]}
      />
      <details>
        <summary>{t(text('材料摘要值（SHA-256）', 'Digests of the papers (SHA-256)'))}</summary>
        <dl class="facts">
          {row.materials.map(each => (
            <>
              <dt>{t(each.name)}</dt>
              <dd>
                <code>{each.sha256}</code>
              </dd>
            </>
          ))}
        </dl>
      </details>
    </Card>
  )
}
