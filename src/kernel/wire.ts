import { type TSchema, Type } from 'typebox'

/** Shapes that every module's wire uses. Amounts are integers of fen up to 2^53−1; instants are ISO 8601 UTC. */
export const Id = Type.String({ format: 'uuid' })
export const Instant = Type.String({ format: 'date-time' })
export const Fen = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'fen (分)' })
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' })
export const Bilingual = Type.Object({ zh: Type.String(), en: Type.String() })
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
export const IdParams = Type.Object({ id: Id }, { additionalProperties: false })
export const pageOf = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next: nullable(Type.String()) })

/** A request body or query: nothing undeclared is accepted. */
export const closed = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false })

/** An instant that may be absent, as the wire writes it. */
export const iso = (instant: Date | null): string | null => instant?.toISOString() ?? null

/** Fen as the wire's integer. @throws RangeError beyond 2^53−1. */
export function fenToWire(amount: bigint): number {
  if (amount > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`${amount} fen do not fit the wire`)
  return Number(amount)
}

/** The RFC 9457 document. */
export const ProblemShape = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String(),
    errors: Type.Optional(
      Type.Array(Type.Object({ pointer: Type.String(), message: Type.String(), remedy: Type.Optional(Type.String()) })),
    ),
  },
  { $id: 'Problem' },
)
