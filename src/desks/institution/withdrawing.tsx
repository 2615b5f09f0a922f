import { text } from '../../kernel/text.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'

/** Takes an entry back: what is voluntary its maker too and without a reason, what is mandated a checker or administrator. */
export function Withdraw({ entryId, isVoluntary }: { entryId: string; isVoluntary: boolean }) {
  const t = useWords()
  const { can, form, actor } = useReader()
  const to = `POST /resources/${entryId}/withdraw`
  const isCleared = isVoluntary || actor.duties.some(duty => duty === 'checker' || duty === 'administrator')
  if (!can('resource.withdraw') || !isCleared) return null
  return (
    <Confirm
      label={text('撤回目录', 'Withdraw the entry')}
      consequence={
        isVoluntary
          ? text(
              '自愿提供的目录可随时撤回；撤回后不再出现在目录中。',
              'What is provided voluntarily is taken back at will; it leaves the catalog.',
            )
          : text('撤回后不再出现在目录中，公开页面显示原因。', 'It leaves the catalog; its page says why.')
      }
      isOpen={form?.to === to}
    >
      <Form to={to}>
        <Field
          name="reason"
          label={isVoluntary ? text('理由（可不填）', 'Reason (may be left out)') : text('理由', 'Reason')}
          isRequired={!isVoluntary}
          maxLength={1000}
        />
        <Submit tone="danger">{t(text('确认撤回', 'Withdraw'))}</Submit>
      </Form>
    </Confirm>
  )
}
