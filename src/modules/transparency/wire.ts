import { Type } from 'typebox'
import { PageQuery } from '../../kernel/page.ts'
import { closed, Id, Instant, nullable, pageOf, Sha256 } from '../../kernel/wire.ts'
import type { Entry } from './queries.ts'

export const EntriesQuery = closed({
  subject: Type.String({
    pattern: '^[a-z][a-z-]*/.{1,200}$',
    description: 'kind/id, as `contract/0198…`: the timeline of one object',
  }),
  ...PageQuery,
})

export const EntryShape = Type.Object({
  id: Id,
  seq: Type.Integer(),
  at: Instant,
  action: Type.String(),
  subject: Type.String(),
  actor: Type.String({ description: 'pseudonym' }),
  leaf: Type.String({ description: 'the entry of the log, byte for byte' }),
  /** SHA-256(0x00 ‖ leaf), RFC 6962 */
  leafHash: Sha256,
  index: nullable(Type.Integer({ description: 'place in the log; null until it is published' })),
  record: nullable(
    Type.String({ description: 'what was decided; for the organisation that acted and the operator, null for others' }),
  ),
  salt: nullable(Type.String({ description: 'hex; c in the leaf is SHA-256(salt ‖ record)' })),
})

export const EntriesShape = pageOf(EntryShape)

/** An entry as the one who asks may see it. */
export const toEntry = (entry: Entry) => ({
  id: entry.id,
  seq: entry.seq,
  at: entry.at.toISOString(),
  action: entry.action,
  subject: `${entry.subjectKind}/${entry.subjectId}`,
  actor: entry.actor,
  leaf: entry.leaf,
  leafHash: entry.leafHash,
  index: entry.index,
  record: entry.record,
  salt: entry.salt,
})
