import { and, eq, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Rx } from '../../kernel/command.ts'
import type { Handler, Payload, Timer } from '../../kernel/events.ts'
import { issueCertificate, issueReceipt } from './documents.ts'
import { closeFiling, openFiling, referFiling } from './filing.ts'
import { filingOf } from './queries.ts'
import { filing, registration } from './schema.ts'
import { expireRegistration, openRegistration, registerAfterPublicity } from './service.ts'

const contractIdOf = (payload: Payload) => String(payload.contractId)

/** A trade whose contract ended: its filing is closed, if it is in a state that can be. */
const closing = (event: string): Handler => ({
  event,
  name: `registration.close-filing-on-${event.split('-').at(-1)}`,
  async run(cx, payload) {
    const row = await filingOf(cx, contractIdOf(payload))
    if (row && ['filed', 'filed_checked'].includes(row.state)) await closeFiling(cx, row.id)
    else cx.audit('filing.leave-open', ['contract', contractIdOf(payload)], { state: row?.state ?? null })
  },
})

export const handlers: Handler[] = [
  {
    event: 'contracts.contract-sealed',
    name: 'registration.open-registration',
    run: async (cx, payload) => void (await openRegistration(cx, contractIdOf(payload))),
  },
  {
    event: 'contracts.contract-sealed',
    name: 'registration.open-filing',
    run: async (cx, payload) => void (await openFiling(cx, contractIdOf(payload))),
  },
  closing('contracts.contract-completed'),
  closing('contracts.contract-terminated'),
  closing('contracts.contract-expired'),
  closing('contracts.contract-annulled'),
]

const past = (rx: Rx, column: PgColumn) => lt(column, sql`${rx.now.toISOString()}::timestamptz`)

const registrationIds = async (rx: Rx, where: ReturnType<typeof and>) =>
  (await rx.tx.select({ id: registration.id }).from(registration).where(where).limit(100)).map(row => row.id)

const filingIds = async (rx: Rx, where: ReturnType<typeof and>) =>
  (await rx.tx.select({ id: filing.id }).from(filing).where(where).limit(100)).map(row => row.id)

export const timers: Timer[] = [
  {
    name: 'registration.end-publicity',
    due: rx => registrationIds(rx, and(eq(registration.state, 'publicity'), past(rx, registration.dueAt))),
    run: async (cx, id) => void (await registerAfterPublicity(cx, id)),
  },
  {
    name: 'registration.expire',
    due: rx => registrationIds(rx, and(eq(registration.state, 'registered'), past(rx, registration.validUntil))),
    run: async (cx, id) => void (await expireRegistration(cx, id)),
  },
  {
    name: 'registration.certify',
    due: rx => registrationIds(rx, and(eq(registration.state, 'registered'), isNull(registration.certificateSha256))),
    run: issueCertificate,
  },
  {
    name: 'registration.refer-filing',
    due: rx => filingIds(rx, and(eq(filing.state, 'correction_ordered'), past(rx, filing.dueAt))),
    run: async (cx, id) => void (await referFiling(cx, id)),
  },
  {
    name: 'registration.receipt',
    due: rx =>
      filingIds(
        rx,
        and(
          isNotNull(filing.number),
          isNull(filing.receiptSha256),
          inArray(filing.state, ['filed', 'filed_checked', 'correction_ordered', 'closed', 'referred']),
        ),
      ),
    run: issueReceipt,
  },
]
