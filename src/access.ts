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
  // data
  'data-version.upload': ['vendor:maker', 'vendor:administrator', 'institution:maker'],
  'data-version.retry': ['vendor:maker', 'vendor:administrator', 'institution:maker'],
  'data-version.list': ['vendor', 'institution'],
  'data-version.read': ['vendor', 'institution'],
  'data-version.confirm': ['vendor:maker', 'vendor:administrator', 'institution:maker'],
  // catalog
  'product.search': ['anyone'],
  'product.read': ['anyone'],
  'product.create': ['vendor:maker', 'vendor:administrator'],
  'product.read-draft': ['vendor'],
  'product.update': ['vendor:maker', 'vendor:administrator'],
  'product.revise': ['vendor:maker', 'vendor:administrator'],
  'product.price': ['vendor:maker', 'vendor:administrator', 'vendor:finance'],
  'product.unprice': ['vendor:maker', 'vendor:administrator', 'vendor:finance'],
  'product.precheck': ['vendor'],
  'listing.list': ['vendor', 'operator', 'authority'],
  'listing.read': ['vendor', 'operator', 'authority'],
  'listing.submit': ['vendor:maker', 'vendor:checker', 'vendor:administrator'],
  'listing.resubmit': ['vendor:maker', 'vendor:checker', 'vendor:administrator'],
  'listing.renew': ['vendor:maker', 'vendor:checker', 'vendor:administrator'],
  'listing.accept': ['operator:maker', 'operator:checker'],
  'listing.return': ['operator:maker', 'operator:checker'],
  'listing.refuse': ['operator:checker'],
  'listing.pass': ['operator:checker'],
  'listing.publish': ['vendor:maker', 'vendor:checker', 'vendor:administrator', 'operator:maker', 'operator:checker'],
  'listing.suspend': [
    'vendor:checker',
    'vendor:administrator',
    'operator:checker',
    'authority:maker',
    'authority:checker',
  ],
  'listing.resume': [
    'vendor:checker',
    'vendor:administrator',
    'operator:checker',
    'authority:maker',
    'authority:checker',
  ],
  'listing.delist': ['vendor:checker', 'vendor:administrator', 'operator:checker'],
  // ledger
  'ledger.read': ['operator:finance', 'operator:checker'],
  // exchange
  'clock.read': ['anyone'],
  'clock.advance': ['anyone'],
}
