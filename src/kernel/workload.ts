/** Work that waits for somebody: which permission does it, how much there is, since when, and how much is late. */
export interface Waiting {
  /** row of the access table that does it, as `listing.accept` */
  readonly kind: string
  readonly count: number
  /** since when the oldest waits; null when nothing does */
  readonly oldestAt: Date | null
  /** how much of it is past its deadline */
  readonly overdue: number
}

/** What a query of waiting rows answers, as raw SQL gives it. */
export interface WaitingRow {
  readonly state: string
  readonly n: number
  readonly oldest: string | null
  readonly overdue: number
}

/** Waiting work by kind, from rows by state; a kind whose state has no row waits for nobody. */
export const waitingOf = (rows: readonly WaitingRow[], kinds: Readonly<Record<string, string>>): Waiting[] =>
  Object.entries(kinds).map(([state, kind]) => {
    const row = rows.find(each => each.state === state)
    return {
      kind,
      count: row?.n ?? 0,
      oldestAt: row?.oldest ? new Date(row.oldest) : null,
      overdue: row?.overdue ?? 0,
    }
  })
