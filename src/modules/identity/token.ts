import { createHash } from 'node:crypto'
import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { newId, newSecret } from '../../kernel/ids.ts'
import { notFound } from '../../kernel/problem.ts'
import { requireOrganization } from './queries.ts'
import { apiToken } from './schema.ts'

/** API tokens begin with this, so that a leaked one can be recognised by scanners. */
export const tokenPrefix = 'jinshu_'

export const tokenHash = (token: string) => createHash('sha256').update(token).digest()

/** Makes a token for a machine client of the own organisation; its text is shown once. Lives at most 365 days. */
export async function createApiToken(cx: Cx, input: { name: string; scopes: readonly string[]; days: number }) {
  const token = `${tokenPrefix}${newSecret()}`
  const [row] = await cx.tx
    .insert(apiToken)
    .values({
      id: newId(),
      organizationId: requireOrganization(cx.actor),
      personId: cx.actor.personId!,
      name: input.name,
      hash: tokenHash(token),
      scopes: [...input.scopes],
      createdAt: cx.now,
      expiresAt: sql`now() + make_interval(days => ${input.days})` as never,
    })
    .returning()
  cx.audit('api-token.create', ['api-token', row!.id], { scopes: input.scopes })
  return { ...row!, token }
}

/** The own organisation's tokens, newest first, without their text. */
export const listApiTokens = (rx: Rx) =>
  rx.tx
    .select()
    .from(apiToken)
    .where(eq(apiToken.organizationId, requireOrganization(rx.actor)))
    .orderBy(desc(apiToken.createdAt))
    .limit(100)

/** Makes a token useless at once. @throws not-found */
export async function revokeApiToken(cx: Cx, id: string): Promise<void> {
  const [row] = await cx.tx
    .update(apiToken)
    .set({ revokedAt: cx.now })
    .where(
      and(eq(apiToken.id, id), eq(apiToken.organizationId, requireOrganization(cx.actor)), isNull(apiToken.revokedAt)),
    )
    .returning({ id: apiToken.id })
  if (!row) throw notFound()
  cx.audit('api-token.revoke', ['api-token', id], {})
}
