import { Type } from 'typebox'
import { dayOf } from '../../kernel/calendar.ts'
import type { Route } from '../../kernel/http/route.ts'
import { notFound } from '../../kernel/problem.ts'
import { type RulePack, ruleLibrary, rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Badge, Card, Facts, Notice, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { clockGroups, clockWords, periodWords } from './rulewords.ts'

const yes = (value: boolean): Text => (value ? text('是', 'Yes') : text('否', 'No'))

/** Parts per million as a percentage without a floating point: 20000 is 2 %. */
const percent = (ppm: number): string => {
  const digits = String(ppm).padStart(5, '0')
  const rest = digits.slice(-4).replace(/0+$/, '')
  return `${digits.slice(0, -4)}${rest && `.${rest}`}%`
}

function spanOf(period: RulePack['periods'][keyof RulePack['periods']]): Text {
  if ('months' in period) return text(`${period.months} 个月`, `${period.months} months`)
  if ('days' in period) return text(`${period.days} 日`, `${period.days} days`)
  return text(`${period.hours} 小时`, `${period.hours} hours`)
}

function startOf(pack: RulePack): Text {
  if (pack.effectiveFrom === null) return text('仅在本交易场所选用时适用', 'only where the exchange chooses it')
  return text(`${pack.effectiveFrom} 起施行`, `from ${pack.effectiveFrom}`)
}

function Deadlines({ pack }: { pack: RulePack }) {
  const t = useWords()
  return (
    <>
      {clockGroups.map(([title, names]) => (
        <Card key={title.en} title={t(title)}>
          <Table
            head={[t(text('事项', 'Matter')), t(text('工作日', 'Working days')), t(text('依据', 'Basis'))]}
            nums={[1]}
            rows={names
              .filter(name => Object.keys(pack.clocks).includes(name))
              .map(name => [t(clockWords[name]), pack.clocks[name].workingDays, t(pack.clocks[name].source)])}
          />
        </Card>
      ))}
      <Card title={t(text('有效期与保存期限', 'Validity and retention'))}>
        <Table
          head={[t(text('事项', 'Matter')), t(text('期限', 'Period')), t(text('依据', 'Basis'))]}
          rows={Object.entries(pack.periods).map(([name, period]) => [
            t(periodWords[name as keyof typeof periodWords]),
            t(spanOf(period)),
            t(period.source),
          ])}
        />
      </Card>
    </>
  )
}

function Fees({ pack }: { pack: RulePack }) {
  const t = useWords()
  const { platformRate, brokerRate } = pack.fees
  return (
    <Card title={t(text('收费', 'Fees'))} id="fees">
      <Table
        head={[
          t(text('项目', 'Item')),
          t(text('费率（按成交金额）', 'Rate of the amount traded')),
          t(text('依据', 'Basis')),
        ]}
        nums={[1]}
        rows={[
          [
            t(text('平台服务费，结算时从供方收入中扣除', 'Platform fee, taken from the vendor’s share at settlement')),
            percent(platformRate.ppm),
            t(platformRate.source),
          ],
          [t(text('数据商佣金', 'Broker’s commission')), percent(brokerRate.ppm), t(brokerRate.source)],
        ]}
      />
      <p class="mb-0">
        {t(
          text(
            '需方按合同金额付款，不另收费。免费方案不收平台服务费。金额精确到分，尾差按最大余数法分配。',
            'The buyer pays the amount of the contract and nothing on top. Free plans carry no fee. Amounts are exact to the fen; remainders are divided by largest remainder.',
          ),
        )}
      </p>
    </Card>
  )
}

function Conditions({ pack }: { pack: RulePack }) {
  const t = useWords()
  const { listing, acceptance, publicityRequiredFor, lists } = pack
  const categories = lists.sourceCategories.items.filter(item =>
    publicityRequiredFor.sourceCategories.includes(item.code),
  )
  const joined = (zh: string[], en: string[]) => text(zh.join('、'), en.join(', '))
  return (
    <Card title={t(text('交易条件', 'Conditions of trade'))}>
      <Table
        head={[t(text('规则', 'Rule')), t(text('内容', 'Content')), t(text('依据', 'Basis'))]}
        rows={[
          [
            t(text('挂牌须说明数据来源', 'A listing states where its data come from')),
            t(yes(listing.isSourceStatementRequired.value)),
            t(listing.isSourceStatementRequired.source),
          ],
          [
            t(text('审核人可以是提交人', 'A reviewer may be the submitter')),
            t(yes(listing.mayReviewerBeSubmitter.value)),
            t(listing.mayReviewerBeSubmitter.source),
          ],
          [
            t(text('验收期满未提异议视为验收合格', 'Silence until the end of the period is acceptance')),
            t(yes(acceptance.isSilenceAcceptance)),
            t(acceptance.source),
          ],
          [
            t(text('使用数据即视为验收', 'Using the data is acceptance')),
            t(yes(acceptance.isUseAcceptance)),
            t(acceptance.source),
          ],
          [
            t(text('登记前须公示的数据来源', 'Sources made public before registration')),
            t(
              joined(
                categories.map(item => item.name.zh),
                categories.map(item => item.name.en),
              ),
            ),
            t(publicityRequiredFor.source),
          ],
          ...pack.grades.items.map(grade => [
            t(text(`级别：${grade.name.zh}`, `Grade: ${grade.name.en}`)),
            t(
              !grade.isTradable
                ? text('不得交易', 'May not be traded')
                : grade.needsRiskReview
                  ? text('可以交易，须风险审核', 'May be traded after a risk review')
                  : text('可以交易', 'May be traded'),
            ),
            t(pack.grades.source),
          ]),
        ]}
      />
    </Card>
  )
}

/** From when a filing is worth a closer look: a hint to the officer, not a verdict. */
function Findings({ pack: { findings } }: { pack: RulePack }) {
  const t = useWords()
  const days = (n: number) => text(`${n} 日`, `${n} days`)
  const rows: readonly (readonly [Text, Text])[] = [
    [
      text(
        '金额偏高：同一产品至少有多少笔其他有偿交易才比较',
        'High amount: other paid trades of the product from which it is compared',
      ),
      text(`${findings.minPeers} 笔`, `${findings.minPeers} trades`),
    ],
    [
      text('金额偏高：超过这些交易中位数的倍数', 'High amount: times the median of these trades'),
      text(`${findings.timesMedian} 倍`, `${findings.timesMedian} times`),
    ],
    [text('相同双方重复交易：此前期限', 'The same parties trade again: within'), days(findings.repeatDays)],
    [text('当事方曾被责令补正：此前期限', 'A party was ordered to correct: within'), days(findings.memoryDays)],
  ]
  return (
    <Card title={t(text('备案核查的疑点提示', 'What draws attention to a filing'))} id="findings">
      <Table
        head={[t(text('提示', 'Hint')), t(text('标准', 'Limit')), t(text('依据', 'Basis'))]}
        rows={rows.map(([words, limit]) => [t(words), t(limit), t(findings.source)])}
      />
      <p class="mb-0">
        {t(
          text(
            '疑点只提示主管部门人员核看，不构成违规认定。',
            'A hint makes an officer look closer; it is no finding of a violation.',
          ),
        )}
      </p>
    </Card>
  )
}

/** Every pack the exchange knows, so that an old decision can be read under its own rules. */
function Packs({ shown, current }: { shown: RulePack; current: RulePack }) {
  const t = useWords()
  const { url } = useReader()
  const path = url.split('?')[0]
  return (
    <Card title={t(text('规则包及其版本', 'Rule packs and their versions'))}>
      <Table
        head={[
          t(text('规则包', 'Rule pack')),
          t(text('施行', 'Applies')),
          t(text('摘要（SHA-256）', 'Digest (SHA-256)')),
        ]}
        rows={ruleLibrary()
          .all()
          .map(pack => [
            <>
              <a
                href={`${path}?pack=${encodeURIComponent(pack.ref)}`}
                {...(pack === shown && { 'aria-current': 'page' })}
              >
                {t(pack.title)}
              </a>{' '}
              <code>{pack.ref}</code> {pack === current && <Badge tone="good">{t(text('现行', 'In force'))}</Badge>}
            </>,
            t(startOf(pack)),
            <code key="digest">{pack.digest.slice(0, 16)}…</code>,
          ])}
      />
      <p class="mb-0">
        {t(
          text(
            '每项决定都记录作出时适用的规则包；规则修改后，旧案仍按旧规则办理。',
            'Every decision keeps the pack it was taken under; when rules change, older cases stay under theirs.',
          ),
        )}
      </p>
    </Card>
  )
}

function Rules({ pack, current, today }: { pack: RulePack; current: RulePack; today: string }) {
  const t = useWords()
  return (
    <>
      {pack !== current && (
        <Notice tone="warn" title={t(text('这不是现行规则', 'These rules are not in force now'))}>
          <p class="mb-0">
            <a href="/rules">{t(text('查看现行规则', 'See the rules in force'))}</a>
          </p>
        </Notice>
      )}
      <div class="card card-body">
        <Facts
          of={[
            [t(text('规则包', 'Rule pack')), `${t(pack.title)} (${pack.ref})`],
            [t(text('施行', 'Applies')), t(startOf(pack))],
            [t(text('今天', 'Today')), today],
            [t(text('主管部门', 'Competent authority')), t(pack.authorityName(pack.homeDivision))],
            [
              t(text('已公布节假日的年份', 'Years whose holidays are published')),
              `${pack.coveredYears.join(t(text('、', ', ')))}${t(
                text('；此后的期限为暂定', '; later deadlines are provisional'),
              )}`,
            ],
            [t(text('摘要（SHA-256）', 'Digest (SHA-256)')), <code key="digest">{pack.digest}</code>],
          ]}
        />
      </div>
      <Fees pack={pack} />
      <Conditions pack={pack} />
      <Deadlines pack={pack} />
      <Findings pack={pack} />
      <Packs shown={pack} current={current} />
    </>
  )
}

function packOf(ref: string): RulePack {
  const found = ruleLibrary()
    .all()
    .find(pack => pack.ref === ref)
  if (!found) throw notFound(text('没有这个规则包。', 'There is no such rule pack.'))
  return found
}

export const rulePages: Route[] = [
  page({
    at: 'GET /rules',
    operation: 'showRules',
    permission: 'page.read',
    summary: text('现行规则', 'The rules in force'),
    query: { pack: Type.Optional(Type.String({ maxLength: 80 })) },
    run: (rx, { query }) => {
      const current = rulesAt(rx.now)
      const pack = query.pack ? packOf(query.pack) : current
      return {
        title: text('交易规则', 'Rules of the exchange'),
        lead: text(
          '收费、期限和交易条件，每一项都注明依据。标“待核对”的尚未与法规原文核对。',
          'Fees, deadlines and conditions, each with its basis. “To verify” marks what was not yet compared with the text of the law.',
        ),
        body: <Rules pack={pack} current={current} today={dayOf(rx.now)} />,
      }
    },
  }),
]
