import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { type Found, type Glimpse, glimpsesOf, marketCounts, searchProducts } from '../../modules/catalog/index.ts'
import { type RegisteredTrades, registeredTrades } from '../../modules/registration/index.ts'
import { useWords } from '../../web/context.ts'
import { Icon } from '../../web/icon.tsx'
import { Count, Empty, Moment, Money, Stat } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { ProductCard } from './cards.tsx'
import { codeWords } from './words.ts'

interface Shown {
  readonly found: Found
  readonly glimpses: ReadonlyMap<string, Glimpse>
  readonly counts: { readonly products: number; readonly vendors: number }
  readonly trades: RegisteredTrades
  readonly rules: RulePack
}

/** How many of the latest listings the home page shows. */
const latest = 6

async function read(rx: Rx): Promise<Shown> {
  const [found, counts, trades] = await Promise.all([
    searchProducts(rx, { limit: latest, facets: true }),
    marketCounts(rx),
    registeredTrades(rx),
  ])
  const glimpses = await glimpsesOf(
    rx,
    found.hits.map(hit => hit.listing_id),
  )
  return { found, glimpses, counts, trades, rules: rulesAt(rx.now) }
}

const steps: readonly { readonly icon: string; readonly words: Text; readonly about: Text }[] = [
  {
    icon: 'search',
    words: text('一、检索与比较', '1. Find and compare'),
    about: text(
      '查看数据字典、真实样例、取值分布和供方的交易记录，再决定是否购买。',
      'See the data dictionary, a real sample, how values are spread and the vendor’s record before you decide.',
    ),
  },
  {
    icon: 'writing-sign',
    words: text('二、在线签约', '2. Sign online'),
    about: text(
      '按合同示范文本生成合同，双方电子签名，任何人都可验证。',
      'The contract is made from the model text; both sign electronically, and anyone can check the signatures.',
    ),
  },
  {
    icon: 'certificate',
    words: text('三、登记与托管', '3. Registered, in escrow'),
    about: text(
      '交易办理登记并向主管部门备案；价款先进入资金托管。',
      'The trade is registered and filed with the competent authority, and the money waits in escrow.',
    ),
  },
  {
    icon: 'package-import',
    words: text('四、交付与验收', '4. Delivered and accepted'),
    about: text(
      '下载数据、核对验收后才结算；每一步都写入公开日志。',
      'Download, check and accept; only then is the vendor paid. Every step enters the public log.',
    ),
  },
]

function Search({ shown }: { shown: Shown }) {
  const t = useWords()
  const themes = (shown.found.counts?.facets.theme ?? []).slice(0, 5)
  return (
    <section class="hero">
      <h1>{t(text('找到可用、可信、可交易的数据', 'Data that can be found, trusted and traded'))}</h1>
      <p class="lead">
        {t(
          text(
            '晋数是山西的数据交易服务：数据产品公开挂牌，签约、登记、备案、交付、结算一站办理，全程可查验。',
            'Jinshu is the data trading service of Shanxi: data products are listed in public; contract, registration, filing, delivery and settlement are done in one place and can be verified throughout.',
          ),
        )}
      </p>
      <search>
        <form action="/products" method="get" class="search-box">
          <label class="visually-hidden" for="home-q">
            {t(text('检索数据产品', 'Search data products'))}
          </label>
          <input
            class="form-control form-control-lg"
            type="search"
            id="home-q"
            name="q"
            maxLength={100}
            placeholder={t(text('例如：空气质量、行政区划、weather', 'For example: weather, divisions, 空气质量'))}
          />
          <button type="submit" class="btn btn-primary btn-lg">
            <Icon name="search" /> {t(text('检索', 'Search'))}
          </button>
        </form>
      </search>
      {themes.length > 0 && (
        <p class="hero-themes">
          <span class="text-secondary">{t(text('主题：', 'Themes: '))}</span>
          {themes.map(({ value }) => (
            <a key={value} href={`/products?theme=${value}`}>
              {t(codeWords(shown.rules, 'themes', value))}
            </a>
          ))}
        </p>
      )}
    </section>
  )
}

function Market({ counts, trades }: Shown) {
  const t = useWords()
  return (
    <section aria-labelledby="market">
      <h2 id="market">{t(text('市场现状', 'The market now'))}</h2>
      <div class="stats">
        <Stat label={t(text('在挂数据产品', 'Data products listed'))} href="/products">
          <Count of={counts.products} />
        </Stat>
        <Stat label={t(text('在挂供方', 'Vendors with listings'))}>
          <Count of={counts.vendors} />
        </Stat>
        <Stat label={t(text('已登记交易', 'Registered trades'))} href="/statistics">
          <Count of={trades.count} />
        </Stat>
        <Stat label={t(text('登记交易金额', 'Amount of these trades'))} href="/statistics">
          <Money fen={trades.amountFen} />
        </Stat>
      </div>
      <p class="text-secondary small">
        {t(text('数据截至 ', 'As at '))}
        <Moment at={trades.at} />
      </p>
    </section>
  )
}

function Themes({ found, rules }: Shown) {
  const t = useWords()
  const themes = found.counts?.facets.theme ?? []
  if (themes.length === 0) return null
  return (
    <section aria-labelledby="themes">
      <h2 id="themes">{t(text('按主题浏览', 'Browse by theme'))}</h2>
      <ul class="themes">
        {themes.map(({ value, count }) => (
          <li key={value}>
            <a class="card" href={`/products?theme=${value}`}>
              <span>{t(codeWords(rules, 'themes', value))}</span>
              <span class="tab-count">
                <Count of={count} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Latest({ found, glimpses, rules }: Shown) {
  const t = useWords()
  return (
    <section aria-labelledby="latest">
      <h2 id="latest">{t(text('最新挂牌', 'Newest listings'))}</h2>
      {found.hits.length === 0 ? (
        <Empty title={t(text('还没有挂牌的数据产品', 'No data product is listed yet'))} icon="database-off">
          <a href="/vendor/upload">
            {t(text('供方：上传数据并提交挂牌', 'Vendors: upload data and submit a listing'))}
          </a>
        </Empty>
      ) : (
        <>
          <div class="columns hits">
            {found.hits.map(hit => (
              <ProductCard
                key={hit.product_id}
                hit={hit}
                glimpse={glimpses.get(hit.listing_id)}
                rules={rules}
                level={3}
              />
            ))}
          </div>
          <p>
            <a href="/products">{t(text('查看全部数据产品', 'All data products'))}</a>
          </p>
        </>
      )}
    </section>
  )
}

function Trade() {
  const t = useWords()
  return (
    <section aria-labelledby="trade">
      <h2 id="trade">{t(text('一笔交易怎样完成', 'How a trade works'))}</h2>
      <ol class="trade-steps">
        {steps.map(step => (
          <li key={step.icon} class="card card-body">
            <Icon name={step.icon} />
            <h3>{t(step.words)}</h3>
            <p>{t(step.about)}</p>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Doors() {
  const t = useWords()
  return (
    <section aria-labelledby="doors">
      <h2 id="doors">{t(text('查验与公开', 'Verify, and what is public'))}</h2>
      <div class="columns">
        <div class="card card-body">
          <h3>{t(text('证书是真的吗？', 'Is this certificate genuine?'))}</h3>
          <p>
            {t(
              text(
                '输入登记或备案编号，核对证书与公开日志。',
                'Enter a registration or filing number; it is checked against the public log.',
              ),
            )}
          </p>
          <p class="mb-0">
            <a class="btn" href="/verify">
              {t(text('查验证书', 'Verify'))}
            </a>
          </p>
        </div>
        <div class="card card-body">
          <h3>{t(text('市场怎么样？', 'How is the market?'))}</h3>
          <p>{t(text('按月、行业和地区查看挂牌与交易统计。', 'Listings and trades by month, industry and place.'))}</p>
          <p class="mb-0">
            <a class="btn" href="/statistics">
              {t(text('查看统计', 'Statistics'))}
            </a>
          </p>
        </div>
        <div class="card card-body">
          <h3>{t(text('有哪些通知和公示？', 'What has been announced?'))}</h3>
          <p>{t(text('规则变更、登记公示和服务通知。', 'Changes of rules, publicity of registrations, notices.'))}</p>
          <p class="mb-0">
            <a class="btn" href="/announcements">
              {t(text('查看公告', 'Announcements'))}
            </a>
          </p>
        </div>
      </div>
    </section>
  )
}

export const homeRoutes: Route[] = [
  page({
    at: 'GET /',
    operation: 'showHome',
    permission: 'page.read',
    summary: text('首页', 'Home page'),
    run: async rx => {
      const shown = await read(rx)
      return {
        title: text('数据交易服务', 'Data trading service'),
        hasOwnHeading: true,
        body: (
          <>
            <Search shown={shown} />
            <Market {...shown} />
            <Themes {...shown} />
            <Latest {...shown} />
            <Trade />
            <Doors />
          </>
        ),
      }
    },
  }),
]
