import { createHash } from 'node:crypto'
import { and, desc, eq, getTableColumns, isNull, sql } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { newId, newSecret } from '../../kernel/ids.ts'
import { forbidden, invalidInput, notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { requireOrganization } from './queries.ts'
import { apiToken } from './schema.ts'

/** API tokens begin with this, so that a leaked one can be recognised by scanners. */
export const tokenPrefix = 'jinshu_'

export const tokenHash = (token: string) => createHash('sha256').update(token).digest()

/** Only people make tokens: one that could make others would reach beyond its own scopes. */
function requirePerson(cx: Cx): string {
  if (cx.actor.kind === 'person' && cx.actor.personId) return cx.actor.personId
  throw forbidden(
    text('接口令牌只能由本人登录后新建。', 'A person who is signed in makes API tokens, not another token.'),
  )
}

const scopeError = (scope: string, i: number) => ({
  pointer: `/scopes/${i}`,
  message: text(`没有“${scope}”这一权限`, `“${scope}” is no permission`),
  remedy: text(
    '使用接口文档中各接口的 permission',
    'use the permission that the API reference names for each operation',
  ),
})

/**
 * Makes a token for a machine client of the own organisation; its text is shown once. Lives at most 365 days.
 * @throws invalid-input for a scope that is no permission, forbidden when a token asks
 */
export async function createApiToken(cx: Cx, input: { name: string; scopes: readonly string[]; days: number }) {
  const personId = requirePerson(cx)
  const errors = input.scopes.flatMap((scope, i) => (Object.hasOwn(cx.kit.access, scope) ? [] : [scopeError(scope, i)]))
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  const token = `${tokenPrefix}${newSecret()}`
  const [row] = await cx.tx
    .insert(apiToken)
    .values({
      id: newId(),
      organizationId: requireOrganization(cx.actor),
      personId,
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

/** The own organisation's tokens, newest first, without their text; `isOver` by the database's own time. */
export const listApiTokens = (rx: Rx) =>
  rx.tx
    .select({ ...getTableColumns(apiToken), isOver: sql<boolean>`${apiToken.expiresAt} <= now()` })
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
