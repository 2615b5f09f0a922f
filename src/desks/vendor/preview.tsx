import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { useWords } from '../../web/context.ts'
import { Name, Notice } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { PlanPrice } from '../price.tsx'
import { Dictionary, Sample, Spreads } from '../public/dictionary.tsx'
import { VendorCard } from '../public/offer.tsx'
import { Data, Part } from '../public/parts.tsx'
import { KeyFacts, OverTime } from '../public/product.tsx'
import { UseAndContract } from '../public/terms.tsx'
import { type ProductView, previewView } from '../public/view.ts'
import { deskTrail } from './words.ts'

function Prices({ view: { product } }: { view: ProductView }) {
  const t = useWords()
  return (
    <section class="card product-offer" aria-label={t(text('价格', 'Price'))}>
      <div class="card-body">
        {product.plans.length === 0 ? (
          <p class="mb-0">{t(text('还没有价格方案', 'There is no price yet'))}</p>
        ) : (
          <ul class="plans">
            {product.plans.map(plan => (
              <li key={plan.id}>
                <span class="plan-price">
                  <PlanPrice of={plan} />
                </span>{' '}
                <span class="text-secondary">
                  <Name zh={plan.nameZh} en={plan.nameEn} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  )
}

/** The parts of the public page, with what the version in hand says. */
function Preview({ view }: { view: ProductView }) {
  const t = useWords()
  const { abstract } = view.product.content
  return (
    <>
      <Notice>
        {t(
          text(
            '这是预览：内容与需方将看到的一致，敏感字段已遮盖；只有本机构能看到此页。',
            'A preview: what buyers will see, with sensitive values masked. Only your organisation sees this page.',
          ),
        )}
      </Notice>
      <div class="product-page">
        <Prices view={view} />
        <div class="product-main">
          <Part id="facts" title={t(text('这是什么数据', 'What it is'))}>
            <p class="abstract">
              {abstract ? <Data>{abstract}</Data> : t(text('还没有摘要。', 'There is no abstract yet.'))}
            </p>
            <KeyFacts view={view} />
            <OverTime view={view} />
          </Part>
          <Dictionary view={view} />
          <Spreads view={view} />
          <Sample view={view} />
          <UseAndContract view={view} />
        </div>
        <VendorCard record={view.record} />
      </div>
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
      const view = await previewView(rx, params.id)
      const { nameZh, nameEn } = view.product.content
      return {
        title: text(nameZh, nameEn ?? nameZh),
        trail: [deskTrail, [`/vendor/products/${params.id}`, text('返回编辑', 'Back to the editor')]],
        body: <Preview view={view} />,
      }
    },
  }),
]
