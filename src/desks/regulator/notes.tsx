import { text } from '../../kernel/text.ts'
import type { Finding, listFilingNotes } from '../../modules/registration/index.ts'
import { useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Icon } from '../../web/icon.tsx'
import { Card, Moment } from '../../web/parts.tsx'

type Notes = Awaited<ReturnType<typeof listFilingNotes>>

/** What members of the competent authorities noted for each other. */
export function NotesCard({ of, filingId }: { of: Notes; filingId: string }) {
  const t = useWords()
  return (
    <Card title={t(text('内部批注', 'Internal notes'))} id="notes">
      {of.length > 0 && (
        <ol class="plain-list">
          {of.map(note => (
            <li key={note.id}>
              <p class="note">{note.body}</p>
              <small class="text-secondary">
                {note.personName ?? t(text('已注销人员', 'a former member'))} · {note.organizationName} ·{' '}
                <Moment at={note.notedAt} />
              </small>
            </li>
          ))}
        </ol>
      )}
      <Form to={`POST /filings/${filingId}/note`} data-guard>
        <Field
          name="body"
          kind="area"
          rows={2}
          maxLength={4000}
          isRequired
          label={text('添加批注', 'Add a note')}
          hint={text('仅主管部门人员可见，保存后不能修改。', 'Only officers see it; it cannot be changed once kept.')}
        />
        <Submit tone="plain">{t(text('保存批注', 'Keep the note'))}</Submit>
      </Form>
    </Card>
  )
}

const paths = { filing: '/regulator/filings', contract: '/contracts', registration: '' } as const

/** What looks wrong: each rule that meets the filing, with the facts it met. A rule is a reason to look, not a verdict. */
export function FindingsCard({ of }: { of: readonly Finding[] }) {
  const t = useWords()
  return (
    <Card title={t(text(`疑点（${of.length}）`, `What looks wrong (${of.length})`))} id="findings">
      {of.length === 0 ? (
        <p class="mb-0">
          {t(
            text(
              '按现有规则没有发现疑点，仍须核对内容。',
              'No rule meets this filing; look at its contents all the same.',
            ),
          )}
        </p>
      ) : (
        <ul class="doubts">
          {of.map(finding => (
            <li key={finding.code}>
              <p class="finding-title">
                <Icon name="alert-triangle" /> {t(finding.title)}
              </p>
              <p class="mb-1">{t(finding.detail)}</p>
              {finding.related.some(each => each.number && paths[each.kind]) && (
                <p class="mb-1 row-gap">
                  {finding.related.map(
                    each =>
                      each.number &&
                      paths[each.kind] && (
                        <a key={each.id} href={`${paths[each.kind]}/${each.id}`}>
                          {each.number}
                        </a>
                      ),
                  )}
                </p>
              )}
              <small class="text-secondary">
                {t(text('规则：', 'Rule: '))}
                {t(finding.rule)}
              </small>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
