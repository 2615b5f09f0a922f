import { text } from '../kernel/text.ts'
import { useWords } from './context.ts'
import type { FormState } from './state.ts'

/** The reason why the form is shown again; what is wrong with a field stands beside the field. */
export function Refusal({ state }: { state: FormState }) {
  const { problem } = state
  if (!problem) return null
  return (
    <div class="alert alert-danger" role="alert" tabIndex={-1} data-focus>
      <div>
        <h2 class="alert-title h4">{problem.title}</h2>
        {problem.detail !== problem.title && <p class="mb-0">{problem.detail}</p>}
      </div>
    </div>
  )
}

/** What was wrong with something that no field of the form stands for; comes after the fields, which say theirs. */
export function Leftovers({ state, shown }: { state: FormState; shown: ReadonlySet<string> }) {
  const t = useWords()
  const left = (state.problem?.errors ?? []).filter(
    error => ![...shown].some(pointer => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`)),
  )
  if (left.length === 0) return null
  return (
    <ul class="text-danger">
      {left.map(error => (
        <li key={error.pointer + error.message}>
          {error.pointer !== '' && <code>{error.pointer.slice(1)}</code>} {error.message}
          {error.remedy && t(text('；', '; ')) + error.remedy}
        </li>
      ))}
    </ul>
  )
}
