import type { Cx } from '../../kernel/command.ts'
import type { Payload } from '../../kernel/events.ts'
import { type ListingLabel, type ListingMove, listingLabel, productNames } from '../catalog/index.ts'
import { organizationOf } from '../identity/index.ts'
import { type Draft, type Hear, idIn, named, operatorId } from './draft.ts'
import { watchedMoved, watchedPriced } from './watching.ts'
import type { Kind, Params } from './words.ts'

async function organizationDraft(
  cx: Cx,
  payload: Payload,
  kind: Kind,
  more: Params = {},
): Promise<Draft & { readonly to: string }> {
  const organization = await organizationOf(cx, idIn(payload, 'organizationId'))
  const { id } = organization
  const subject = ['organization', id] as const
  return { kind, to: id, subject, href: '/organization', params: { ...named(organization), ...more } }
}

const toStaff = async (cx: Cx, payload: Payload, kind: Kind): Promise<Draft> => {
  const draft = await organizationDraft(cx, payload, kind)
  return { ...draft, to: await operatorId(cx), href: `/operator/organizations/${draft.to}` }
}

/** What each move of an organisation's verification means: to the operator's staff, or to its own members. */
const organizationMoves: Readonly<Record<string, readonly ['staff' | 'own', Kind]>> = {
  accept: ['staff', 'organization.accepted'],
  resubmit: ['staff', 'organization.submitted'],
  verify: ['own', 'organization.verified'],
  return: ['own', 'organization.returned'],
  suspend: ['own', 'organization.suspended'],
  reinstate: ['own', 'organization.reinstated'],
}

const organizationMoved: Hear = async (cx, payload) => {
  const found = organizationMoves[String(payload.move)]
  if (!found) return []
  const [whom, kind] = found
  const { reason, state } = await organizationOf(cx, idIn(payload, 'organizationId'))
  if (state !== payload.to) return []
  return [whom === 'staff' ? await toStaff(cx, payload, kind) : await organizationDraft(cx, payload, kind, { reason })]
}

type ListingSay = readonly [whom: 'staff' | 'vendor', kind: Kind]

const listingMoves: Readonly<Partial<Record<ListingMove, ListingSay>>> = {
  submit: ['staff', 'listing.submitted'],
  resubmit: ['staff', 'listing.submitted'],
  accept: ['staff', 'listing.reviewing'],
  renew: ['staff', 'listing.reviewing'],
  return: ['vendor', 'listing.returned'],
  refuse: ['vendor', 'listing.refused'],
  pass: ['vendor', 'listing.passed'],
  publish: ['vendor', 'listing.published'],
  suspend: ['vendor', 'listing.suspended'],
  resume: ['vendor', 'listing.resumed'],
  delist: ['vendor', 'listing.delisted'],
  expire: ['vendor', 'listing.expired'],
}

const whyOf = (row: ListingLabel, move: string): Params => {
  if (move === 'return') return { reason: row.supplement.map(item => item.message).join('；') || null }
  return ['refuse', 'suspend', 'delist'].includes(move) ? { reason: row.reason } : {}
}

/** A listing as its vendor is told of it. */
export const listingDraft = (row: ListingLabel, kind: Kind, more: Params = {}): Draft => ({
  kind,
  to: row.vendorId,
  subject: ['listing', row.id],
  href: `/vendor/products/${row.productId}`,
  params: { number: row.number, product: row.nameZh, productEn: row.nameEn, ...more },
})

const listingMoved: Hear = async (cx, payload) => {
  const move = String(payload.move)
  const found = listingMoves[move as ListingMove]
  if (!found) return []
  const row = await listingLabel(cx, idIn(payload, 'listingId'))
  if (row.state !== payload.to) return []
  const [whom, kind] = found
  const dueAt = row.dueAt?.toISOString() ?? null
  if (whom === 'vendor')
    return [listingDraft(row, kind, { ...whyOf(row, move), dueAt: move === 'return' ? dueAt : null })]
  const vendor = named(await organizationOf(cx, row.vendorId))
  const href = `/operator/listings/${row.id}`
  return [{ ...listingDraft(row, kind, { ...vendor, dueAt }), to: await operatorId(cx), href }]
}

const question =
  (kind: Kind, to: string, hrefOf: (productId: string) => string): Hear =>
  async (cx, payload) => {
    if (payload[to] === undefined) return []
    const productId = idIn(payload, 'productId')
    const names = (await productNames(cx, [productId])).get(productId)
    return [
      {
        kind,
        to: idIn(payload, to),
        subject: ['question', idIn(payload, 'questionId')],
        href: hrefOf(productId),
        params: { ...(names && { product: names.nameZh, productEn: names.nameEn }) },
        ...(payload.askedBy && { people: [idIn(payload, 'askedBy')] }),
      },
    ]
  }

export const supplying: Readonly<Record<string, Hear>> = {
  'identity.organization-registered': async (cx, payload) => [await toStaff(cx, payload, 'organization.submitted')],
  'identity.organization-moved': organizationMoved,
  // what its vendor or its reviewers are told, and what those who watch the product are
  'catalog.listing-moved': async (cx, payload) => [
    ...(await listingMoved(cx, payload)),
    ...(await watchedMoved(cx, payload)),
  ],
  'catalog.price-changed': watchedPriced,
  'catalog.listing-kept-suspended': async (cx, payload) => {
    const row = await listingLabel(cx, idIn(payload, 'listingId'))
    return row.state === 'suspended' ? [listingDraft(row, 'listing.kept-suspended', { reason: row.reason })] : []
  },
  'catalog.question-asked': question('question.asked', 'vendorId', () => '/vendor/questions'),
  'catalog.question-answered': question('question.answered', 'askerOrganizationId', id => `/products/${id}`),
}
