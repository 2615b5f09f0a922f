import { Problem } from '../../../kernel/problem.ts'
import type { Text } from '../../../kernel/text.ts'
import { isTooHeavy, readWhole, type WholeReading } from './read.ts'

/** What the engine's process answers: the facts, a refusal as plain data, or what went wrong in the program. */
export type Answer =
  | ({ readonly kind: 'profile' } & WholeReading)
  | {
      readonly kind: 'refusal'
      readonly slug: string
      readonly detail: Text
      readonly errors: Problem['errors']
      readonly cause: string
    }
  | { readonly kind: 'too-heavy'; readonly cause: string }
  | { readonly kind: 'fault'; readonly cause: string }

function answerOf(error: unknown): Answer {
  if (isTooHeavy(error)) return { kind: 'too-heavy', cause: String(error) }
  if (!(error instanceof Problem))
    return { kind: 'fault', cause: error instanceof Error ? (error.stack ?? '') : String(error) }
  const { type, detail, errors, cause } = error
  return { kind: 'refusal', slug: type.slug, detail, errors, cause: cause === undefined ? '' : String(cause) }
}

async function main(): Promise<void> {
  // The parent ended: nobody waits for the answer and nobody would clean up after a long run.
  process.once('disconnect', () => process.exit(1))
  const [path = '', declaredName = '', folder = ''] = process.argv.slice(2)
  const answer: Answer = await readWhole(path, declaredName, folder).then(
    whole => ({ kind: 'profile', ...whole }),
    answerOf,
  )
  process.send?.(answer, () => process.exit(0))
}

await main()
