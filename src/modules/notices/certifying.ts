import type { Cx } from '../../kernel/command.ts'
import {
  type Filing,
  type filingMachine,
  filingOf,
  type Registration,
  type registrationMachine,
  registrationOf,
} from '../registration/index.ts'
import { authorityId, type Draft, type Hear, idIn, operatorId, type Side, type Trade, tradeOf } from './draft.ts'
import type { Kind, Params } from './words.ts'

const both: readonly Side[] = ['vendor', 'buyer']
const at = (dueAt: Date | null): Params => ({ dueAt: dueAt?.toISOString() ?? null })

type RegistrationState = keyof typeof registrationMachine.states
type FilingState = keyof typeof filingMachine.states

interface Registered {
  readonly row: Registration
  readonly trade: Trade
}

const toParties = ({ row, trade }: Registered, kind: Kind, more: Params = {}): Draft[] =>
  both.map(side => ({
    kind,
    to: trade.idOf(side),
    subject: ['registration', row.id],
    href: `/trades/${trade.contract.id}`,
    params: { ...trade.about(side), ...(row.number && { number: row.number }), ...more },
  }))

const toStaff = async (cx: Cx, { row, trade }: Registered, kind: Kind): Promise<Draft[]> => [
  {
    kind,
    to: await operatorId(cx),
    subject: ['registration', row.id],
    href: `/operator/registrations/${row.id}`,
    params: { ...trade.about('buyer'), ...at(row.dueAt) },
  },
]

/** Hears of a registration as long as it is in the state that the event says. */
const registration =
  (state: RegistrationState, say: (cx: Cx, registered: Registered) => Promise<Draft[]> | Draft[]): Hear =>
  async (cx, payload) => {
    const contractId = idIn(payload, 'contractId')
    const row = await registrationOf(cx, contractId)
    return row?.state === state ? say(cx, { row, trade: await tradeOf(cx, contractId) }) : []
  }

const ended = (state: RegistrationState): Hear =>
  registration(state, (_, found) => toParties(found, 'registration.ended', { reason: found.row.reason }))

interface Filed {
  readonly row: Filing
  readonly trade: Trade
}

export const filingDraft = ({ row, trade }: Filed, kind: Kind, more: Params = {}): Draft => ({
  kind,
  to: trade.idOf('vendor'),
  subject: ['filing', row.id],
  href: `/trades/${trade.contract.id}`,
  params: { ...trade.about('vendor'), ...(row.number && { number: row.number }), ...more },
})

async function toAuthority(cx: Cx, filed: Filed, kind: Kind): Promise<Draft[]> {
  const to = await authorityId(cx, filed.row.division)
  const href = `/regulator/filings/${filed.row.id}`
  return to === undefined ? [] : [{ ...filingDraft(filed, kind, at(filed.row.dueAt)), to, href }]
}

const filing =
  (state: FilingState, say: (cx: Cx, filed: Filed) => Promise<Draft[]> | Draft[]): Hear =>
  async (cx, payload) => {
    const contractId = idIn(payload, 'contractId')
    const row = await filingOf(cx, contractId)
    return row?.state === state ? say(cx, { row, trade: await tradeOf(cx, contractId) }) : []
  }

export const certifying: Readonly<Record<string, Hear>> = {
  'registration.registration-submitted': registration('submitted', (cx, found) =>
    toStaff(cx, found, 'registration.submitted'),
  ),
  'registration.registration-accepted': registration('accepted', (cx, found) =>
    toStaff(cx, found, 'registration.accepted'),
  ),
  'registration.registration-supplementing': registration('supplementing', (_, found) =>
    toParties(found, 'registration.returned', { reason: found.row.reason, ...at(found.row.dueAt) }),
  ),
  'registration.registration-not-accepted': registration('not_accepted', (_, found) =>
    toParties(found, 'registration.refused', { reason: found.row.reason }),
  ),
  'registration.registration-rejected': registration('rejected', (_, found) =>
    toParties(found, 'registration.rejected', { reason: found.row.reason }),
  ),
  'registration.registration-publicity': registration('publicity', (_, found) =>
    toParties(found, 'registration.published', at(found.row.dueAt)),
  ),
  'registration.registration-objection-handling': registration('objection_handling', (cx, found) =>
    toStaff(cx, found, 'registration.objected'),
  ),
  'registration.registration-registered': registration('registered', (_, found) =>
    toParties(found, 'registration.registered'),
  ),
  'registration.certificate-issued': registration('registered', (_, found) =>
    toParties(found, 'registration.certified'),
  ),
  'registration.registration-cancelled': ended('cancelled'),
  'registration.registration-revoked': ended('revoked'),
  'registration.registration-expired': ended('expired'),
  'registration.filing-draft': filing('draft', (_, found) => [
    filingDraft(found, 'filing.incomplete', { reason: found.row.reason }),
  ]),
  'registration.filing-filed': filing('filed', (cx, found) =>
    toAuthority(cx, found, found.row.version === 1 ? 'filing.received' : 'filing.corrected'),
  ),
  'registration.filing-filed-checked': filing('filed_checked', (_, found) => [filingDraft(found, 'filing.passed')]),
  'registration.filing-correction-ordered': filing('correction_ordered', (_, found) => [
    filingDraft(found, 'filing.correction-ordered', { reason: found.row.reason, ...at(found.row.dueAt) }),
  ]),
  'registration.filing-referred': filing('referred', async (cx, found) => [
    filingDraft(found, 'filing.referred'),
    ...(await toAuthority(cx, found, 'filing.referred')),
  ]),
}
