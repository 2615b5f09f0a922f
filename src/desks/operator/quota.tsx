import { text } from '../../kernel/text.ts'
import type { QuotaState } from '../../modules/data/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Bytes, Card, Facts, Moment } from '../../web/parts.tsx'
import { Data } from '../public/parts.tsx'
import { Another, Door } from './parts.tsx'

const mebibyte = 1024 ** 2
const gibibyte = 1024 ** 3
const sizes = [256 * mebibyte, ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1024, 2048, 5120].map(each => each * gibibyte)]

const sizeWords = (bytes: number): string =>
  bytes >= gibibyte ? `${Math.round((bytes / gibibyte) * 100) / 100} GiB` : `${Math.round(bytes / mebibyte)} MiB`

/** The sizes that can be chosen, the present one among them. */
const choices = (present: number) =>
  [...new Set([...sizes, present])].sort((a, b) => a - b).map(each => [`${each}`, sizeWords(each)] as const)

function Change({ of }: { of: QuotaState }) {
  const t = useWords()
  const to = `PUT /organizations/${of.organizationId}/data-quota`
  return (
    <Door
      to={to}
      label={text('调整配额', 'Change the quota')}
      tone="plain"
      consequence={text(
        '调低到已用量以下不会删除任何文件，但不能再上传。调整及理由记入审计。',
        'Less than is used deletes nothing, but lets nothing more in. The change and its reason are audited.',
      )}
    >
      <Form to={to}>
        <Field
          name="bytes"
          kind="select"
          label={text('存储空间上限', 'Bytes that may be stored')}
          value={`${of.bytes}`}
          options={choices(of.bytes)}
          isRequired
        />
        <Field
          name="versions"
          kind="number"
          label={text('数据版本数量上限', 'Data versions that may be kept')}
          value={of.versions}
          min={0}
          isRequired
        />
        <Field
          name="reason"
          label={text('理由', 'Reason')}
          hint={text('机构会看到这条理由。', 'The organisation reads it.')}
          isRequired
          maxLength={1000}
          suggestions={[t(text('年度数据归集，规模已核实', 'Yearly collection; its size was verified'))]}
          autocomplete="off"
        />
        <Submit>{t(text('确认调整', 'Change it'))}</Submit>
      </Form>
    </Door>
  )
}

/** What an organisation stores, and the operator's word on how much it may. */
export function QuotaCard({ of }: { of: QuotaState }) {
  const t = useWords()
  const { can } = useReader()
  const taken = of.usedBytes + of.comingBytes
  const percent = of.bytes === 0 ? 100 : Math.round((taken / of.bytes) * 100)
  const tone = percent >= 100 ? 'bad' : percent >= 80 ? 'warn' : 'good'
  return (
    <Card title={t(text('存储配额', 'Storage quota'))}>
      <progress class="upload-bar" max={100} value={Math.min(100, percent)} aria-label={t(text('已用', 'Used'))} />
      <Facts
        of={[
          [
            t(text('已用', 'Used')),
            <span key="used" class="row-gap">
              <span>
                <Bytes of={taken} /> / <Bytes of={of.bytes} />
              </span>
              <Badge tone={tone}>{percent}%</Badge>
            </span>,
          ],
          of.comingBytes > 0 && [t(text('其中上传中', 'Being uploaded')), <Bytes key="coming" of={of.comingBytes} />],
          [t(text('数据版本', 'Data versions')), `${of.usedVersions + of.comingVersions} / ${of.versions}`],
          of.reason !== null && [
            t(text('调整理由', 'Reason of the change')),
            <span key="reason">
              <Data>{of.reason}</Data> · <Moment at={of.setAt} />
            </span>,
          ],
        ]}
      />
      {can('data-quota.set') ? (
        <Change of={of} />
      ) : (
        <Another>{t(text('由复核人员或管理员调整。', 'A checker or an administrator changes it.'))}</Another>
      )}
    </Card>
  )
}
