import type { Text } from '../../kernel/text.ts'
import type { Urgency } from './model.ts'
import type { Said } from './words.ts'

/** How a kind of notice is told. */
export interface KindSpec {
  readonly urgency: Urgency
  /** Who is told: members who hold one of these in the organisation that it concerns. */
  readonly permissions: readonly string[]
  readonly title: (said: Said) => Text
  /** Where it is stopped, for what a person asked for themselves: about this subject. */
  readonly stop?: (subjectId: string) => string
}

/** One kind: how urgent, for whom by permission, in which words. */
export const spec = (
  urgency: Urgency,
  permissions: string,
  title: (said: Said) => Text,
  stop?: (subjectId: string) => string,
): KindSpec => ({
  urgency,
  permissions: permissions.split(' '),
  title,
  ...(stop && { stop }),
})
