import type { Route } from '../../kernel/http/route.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { type PublicProduct, previewProduct } from '../../modules/catalog/index.ts'
import { publicColumns, publicSample } from '../../modules/data/index.ts'
import { useWords } from '../../web/context.ts'
import { Bytes, Card, Count, Facts, Money, Name, Notice, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { deskTrail, divisionNames, nameOf, percent, typeWords } from './words.ts'

type Props = { of: PublicProduct; rules: RulePack }

function Offered({ of: { version, plans, vendor }, rules }: Props) {
  const t = useWords()
  const yes = (is: boolean) => t(is ? text('是', 'Yes') : text('否', 'No'))
  const { termMonths } = version
  return (
    <div>
      <Card title={t(text('价格', 'Price'))}>
        {plans.length === 0 && <p class="mb-0">{t(text('还没有价格方案', 'There is no price yet'))}</p>}
        {plans.map(plan => (
          <p key={plan.id} class="mb-1">
            <Name zh={plan.nameZh} en={plan.nameEn} />{' '}
            <strong>{plan.kind === 'free' ? t(text('免费', 'Free')) : <Money fen={plan.amountFen} />}</strong>
          </p>
        ))}
      </Card>
      <Card title={t(text('权利与用途', 'Rights and purposes'))}>
        <Facts
          of={[
            [t(text('授予的权利', 'Right')), t(nameOf(rules, 'rights', version.rightsKind))],
            [t(text('独占', 'Exclusive')), yes(version.isExclusive)],
            [t(text('可转授', 'May be passed on')), yes(version.mayResell)],
            [
              t(text('期限', 'Term')),
              termMonths === null
                ? t(text('无期限', 'Without end'))
                : t(text(`${termMonths} 个月`, `${termMonths} months`)),
            ],
            [t(text('地域', 'Area')), version.area ?? '—'],
            [t(text('允许的用途', 'Allowed')), version.purposesAllowed.join(t(text('；', '; '))) || '—'],
            [t(text('禁止的用途', 'Prohibited')), version.purposesProhibited.join(t(text('；', '; '))) || '—'],
          ]}
        />
      </Card>
      <Card title={t(text('供方', 'Vendor'))}>
        <p class="mb-0">
          <Name zh={vendor.nameZh} en={vendor.nameEn} />
        </p>
      </Card>
    </div>
  )
}

function Dictionary({ of: { version } }: Pick<Props, 'of'>) {
  const t = useWords()
  const facts = version.facts!
  return (
    <Card title={t(text('数据字典', 'Data dictionary'))}>
      <Table
        head={[
          t(text('字段', 'Column')),
          t(text('类型', 'Type')),
          t(text('含义', 'Meaning')),
          t(text('单位', 'Unit')),
          t(text('空值', 'Empty')),
          t(text('示例', 'Example')),
        ]}
        nums={[4]}
        rows={publicColumns(facts.columns).map(column => [
          column.name,
          <span class="text-nowrap">{t(typeWords[column.type] ?? text(column.type, column.type))}</span>,
          column.meaning ?? '—',
          column.unit ?? '—',
          percent(column.nullCount, facts.rows),
          column.isSensitive ? t(text('敏感，不公开', 'Sensitive, not shown')) : (column.example ?? '—'),
        ])}
      />
    </Card>
  )
}

function About({ of: { version, product }, rules }: Props) {
  const t = useWords()
  const facts = version.facts!
  const { coverage } = facts
  return (
    <Card title={t(text('概况', 'At a glance'))}>
      <p class="prose">{version.abstract ?? t(text('还没有摘要。', 'There is no abstract yet.'))}</p>
      <Facts
        of={[
          [t(text('产品编号', 'Number')), product.number],
          [t(text('类型', 'Type')), t(nameOf(rules, 'productTypes', version.type))],
          [t(text('行业', 'Industry')), t(nameOf(rules, 'industries', version.industry))],
          [t(text('主题', 'Theme')), t(nameOf(rules, 'themes', version.theme))],
          [t(text('更新频率', 'Updated')), t(nameOf(rules, 'updateFrequencies', version.updateFrequency))],
          [
            t(text('数据量', 'Volume')),
            <>
              <Count of={facts.rows} /> {t(text('行', 'rows'))} · <Bytes of={facts.bytes} /> ·{' '}
              {facts.format.toUpperCase()}
            </>,
          ],
          coverage.timeFrom !== null && [
            t(text('时间范围', 'Time range')),
            `${coverage.timeFrom.slice(0, 10)} – ${coverage.timeTo?.slice(0, 10)}`,
          ],
          coverage.divisions.length > 0 && [t(text('地区', 'Places')), t(divisionNames(coverage.divisions))],
          [
            t(text('来源', 'Source')),
            `${t(nameOf(rules, 'sourceCategories', version.sourceCategory))} · ${version.sourceStatement ?? '—'}`,
          ],
          [t(text('验收标准', 'Acceptance')), version.acceptanceStandard ?? '—'],
        ]}
      />
    </Card>
  )
}

function Preview({ of, rules }: Props) {
  const t = useWords()
  const facts = of.version.facts!
  const columns = publicColumns(facts.columns)
  return (
    <>
      <Notice>
        {t(
          text(
            '这是预览：内容与需方看到的一致，敏感字段已遮盖；只有本机构能看到此页。',
            'A preview: what buyers will see, with sensitive values masked. Only your organisation sees this page.',
          ),
        )}
      </Notice>
      <div class="split">
        <div>
          <About of={of} rules={rules} />
          <Dictionary of={of} />
        </div>
        <Offered of={of} rules={rules} />
      </div>
      <Card title={t(text('样例', 'Sample'))}>
        <Table
          head={columns.map(column => column.name)}
          rows={publicSample(facts.sample, facts.columns).map(row => row.map(cell => cell ?? '—'))}
        />
      </Card>
    </>
  )
}

export const previewPages: Route[] = [
  page({
    at: 'GET /vendor/products/:id/preview',
    operation: 'showProductPreview',
    permission: 'product.read-draft',
    summary: text('产品预览', 'Preview of a product'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const of = await previewProduct(rx, params.id)
      const { nameZh, nameEn } = of.version
      return {
        title: text(nameZh, nameEn ?? nameZh),
        trail: [deskTrail, [`/vendor/products/${params.id}`, text('返回编辑', 'Back to the editor')]],
        body: <Preview of={of} rules={rulesAt(rx.now)} />,
      }
    },
  }),
]
