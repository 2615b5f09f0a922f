import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { kindWords, type Organization } from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Card, Name, Notice } from '../../web/parts.tsx'
import { Another, Door, ReasonForm } from './parts.tsx'

const declining = [
  text(
    '营业执照的经营范围不含所填行业，请重新填写',
    'The scope of its licence does not have that kind of service: say it anew',
  ),
  text('属机关、事业单位，应填公共机构', 'It is a public body: choose public institution'),
]

/** An institution that said its kind only after it was verified: that is confirmed, or declined with a reason. */
export function KindDecision({ row, now }: { row: Organization; now: Date }) {
  const t = useWords()
  const { can } = useReader()
  if (row.state !== 'verified' || row.institutionKind === null || row.kindConfirmedAt !== null) return null
  const decline = `POST /organizations/${row.id}/decline-kind`
  return (
    <Card title={t(text('确认机构类别', 'Confirm the kind of institution'))}>
      <p>
        {t(text('机构自述为', 'It says it is: '))}
        <strong>{t(kindWords(row, rulesAt(now)))}</strong>
        {t(
          text(
            '。公共服务企业可自愿发布目录；请对照营业执照的经营范围。',
            '. Public service enterprises may publish voluntarily; compare with the scope of its licence.',
          ),
        )}
      </p>
      {can('organization.confirm-kind') ? (
        <div class="stack">
          <Form to={`POST /organizations/${row.id}/confirm-kind`}>
            <Submit tone="good">{t(text('确认类别', 'Confirm'))}</Submit>
          </Form>
          <Door
            to={decline}
            label={text('不同意', 'Decline')}
            tone="plain"
            consequence={text('机构将看到理由并重新填写。', 'It reads the reason and says its kind anew.')}
          >
            <ReasonForm to={decline} button={text('不同意', 'Decline')} templates={declining} />
          </Door>
        </div>
      ) : (
        <Another>{t(text('由复核人员确认。', 'A checker confirms it.'))}</Another>
      )}
    </Card>
  )
}

/** Institutions whose kind waits for confirmation, above the list. */
export function KindsWaiting({ of }: { of: readonly Pick<Organization, 'id' | 'nameZh' | 'nameEn'>[] }) {
  const t = useWords()
  if (of.length === 0) return null
  return (
    <Notice
      tone="warn"
      title={t(text(`${of.length} 家机构的类别待确认`, `The kind of ${of.length} institution(s) is to be confirmed`))}
    >
      <ul class="mb-0">
        {of.map(row => (
          <li key={row.id}>
            <a href={`/operator/organizations/${row.id}`}>
              <Name zh={row.nameZh} en={row.nameEn} />
            </a>
          </li>
        ))}
      </ul>
    </Notice>
  )
}
