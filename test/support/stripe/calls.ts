import type Stripe from 'stripe'
import { updateDispute } from './disputes.ts'
import type { Call, Params } from './params.ts'
import { createAccount, createPayout, createTransfer, linkTo, reverseTransfer } from './payees.ts'
import { createRefund, createSession, expireSession, expireSessions } from './payments.ts'
import { invalid, type World } from './world.ts'

interface Range {
  gt?: number
  gte?: number
  lt?: number
  lte?: number
}

interface Paged {
  limit?: number
  starting_after?: string
  ending_before?: string
  created?: Range | number
}

const isWithin = (at: number, range: Range | number | undefined): boolean =>
  range === undefined ||
  (typeof range === 'number'
    ? at === range
    : at > (range.gt ?? -Infinity) &&
      at >= (range.gte ?? -Infinity) &&
      at < (range.lt ?? Infinity) &&
      at <= (range.lte ?? Infinity))

/** One page of rows that come newest first. @throws ApiError 400 for a cursor or size that means nothing */
function page<T extends { id: string; created?: number }>(url: string, rows: readonly T[], params: Paged) {
  const { limit = 10, starting_after: after, ending_before: before, created } = params
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw invalid('limit must be between 1 and 100', 'parameter_invalid_integer', 'limit')
  const all = rows.filter(row => isWithin(row.created ?? 0, created))
  const placeOf = (id: string) => {
    const place = all.findIndex(row => row.id === id)
    if (place < 0) throw invalid(`No such object: '${id}'`, 'resource_missing')
    return place
  }
  if (before !== undefined) {
    const end = placeOf(before)
    const data = all.slice(Math.max(0, end - limit), end)
    return { object: 'list' as const, data, has_more: end - limit > 0, url }
  }
  const begin = after === undefined ? 0 : placeOf(after) + 1
  return { object: 'list' as const, data: all.slice(begin, begin + limit), has_more: begin + limit < all.length, url }
}

function expandSession(world: World, session: Stripe.Checkout.Session, expand: readonly string[] = []) {
  const shown = structuredClone(session)
  if (expand.some(each => /(^|\.)payment_intent(\.|$)/.test(each))) {
    const intent = structuredClone(world.intents.get(session.payment_intent as string))
    if (expand.some(each => each.endsWith('latest_charge')) && typeof intent.latest_charge === 'string')
      intent.latest_charge = structuredClone(world.charges.get(intent.latest_charge))
    shown.payment_intent = intent
  }
  return shown
}

function expandMovement(world: World, row: Stripe.BalanceTransaction, expand: readonly string[] = []) {
  const now = { ...row, status: row.available_on <= world.now ? 'available' : 'pending' }
  if (!expand.includes('data.source')) return now
  const id = row.source as string
  const shelves = [world.charges, world.refunds, world.transfers, world.reversals, world.disputes, world.payouts]
  const source = shelves.map(shelf => shelf.find(id)).find(found => found !== undefined)
  return { ...now, source: (source ?? id) as Stripe.BalanceTransaction['source'] }
}

const matches =
  <T>(wanted: Partial<Record<keyof T, unknown>>) =>
  (row: T): boolean =>
    Object.entries(wanted).every(([name, value]) => value === undefined || row[name as keyof T] === value)

function balanceOf(world: World): Stripe.Balance {
  const { available, pending } = world.balance
  const one = (amount: number) => [{ amount, currency: 'cny', source_types: { card: amount } }]
  return { object: 'balance', available: one(available), livemode: false, pending: one(pending) }
}

const url = (call: Call) => call.split(' ')[1]!

/** What each call does; changes are made, then a copy of the object is answered. */
export const handlers: { readonly [C in Call]: (world: World, params: Params[C], id: string) => object } = {
  'post /v1/checkout/sessions': (world, params) => expandSession(world, createSession(world, params), params.expand),
  'get /v1/checkout/sessions': (world, params) => {
    expireSessions(world)
    const list = page(url('get /v1/checkout/sessions'), world.sessions.newestFirst, params as Paged)
    return { ...list, data: list.data.map(each => expandSession(world, each, params.expand)) }
  },
  'get /v1/checkout/sessions/:id': (world, params, id) => {
    expireSessions(world)
    return expandSession(world, world.sessions.get(id), params.expand)
  },
  'post /v1/checkout/sessions/:id/expire': (world, params, id) => {
    expireSessions(world)
    return expandSession(world, expireSession(world, id), params.expand)
  },
  'get /v1/payment_intents/:id': (world, _params, id) => world.intents.get(id),
  'get /v1/charges/:id': (world, _params, id) => world.charges.get(id),
  'post /v1/refunds': createRefund,
  'get /v1/refunds': (world, params) => {
    const { charge, payment_intent } = params
    const rows = world.refunds.newestFirst.filter(matches<Stripe.Refund>({ charge, payment_intent }))
    return page(url('get /v1/refunds'), rows, params as Paged)
  },
  'get /v1/refunds/:id': (world, _params, id) => world.refunds.get(id),
  'post /v1/accounts': createAccount,
  'get /v1/accounts': (world, params) => page(url('get /v1/accounts'), world.accounts.newestFirst, params as Paged),
  'get /v1/accounts/:id': (world, _params, id) => world.accounts.get(id),
  'post /v1/account_links': linkTo,
  'post /v1/transfers': createTransfer,
  'get /v1/transfers': (world, params) => {
    const { destination, transfer_group } = params
    const rows = world.transfers.newestFirst.filter(matches<Stripe.Transfer>({ destination, transfer_group }))
    return page(url('get /v1/transfers'), rows, params as Paged)
  },
  'get /v1/transfers/:id': (world, _params, id) => world.transfers.get(id),
  'post /v1/transfers/:id/reversals': (world, params, id) => reverseTransfer(world, id, params),
  'get /v1/transfers/:id/reversals': (world, params, id) => {
    const { id: transfer } = world.transfers.get(id)
    const rows = world.reversals.newestFirst.filter(each => each.transfer === transfer)
    return page(`/v1/transfers/${id}/reversals`, rows, params as Paged)
  },
  'get /v1/disputes': (world, params) => {
    const { charge, payment_intent } = params
    const rows = world.disputes.newestFirst.filter(matches<Stripe.Dispute>({ charge, payment_intent }))
    return page(url('get /v1/disputes'), rows, params as Paged)
  },
  'get /v1/disputes/:id': (world, _params, id) => world.disputes.get(id),
  'post /v1/disputes/:id': (world, params, id) => updateDispute(world, id, params),
  'post /v1/payouts': createPayout,
  'get /v1/payouts': (world, params) => page(url('get /v1/payouts'), world.payouts.newestFirst, params as Paged),
  'get /v1/payouts/:id': (world, _params, id) => world.payouts.get(id),
  'get /v1/balance': balanceOf,
  'get /v1/balance_transactions': (world, params) => {
    const { source, type, payout, currency } = params
    if (payout !== undefined) throw invalid('Movements are not listed by payout here', undefined, 'payout')
    const rows = world.movements.newestFirst.filter(matches<Stripe.BalanceTransaction>({ source, type, currency }))
    const list = page(url('get /v1/balance_transactions'), rows, params as Paged)
    return { ...list, data: list.data.map(row => expandMovement(world, row, params.expand)) }
  },
  'get /v1/balance_transactions/:id': (world, _params, id) => expandMovement(world, world.movements.get(id)),
  'get /v1/events': (world, params) => {
    const wanted = params.types ?? (params.type === undefined ? undefined : [params.type])
    const isWanted = (type: string) =>
      !wanted || wanted.some(each => each === type || each === `${type.split('.')[0]}.*`)
    return page(
      url('get /v1/events'),
      world.events.newestFirst.filter(each => isWanted(each.type)),
      params as Paged,
    )
  },
  'get /v1/events/:id': (world, _params, id) => world.events.get(id),
}

/** The call that an address means, and the id in it. */
export function callOf(method: string, path: string): { call: Call; id: string } | undefined {
  const parts = path.split('/')
  for (const call of Object.keys(handlers) as Call[]) {
    const [verb, pattern = ''] = call.split(' ')
    const wanted = pattern.split('/')
    if (verb !== method.toLowerCase() || wanted.length !== parts.length) continue
    if (wanted.every((part, i) => part === ':id' || part === parts[i]))
      return { call, id: decodeURIComponent(parts[wanted.indexOf(':id')] ?? '') }
  }
  return undefined
}
