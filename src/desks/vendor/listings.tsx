import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import {
  countListings,
  type ListingState,
  listingMachine,
  listListings,
  type OpenDraft,
  openDrafts,
} from '../../modules/catalog/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Card, Empty, Moment, Name, Pager, State, Tabs } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Moves } from './moves.tsx'
import { deskTrail, listingTones } from './words.ts'

/** The order in which states are looked for: what the vendor has to do comes first. */
const shownStates: readonly ListingState[] = [
  'supplementing',
  'approved',
  'draft',
  'submitted',
  'reviewing',
  'listed',
  'suspended',
  'expired',
  'delisted',
  'rejected',
  'discarded',
]

async function listingsView(rx: Rx, state: ListingState | undefined, after: string | undefined) {
  const counts = new Map((await countListings(rx)).map(each => [each.state, each.count]))
  const listings = await listListings(rx, { ...(state && { state }), ...(after && { after }), limit: 20 })
  const drafts = new Map((await openDrafts(rx, 100)).map(draft => [draft.listingId, draft]))
  const underWay = new Set(
    (await listListings(rx, { limit: 100 })).items
      .filter(({ listing }) => ['draft', 'submitted', 'supplementing', 'reviewing', 'approved'].includes(listing.state))
      .map(({ listing }) => listing.productId),
  )
  return { counts, listings, drafts, underWay, state }
}

type View = Awaited<ReturnType<typeof listingsView>>
type Row = View['listings']['items'][number]

function Findings({ draft }: { draft: OpenDraft | undefined }) {
  const t = useWords()
  if (!draft) return null
  const n = draft.report.errors.length
  return (
    <p>
      {n === 0
        ? t(text('预检已通过，可以提交。', 'The pre-check is clean: it can be submitted.'))
        : t(text(`预检还有 ${n} 处需要完善。`, n === 1 ? '1 thing is left to do.' : `${n} things are left to do.`))}
    </p>
  )
}

function Details({ row: { listing } }: { row: Row }) {
  const t = useWords()
  return (
    <>
      {listing.state === 'supplementing' && (
        <ul>
          {listing.supplement.map(item => (
            <li key={item.pointer + item.message}>
              {item.message}
              {t(text('；', '; '))}
              {item.remedy}
            </li>
          ))}
        </ul>
      )}
      {listing.reason && (
        <p>
          {t(text('原因：', 'Reason: '))}
          {listing.reason}
        </p>
      )}
      {listing.dueAt && (
        <p>
          {t(
            listing.state === 'supplementing'
              ? text('补正期限：', 'To be supplemented by: ')
              : text('运营机构办理期限：', 'The exchange acts by: '),
          )}
          <Moment at={listing.dueAt} isDay />
        </p>
      )}
      {listing.endsOn && (
        <p>
          {t(text('挂牌截止：', 'Last day: '))}
          {listing.endsOn}
        </p>
      )}
    </>
  )
}

function Listing({ row, view }: { row: Row; view: View }) {
  const t = useWords()
  const { listing, product, version } = row
  return (
    <Card
      title={
        <a href={`/vendor/products/${product.id}`}>
          <Name zh={version.nameZh} en={version.nameEn} />
        </a>
      }
      actions={<State machine={listingMachine} state={listing.state as ListingState} tones={listingTones} />}
    >
      <p class="text-secondary">
        {product.number} · {t(text(`第 ${version.versionNo} 版`, `version ${version.versionNo}`))} ·{' '}
        <Moment at={listing.changedAt} />
        {listing.state === 'listed' && (
          <>
            {' · '}
            <a href={`/products/${product.id}`}>{t(text('公开页面', 'public page'))}</a>
          </>
        )}
      </p>
      <Findings draft={view.drafts.get(listing.id)} />
      <Details row={row} />
      <Moves
        of={{ ...listing, productId: product.id }}
        then={`/vendor/listings?state=${listing.state}`}
        hasRevision={view.underWay.has(product.id)}
      />
    </Card>
  )
}

function Nothing({ state }: { state: ListingState | undefined }) {
  const t = useWords()
  if (state !== undefined)
    return (
      <Empty title={t(text('没有处于此状态的产品', 'No product is in this state'))} icon="packages">
        <a href="/vendor/listings">{t(text('查看全部', 'See all'))}</a>
      </Empty>
    )
  return (
    <Empty title={t(text('还没有数据产品', 'There is no data product yet'))} icon="packages">
      <p>{t(text('先上传一个数据文件，产品由它建立。', 'Upload a data file first; a product is made of it.'))}</p>
      <a class="btn btn-primary" href="/vendor/upload">
        {t(text('上传数据', 'Upload data'))}
      </a>
    </Empty>
  )
}

function ListingsPage({ view }: { view: View }) {
  const t = useWords()
  const { counts, listings, state } = view
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0)
  const tabs = [
    { href: '/vendor/listings', words: t(text('全部', 'All')), count: total, isHere: state === undefined },
    ...shownStates
      .filter(each => counts.has(each) || each === state)
      .map(each => ({
        href: `/vendor/listings?state=${each}`,
        words: t(listingMachine.states[each]),
        count: counts.get(each) ?? 0,
        isHere: state === each,
      })),
  ]
  return (
    <>
      {total > 0 && <Tabs of={tabs} />}
      {listings.items.map(row => (
        <Listing key={row.listing.id} row={row} view={view} />
      ))}
      {listings.items.length === 0 && <Nothing state={state} />}
      <Pager next={listings.next} />
    </>
  )
}

function UploadLink() {
  const t = useWords()
  const { can } = useReader()
  if (!can('data-version.upload')) return null
  return (
    <a class="btn btn-primary" href="/vendor/upload">
      {t(text('上传数据', 'Upload data'))}
    </a>
  )
}

export const listingPages: Route[] = [
  page({
    at: 'GET /vendor/listings',
    operation: 'showVendorListings',
    permission: 'product.read-draft',
    summary: text('我的产品', 'My products'),
    query: {
      after: PageQuery.after,
      state: Type.Optional(Type.String({ enum: Object.keys(listingMachine.states) })),
    },
    run: async (rx, { query }) => ({
      title: text('我的产品', 'My products'),
      trail: [deskTrail],
      actions: <UploadLink />,
      body: <ListingsPage view={await listingsView(rx, query.state as ListingState | undefined, query.after)} />,
    }),
  }),
]
