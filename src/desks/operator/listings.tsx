import { Type } from 'typebox'
import { type Text, text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  countAllListings,
  type ListedRow,
  type ListingState,
  listingMachine,
  listListings,
} from '../../modules/catalog/index.ts'
import { organizationsOf } from '../../modules/identity/index.ts'
import { Moment, Name } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Due, deskTrail, StateList, type StateTab } from './parts.tsx'
import { showListing } from './review.tsx'

const states = [
  'submitted',
  'reviewing',
  'supplementing',
  'approved',
  'listed',
  'suspended',
  'rejected',
  'delisted',
  'expired',
] as const

const empties: Partial<Record<ListingState, Text>> = {
  submitted: text('供方提交挂牌后，会出现在这里等待受理。', 'What vendors submit waits here to be accepted.'),
  reviewing: text('受理后的挂牌在这里等待审核；审核人不能是提交人。', 'What was accepted waits here for its review.'),
}

type Names = ReadonlyMap<string, { readonly nameZh: string; readonly nameEn: string | null }>
interface Listed {
  readonly items: readonly ListedRow[]
  readonly next: string | null
}

function List({
  found,
  names,
  state,
  tabs,
  now,
}: {
  found: Listed
  names: Names
  state: ListingState
  tabs: readonly StateTab[]
  now: Date
}) {
  const isRunning = state === 'submitted' || state === 'reviewing' || state === 'supplementing'
  return (
    <StateList
      tabs={tabs}
      at={state}
      of={found}
      empty={{ title: text('这里没有挂牌', 'No listing is here'), icon: 'clipboard-check', words: empties[state] }}
      columns={[
        [
          text('数据产品', 'Data product'),
          ({ listing, version }) => (
            <a href={`/operator/listings/${listing.id}`}>
              <Name zh={version.nameZh} en={version.nameEn} />
            </a>
          ),
        ],
        [
          text('供方', 'Vendor'),
          ({ listing }) => {
            const vendor = names.get(listing.vendorId)
            return vendor ? <Name zh={vendor.nameZh} en={vendor.nameEn} /> : '—'
          },
        ],
        [text('挂牌编号', 'Number'), ({ listing }) => <code>{listing.number}</code>],
        [text('提交', 'Submitted'), ({ listing }) => <Moment at={listing.submittedAt} isDay />],
        isRunning
          ? [
              text('办理期限', 'Due'),
              ({ listing }) => <Due at={listing.dueAt} now={now} isProvisional={listing.isDueProvisional} />,
            ]
          : [text('挂牌', 'Listed'), ({ listing }) => <Moment at={listing.listedAt} isDay />],
      ]}
    />
  )
}

export const listingPages = [
  page({
    at: 'GET /operator/listings',
    operation: 'showOperatorListings',
    permission: 'listing.checklist',
    summary: text('挂牌审核', 'Listing reviews'),
    query: {
      state: Type.Optional(Type.Union(states.map(state => Type.Literal(state)))),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const counts = await countAllListings(rx)
      const state = query.state ?? states.find(each => (counts.get(each) ?? 0) > 0) ?? 'submitted'
      const found = await listListings(rx, { state, after: query.after })
      const names = await organizationsOf(rx, [...new Set(found.items.map(({ listing }) => listing.vendorId))])
      const tabs = states.map(each => ({
        state: each,
        words: listingMachine.states[each],
        count: counts.get(each) ?? 0,
      }))
      return {
        title: text('挂牌审核', 'Listing reviews'),
        trail: deskTrail(),
        lead: text(
          '来源、权利、分级和个人信息是否站得住；提交人与审核人不是同一人。',
          'Whether source, rights, grade and personal information hold; the reviewer is not the submitter.',
        ),
        body: <List found={found} names={names} state={state} tabs={tabs} now={rx.now} />,
      }
    },
  }),
  page({
    at: 'GET /operator/listings/:id',
    operation: 'showOperatorListing',
    permission: 'listing.checklist',
    summary: text('审核一项挂牌', 'Review a listing'),
    params: { id: Id },
    run: (rx, { params }) => showListing(rx, params.id),
  }),
]
