import type { AccessTable } from './kernel/access.ts'

/**
 * THE access table: permission → who holds it. Every route names a row; the build fails otherwise.
 * Grants: anyone · person (signed in) · member[:duty] (acting for an organisation) · role[:duty] (of a verified one) · system.
 * Which *records* a holder reaches (own organisation, own jurisdiction) is decided by each query.
 */
export const access: AccessTable = {
  // identity
  'person.register': ['anyone'],
  'person.read-self': ['person'],
  'person.change-password': ['person'],
  'session.open': ['anyone'],
  'session.refresh': ['anyone'],
  'session.list': ['person'],
  'session.end': ['person'],
  'organization.register': ['person'],
  'organization.resubmit': ['member:administrator'],
  'organization.read': ['member'],
  'organization.list': ['operator', 'authority'],
  'organization.accept': ['operator:maker'],
  'organization.return': ['operator:maker', 'operator:checker'],
  'organization.verify': ['operator:checker'],
  'organization.suspend': ['operator:checker'],
  'organization.reinstate': ['operator:checker'],
  'member.list': ['member'],
  'member.set': ['member:administrator'],
  'api-token.list': ['member:administrator'],
  'api-token.create': ['member:administrator'],
  'api-token.revoke': ['member:administrator'],
  // ledger
  'ledger.read': ['operator:finance', 'operator:checker'],
  // exchange
  'clock.read': ['anyone'],
  'clock.advance': ['anyone'],
}
