import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { actionWords } from '../../src/desks/actions.ts'
import { listingMachine } from '../../src/modules/catalog/index.ts'
import { formMachine, reportMachine } from '../../src/modules/collection/index.ts'
import { entitlementMachine } from '../../src/modules/delivery/index.ts'
import { organizationMachine } from '../../src/modules/identity/index.ts'
import { periodMachine } from '../../src/modules/ledger/index.ts'
import { orderMachine, subscriptionMachine } from '../../src/modules/orders/index.ts'
import { filingMachine, registrationMachine } from '../../src/modules/registration/index.ts'
import { pullMachine } from '../../src/modules/resources/index.ts'
import { assessmentMachine } from '../../src/modules/risk/index.ts'
import { accountMachine, differenceMachine, payoutMachine } from '../../src/modules/settlement/index.ts'
import {
  chargebackMachine,
  connectedAccountMachine,
  intentMachine,
  onlinePaymentMachine,
  onlineRefundMachine,
  transferMachine,
} from '../../src/modules/settlement/model.ts'
import { sourceMachine } from '../../src/modules/sources/index.ts'

const root = new URL('../../src', import.meta.url).pathname
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter(path => /\.tsx?$/.test(path))
  .map(path => readFileSync(join(root, path), 'utf8'))

const found = (pattern: RegExp): string[] => sources.flatMap(source => [...source.matchAll(pattern)].map(m => m[1]!))
const kebab = (name: string) => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
const movesOf = (subject: string, machine: { moves: object }) =>
  Object.keys(machine.moves).map(move => `${subject}.${move}`)

/** Families whose action is put together from a move; every other one stands in the source as it is. */
const families: Record<string, string[]> = {
  listing: movesOf('listing', listingMachine),
  organization: movesOf('organization', organizationMachine),
  registration: movesOf('registration', registrationMachine),
  filing: movesOf('filing', filingMachine),
  assessment: movesOf('assessment', assessmentMachine),
  entitlement: [
    ...movesOf('entitlement', entitlementMachine),
    'entitlement.renew',
    'entitlement.keep',
    'entitlement.grace',
  ],
  invoice: ['issue', 'decline', 'withdraw', 'correct'].map(move => `invoice.${move}`),
  period: Object.keys(periodMachine.moves).map(move => `period.${kebab(move)}`),
  'bank-account': movesOf('bank-account', accountMachine),
  pull: movesOf('pull', pullMachine),
  payout: movesOf('payout', payoutMachine),
  'statement-line': found(/moveLine\([^;]*?action: '([a-z-]+)'/g).map(action => `statement-line.${action}`),
  order: [
    ...Object.keys(orderMachine.moves).map(move => `order.${kebab(move)}`),
    ...found(/updateOrder\(cx, row, [^']*'([a-z-]+)'/g).map(action => `order.${action}`),
    'order.mediate',
  ],
  subscription: movesOf('subscription', subscriptionMachine),
  source: [...movesOf('source', sourceMachine), 'source.propose', 'source.escalate'],
  collection: movesOf('collection', formMachine),
  'breach-report': movesOf('breach-report', reportMachine),
  intent: movesOf('intent', intentMachine),
  'online-payment': movesOf('online-payment', onlinePaymentMachine),
  transfer: movesOf('transfer', transferMachine),
  chargeback: movesOf('chargeback', chargebackMachine),
  difference: movesOf('difference', differenceMachine),
  'connected-account': movesOf('connected-account', connectedAccountMachine),
  'online-refund': movesOf('online-refund', onlineRefundMachine),
  contract: ['suspend', 'resume', 'terminate', 'annul'].map(move => `contract.${move}`),
}

t.test('every audited action has words in both languages', async t => {
  const literal = found(/audit\(\s*'([a-z-]+\.[a-z-]+)'/g)
  const chosen = found(/audit\([a-zA-Z.]+ \? '([a-z-]+\.[a-z-]+)'/g)
  const other = found(/audit\([a-zA-Z.]+ \? '[a-z-]+\.[a-z-]+' : '([a-z-]+\.[a-z-]+)'/g)
  t.ok(literal.length > 50, 'the actions are found in the source')
  const all = [...new Set([...literal, ...chosen, ...other, ...Object.values(families).flat()])].sort()
  t.same(
    all.filter(action => !actionWords.has(action)),
    [],
  )
  for (const [action, { zh, en }] of actionWords) {
    t.match(zh, /[\u4e00-\u9fff]/, `${action}: Chinese`)
    t.match(en, /^[A-Z]/, `${action}: English`)
  }
})

t.test('every action that is put together belongs to a family whose words are checked', async t => {
  const prefixes = [...new Set(found(/audit\(`([a-z-]+)\.\$\{/g))].sort()
  t.same(
    prefixes.filter(prefix => !families[prefix]),
    [],
  )
})
