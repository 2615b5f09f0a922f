import type { FieldError } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { useWords } from '../../web/context.ts'
import { Moment, Notice } from '../../web/parts.tsx'
import type { EditorView } from './editor.tsx'

/** Findings of one place: its own, and those below it. */
const at = (list: readonly FieldError[], pointer: string): readonly FieldError[] =>
  list.filter(each => each.pointer === pointer || each.pointer.startsWith(`${pointer}/`))

/** One finding with the way to mend it; where a control shows the choices, they are not listed once more. */
function Finding({ of, tone, hasChoices }: { of: FieldError; tone: 'bad' | 'warn'; hasChoices: boolean }) {
  const t = useWords()
  const isMissing = hasChoices && tone === 'bad'
  return (
    <li class={tone}>
      {t(of.message)}
      {!isMissing && of.remedy && `${t(text('；', '; '))}${t(of.remedy)}`}
    </li>
  )
}

/** What the pre-check and the reviewer say of one place; the region is renewed after each saving. */
export function Findings({
  view,
  pointer,
  hasChoices = false,
}: {
  view: EditorView
  pointer: string
  hasChoices?: boolean
}) {
  const t = useWords()
  const errors = at(view.report.errors, pointer)
  const warnings = at(view.report.warnings, pointer)
  const asked = view.draft.listing.supplement.filter(item => item.pointer === pointer)
  return (
    <div data-live={`finding${pointer.replaceAll('/', '-')}`}>
      {errors.length + warnings.length + asked.length > 0 && (
        <ul class="findings">
          {asked.map(item => (
            <li key={item.message} class="bad">
              {t(text('审核人要求：', 'The reviewer asks: '))}
              {item.message}
              {t(text('；', '; '))}
              {item.remedy}
            </li>
          ))}
          {errors.map(each => (
            <Finding key={each.pointer + each.message.en} of={each} tone="bad" hasChoices={hasChoices} />
          ))}
          {warnings.map(each => (
            <Finding key={each.pointer + each.message.en} of={each} tone="warn" hasChoices={hasChoices} />
          ))}
        </ul>
      )}
    </div>
  )
}

/** The one complete list of what a returned version is to be supplemented with, and until when. */
export function Returned({ view }: { view: EditorView }) {
  const t = useWords()
  const { listing } = view.draft
  if (listing.state !== 'supplementing') return null
  return (
    <Notice tone="warn" title={t(text('审核退回补正', 'Returned for supplement'))}>
      <ul>
        {listing.supplement.map(item => (
          <li key={item.pointer + item.message}>
            {item.message}
            {t(text('；', '; '))}
            {item.remedy}
          </li>
        ))}
      </ul>
      {listing.dueAt && (
        <p class="mb-0">
          {t(text('请在此前补正并重新提交：', 'Supplement it and submit again by: '))}
          <Moment at={listing.dueAt} isDay />
        </p>
      )}
    </Notice>
  )
}
