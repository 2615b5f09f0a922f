import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { type PlanKind, type PublicProduct, planWords, publicProduct } from '../../modules/catalog/index.ts'
import {
  type ContractFacts,
  openContracts,
  ownTrial,
  type Preview,
  previewContract,
} from '../../modules/contracts/index.ts'
import { runningSubscription, type SeenSubscription, unusedToday } from '../../modules/orders/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Empty, Name, Notice, Tabs, yuan } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Prose } from '../prose.tsx'
import { GoodsFacts, TermFacts } from './terms.tsx'

/** Why somebody cannot ask to buy here, with the way out. */
interface Obstacle {
  readonly title: Text
  readonly about: Text
  readonly way?: { readonly href: string; readonly words: Text }
}

const toProduct = (id: string) => ({ href: `/products/${id}`, words: text('返回产品页', 'Back to the product') })

function obstacleOf(rx: Rx, found: PublicProduct, may: boolean): Obstacle | undefined {
  const { actor } = rx
  if (found.listing.state !== 'listed')
    return {
      title: text('该产品目前不能购买', 'This product cannot be bought now'),
      about: text(
        '产品已停牌、摘牌或到期，只能查看。',
        'Its listing is suspended or has ended; it can only be looked at.',
      ),
      way: { href: '/products', words: text('查找其他产品', 'Look for other products') },
    }
  if (actor.organizationId === null)
    return {
      title: text('购买须以机构名义进行', 'Organisations buy, not persons'),
      about: text(
        '数据交易合同由机构订立。请先注册并核验您所在的机构。',
        'A data contract is concluded by an organisation. Register yours and have it verified first.',
      ),
      way: { href: '/organization/new', words: text('注册机构', 'Register an organisation') },
    }
  if (found.product.vendorId === actor.organizationId)
    return {
      title: text('这是本机构自己的产品', 'This is your own product'),
      about: text('供需双方不能是同一机构。', 'Vendor and buyer must be two organisations.'),
      way: { href: `/vendor/products/${found.product.id}`, words: text('管理该产品', 'Manage it') },
    }
  if (!actor.roles.includes('buyer'))
    return {
      title: text('本机构还不是已核验的需方', 'Your organisation is not a verified buyer'),
      about: text(
        '机构以需方身份通过核验后即可购买；请在机构信息页查看核验进度。',
        'It can buy once it is verified as a buyer; see its verification on the organisation’s page.',
      ),
      way: { href: '/organization', words: text('查看机构信息', 'See the organisation') },
    }
  if (!may)
    return {
      title: text('需要经办职责', 'This takes the duty of a maker'),
      about: text(
        '购买申请由本机构具有经办职责的成员发起；请把本页地址转给他们，或请管理员为您设置经办职责。',
        'Members with the duty of maker ask to buy: send them this page’s address, or ask an administrator for the duty.',
      ),
      way: { href: '/organization/members', words: text('查看成员与职责', 'See members and duties') },
    }
  return undefined
}

function Obstructed({ of, productId }: { of: Obstacle; productId: string }) {
  const t = useWords()
  const back = toProduct(productId)
  return (
    <Empty title={t(of.title)} icon="lock">
      <p>{t(of.about)}</p>
      <p class="row-gap justify-content-center">
        {of.way && (
          <a class="btn btn-primary" href={of.way.href}>
            {t(of.way.words)}
          </a>
        )}
        <a class="btn" href={back.href}>
          {t(back.words)}
        </a>
      </p>
    </Empty>
  )
}

type Plan = PublicProduct['plans'][number]

/** Several price plans: each leads to this page with what its contract would say. */
function Plans({ of, chosen, productId }: { of: readonly Plan[]; chosen: Plan; productId: string }) {
  const t = useWords()
  const { language } = useReader()
  const words = (plan: Plan) => {
    const name = language === 'en' && plan.nameEn ? plan.nameEn : plan.nameZh
    return `${name} · ${t(planWords({ ...plan, kind: plan.kind as PlanKind }))}`
  }
  if (of.length === 1)
    return (
      <p>
        {t(text('价格方案：', 'Price plan: '))}
        <strong>{words(chosen)}</strong>
      </p>
    )
  return (
    <>
      <p class="mb-1">{t(text('价格方案', 'Price plan'))}</p>
      <Tabs
        of={of.map(plan => ({
          href: `/products/${productId}/buy?plan=${plan.id}`,
          words: words(plan),
          isHere: plan === chosen,
        }))}
      />
    </>
  )
}

function Choices({ found, plan }: { found: PublicProduct; plan: Plan }) {
  const t = useWords()
  const { version, plans, product } = found
  const purposes = version.purposesAllowed
  return (
    <>
      <Plans of={plans} chosen={plan} productId={product.id} />
      <Form to="POST /contracts" then="/contracts/{id}" data-guard>
        <input type="hidden" name="productId" value={product.id} />
        <input type="hidden" name="planId" value={plan.id} />
        <Field
          name="purpose"
          kind="radios"
          label={text('使用目的', 'Purpose')}
          hint={text(
            '只能选择该产品允许的用途，写入合同 3.1。',
            'One of those that the product allows; it becomes clause 3.1.',
          )}
          isRequired
          value={purposes.length === 1 ? purposes[0] : undefined}
          options={purposes.map(purpose => [purpose, purpose])}
        />
        <Field
          name="scenario"
          kind="area"
          rows={4}
          label={text('应用场景', 'Scenario')}
          hint={text(
            '用在哪里、怎么用、谁来用；写入合同 3.2。无场景不交易。',
            'Where, how and by whom the data are used, in Chinese as it becomes clause 3.2. No trade without a scenario.',
          )}
          placeholder={text(
            '例如：结合气象数据安排大棚通风，成果仅供本公司农技人员使用',
            'For example: 结合气象数据安排大棚通风，成果仅供本公司农技人员使用',
          )}
          isRequired
          maxLength={2000}
        />
        <Submit>{t(text('生成合同并发给供方', 'Make the contract and send it to the vendor'))}</Submit>
        <p class="form-hint">
          {t(
            text(
              '现在不付款。供方答复后由双方签署，生效后才产生付款义务；签署前可以随时撤回。',
              'Nothing is paid now. The vendor answers, both sign, and only then is payment due; until you sign you may withdraw at any time.',
            ),
          )}
        </p>
      </Form>
    </>
  )
}

/** Contracts on this product that are on their way already: so that nobody asks twice by mistake. */
function Begun({ of }: { of: readonly ContractFacts[] }) {
  const t = useWords()
  if (of.length === 0) return null
  return (
    <Notice
      tone="warn"
      title={t(text('本机构已就该产品发起合同', 'Your organisation has asked for this product already'))}
    >
      {of.map(({ id, number }) => (
        <a key={id} class="me-3" href={`/contracts/${id}`}>
          {number}
        </a>
      ))}
    </Notice>
  )
}

interface Standing {
  /** the subscription of this product that runs, and what goes back of its period if it is replaced today */
  readonly running: { readonly seen: SeenSubscription; readonly unusedFen: bigint } | undefined
  /** the trial that was had */
  readonly trial: ContractFacts | undefined
}

async function standingOf(rx: Rx, productId: string): Promise<Standing> {
  const seen = await runningSubscription(rx, productId)
  return {
    running: seen && { seen, unusedFen: await unusedToday(rx, seen.row) },
    trial: await ownTrial(rx, productId),
  }
}

/** Who subscribes already learns what another subscription does to it. */
function Running({ of: { running }, plan }: { of: Standing; plan: Plan }) {
  const t = useWords()
  if (!running) return null
  const { row } = running.seen
  return (
    <Notice tone="info" title={t(text('本机构正在订阅该产品', 'Your organisation subscribes to this product'))}>
      {plan.kind === 'subscription' &&
        t(
          text(
            `新订阅首期付款之日，现有订阅提前终止，剩余天数的价款按日退还；如在今日，退还 ${yuan(running.unusedFen)} 元。`,
            `On the day on which the new one is first paid the present one ends, and its unused days go back: CNY ${yuan(running.unusedFen)} if that were today.`,
          ),
        )}{' '}
      <a href={`/subscriptions/${row.id}`}>{t(text('查看现有订阅', 'See the present one'))}</a>
    </Notice>
  )
}

function Buying({
  found,
  plan,
  preview,
  begun,
  standing,
}: {
  found: PublicProduct
  plan: Plan
  preview: Preview
  begun: readonly ContractFacts[]
  standing: Standing
}) {
  const t = useWords()
  const { language } = useReader()
  const { template, texts, terms } = preview
  return (
    <>
      <Begun of={begun} />
      <Running of={standing} plan={plan} />
      <div class="split">
        <Card title={t(text('您的选择', 'Your choice'))}>
          {plan.kind === 'trial' && standing.trial ? (
            <>
              <Plans of={found.plans} chosen={plan} productId={found.product.id} />
              <Notice tone="info" title={t(text('本机构已试用过该产品', 'Your organisation has had its trial'))}>
                {t(
                  text(
                    '每家需方对同一产品只能试用一次，请选择其他方案购买。',
                    'Each buyer has one trial of a product; choose another plan.',
                  ),
                )}{' '}
                <a href={`/contracts/${standing.trial.id}`}>{standing.trial.number}</a>
              </Notice>
            </>
          ) : (
            <Choices found={found} plan={plan} />
          )}
        </Card>
        <div>
          <Card title={t(text('合同要点', 'What the contract says'))}>
            <TermFacts of={terms} />
          </Card>
          <Card title={t(text('禁止用途', 'Prohibited uses'))}>
            <ul class="mb-0" lang="zh-CN">
              {terms.prohibitedUses.map(use => (
                <li key={use}>{use}</li>
              ))}
            </ul>
          </Card>
          <Card title={t(text('标的数据', 'The data'))}>
            <GoodsFacts of={terms} />
          </Card>
        </div>
      </div>
      <details class="card card-body">
        <summary>
          {t(text('阅读合同全文（签署以中文文本为准）', 'Read the whole contract (the Chinese text is signed)'))}
        </summary>
        <div class="mt-3">
          <Prose markdown={language === 'en' ? texts.en : texts.zh} language={language === 'en' ? 'en' : 'zh-CN'} />
        </div>
      </details>
      <p>
        <a href={`/model-contracts/${template.code}/${template.version}`}>
          {t(text('示范文本及其摘要', 'The model contract and its digest'))}
        </a>
      </p>
    </>
  )
}

export const buyRoutes: Route[] = [
  page({
    at: 'GET /products/:id/buy',
    operation: 'showPurchaseForm',
    permission: 'person.read-self',
    summary: text('购买数据产品', 'Buy a data product'),
    params: { id: Id },
    query: { plan: Type.Optional(Id) },
    run: async (rx, { params: { id }, query }, reader) => {
      const found = await publicProduct(rx, id)
      const obstacle = obstacleOf(rx, found, reader.can('contract.create'))
      const plan = found.plans.find(each => each.id === query.plan) ?? found.plans.find(each => each.kind !== 'trial')
      const preview = obstacle ? undefined : await previewContract(rx, { productId: id, planId: plan?.id })
      const standing = preview ? await standingOf(rx, id) : undefined
      const begun = preview ? (await openContracts(rx, 'buyer')).filter(({ productId }) => productId === id) : []
      const { nameZh, nameEn } = found.version
      return {
        title: text(`购买：${nameZh}`, `Buy: ${nameEn ?? nameZh}`),
        lead: (
          <>
            <Name zh={found.vendor.nameZh} en={found.vendor.nameEn} />
          </>
        ),
        trail: [
          ['/products', text('数据产品', 'Data products')],
          [`/products/${id}`, text(nameZh, nameEn ?? nameZh)],
        ],
        body:
          preview && plan && standing ? (
            <Buying found={found} plan={plan} preview={preview} begun={begun} standing={standing} />
          ) : (
            <Obstructed of={obstacle!} productId={id} />
          ),
      }
    },
  }),
]
