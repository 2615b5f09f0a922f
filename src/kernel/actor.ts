/** Who acts, for whom, and with what duties: set once per request, carried into every transaction. */
export interface Actor {
  readonly kind: 'anonymous' | 'person' | 'client' | 'system'
  readonly personId: string | null
  readonly sessionId: string | null
  /** The organisation the person acts for; null when acting for themselves. */
  readonly organizationId: string | null
  /** Roles of that organisation, empty until it is verified. */
  readonly roles: readonly string[]
  /** Duties of the person in that organisation. */
  readonly duties: readonly string[]
  /** GB/T 2260 division of that organisation. */
  readonly division: string | null
  /** Permissions an API token is limited to; null for people. */
  readonly scopes: readonly string[] | null
  /** When the person last proved who they are; sensitive moves ask for a fresh proof. */
  readonly provedAt: Date | null
  /** What this person may do for the organisation takes two-step sign-in, which they have not set up. */
  readonly lacksTwoStep?: boolean
}

const nobody = {
  personId: null,
  sessionId: null,
  organizationId: null,
  roles: [],
  duties: [],
  division: null,
  scopes: null,
  provedAt: null,
}

export const anonymous: Actor = { kind: 'anonymous', ...nobody }

/** The exchange's own machinery: event handlers and timers. */
export const system: Actor = { kind: 'system', ...nobody }

/** The pseudonym under which an actor stands in the log: an id that means nothing once the person's row is erased. */
export const pseudonym = (actor: Actor): string => (actor.personId ? `${actor.kind}:${actor.personId}` : actor.kind)

/** An organisation that a viewer may act for. */
export interface ViewerMembership {
  readonly organizationId: string
  readonly nameZh: string
  readonly nameEn: string | null
  /** state of its verification */
  readonly state: string
  readonly roles: readonly string[]
  readonly duties: readonly string[]
}

/** A person who looks at pages, signed in by cookie: what the frame around every page says of them. */
export interface Viewer {
  readonly personId: string
  readonly name: string
  readonly email: string
  /** Oldest first; the acting one is named by `Actor.organizationId`. */
  readonly memberships: readonly ViewerMembership[]
}
