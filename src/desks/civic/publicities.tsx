import type { Rx } from '../../kernel/command.ts'
import { text } from '../../kernel/text.ts'
import { listPublicities, toPublicity } from '../../modules/registration/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Card, Facts, Moment, Name } from '../../web/parts.tsx'

type Publicity = ReturnType<typeof toPublicity>

/** Registrations in 公示 now, those that end first before; at most a hundred, the API has the rest. */
export const readPublicities = async (rx: Rx): Promise<Publicity[]> =>
  (await listPublicities(rx, { limit: 100 })).items.map(toPublicity)

function Objection({ to }: { to: Publicity }) {
  const t = useWords()
  const { viewer, url, form } = useReader()
  if (!viewer)
    return <a href={`/sign-in?next=${encodeURIComponent(url)}`}>{t(text('登录后提出异议', 'Sign in to object'))}</a>
  const route = `POST /registrations/${to.registrationId}/object`
  return (
    <Confirm
      label={text('提出异议', 'Object')}
      tone="plain"
      isOpen={form?.to === route}
      consequence={text(
        '提出后公示暂停，由运营机构在规定期限内处理并答复；请写明事实和理由。',
        'Publicity stops and the operator decides within its time; state facts and reasons.',
      )}
    >
      <Form to={route}>
        <Field name="grounds" kind="area" label={text('异议的事实与理由', 'Grounds of the objection')} isRequired />
        <Submit>{t(text('提交异议', 'Send the objection'))}</Submit>
      </Form>
    </Confirm>
  )
}

/** What is put to the public before it is registered (26号 办法): it stands where people look for news. */
export function Publicities({ of }: { of: readonly Publicity[] }) {
  const t = useWords()
  if (of.length === 0) return null
  return (
    <Card title={t(text('公示中的交易登记', 'Registrations in publicity'))}>
      <ul class="plain-list">
        {of.map(each => (
          <li key={each.registrationId}>
            <p class="mb-1">
              <strong>
                <Name zh={each.productName} />
              </strong>{' '}
              <code>{each.productNumber}</code>
            </p>
            <Facts
              of={[
                [t(text('供方', 'Vendor')), <Name key="vendor" zh={each.vendor} />],
                [t(text('需方', 'Buyer')), <Name key="buyer" zh={each.buyer} />],
                [t(text('来源说明', 'Source')), <Name key="source" zh={each.sourceStatement} />],
                [t(text('公示截止', 'Ends')), <Moment key="ends" at={each.endsAt} />],
              ]}
            />
            <div class="mt-2">
              <Objection to={each} />
            </div>
          </li>
        ))}
      </ul>
    </Card>
  )
}
