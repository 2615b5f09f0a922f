import { text } from '../../kernel/text.ts'
import { isRenewable } from '../../modules/risk/index.ts'
import { useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Moment, Notice } from '../../web/parts.tsx'
import { basisWords, type GateView } from './parts.tsx'

/** Whether the provider has to answer, or may: nothing was submitted yet, it has ended, or it ends soon. */
export const isToAnswer = ({ file: { assessment: row }, now }: GateView): boolean =>
  row === undefined || ['assessing', 'stale', 'expired'].includes(row.state) || isRenewable(row, now)

/** What a person answered to a point the last time. */
const kept = (view: GateView, code: string) =>
  view.file.earlier?.points.find(each => each.code === code && each.by === 'person')

function PointFields({ view }: { view: GateView }) {
  const t = useWords()
  return (
    <>
      {view.file.points.map((point, i) => (
        <fieldset key={point.code} class="mb-3">
          <input type="hidden" name={`points.${i}.code`} value={point.code} />
          <Field
            name={`points.${i}.answer`}
            label={point.name}
            kind="radios"
            isRequired
            value={point.answer ?? kept(view, point.code)?.answer ?? null}
            options={[
              ['no', text('否', 'No')],
              ['yes', text('是', 'Yes')],
            ]}
          />
          <div class="text-secondary">
            {point.answer !== null && <strong>{t(text('据事实已填：', 'Filled in by facts: '))}</strong>}
            {point.evidence.map(each => t(each)).join(t(text('；', '; ')))}
          </div>
          {point.answer === null && (
            <Field
              name={`points.${i}.note`}
              label={text('说明', 'Note')}
              maxLength={2000}
              value={kept(view, point.code)?.note ?? ''}
            />
          )}
        </fieldset>
      ))}
    </>
  )
}

function ConsentFields({ view }: { view: GateView }) {
  const t = useWords()
  const { personalColumns, earlier } = view.file
  const basis = (column: string) => earlier?.consents.find(each => each.column === column)
  if (personalColumns.length === 0) return null
  return (
    <>
      <h3>{t(text('个人信息的处理依据', 'Basis for personal information'))}</h3>
      <p class="text-secondary">
        {t(
          text(
            '只问发现个人信息的列（第二十四条第二款）。',
            'Asked only where personal information was found (Art. 24 ¶2).',
          ),
        )}
      </p>
      {personalColumns.map((column, i) => (
        <fieldset key={column} class="column mb-3">
          <legend data-words="data">{column}</legend>
          <input type="hidden" name={`consents.${i}.column`} value={column} />
          <Field
            name={`consents.${i}.basis`}
            label={text('依据（《个人信息保护法》第十三条）', 'Basis (PIPL Art. 13)')}
            kind="select"
            isRequired
            value={basis(column)?.basis ?? null}
            options={Object.entries(basisWords)}
          />
          <Field
            name={`consents.${i}.notice`}
            label={text('已告知的目的、方式和范围', 'What persons were told: purpose, manner, scope')}
            kind="area"
            isRequired
            maxLength={2000}
            value={basis(column)?.notice ?? ''}
          />
          <Field
            name={`consents.${i}.evidence`}
            label={text('单独同意的证明', 'Evidence of separate consent')}
            maxLength={500}
            value={basis(column)?.evidence ?? ''}
            hint={text('以同意为依据时必填', 'Needed where consent is the basis')}
          />
        </fieldset>
      ))}
    </>
  )
}

/** Why the form begins with answers, or why it is there before the end. */
function Prefilled({ view }: { view: GateView }) {
  const t = useWords()
  const { earlier, assessment: row } = view.file
  return (
    <>
      {row && isRenewable(row, view.now) && (
        <Notice tone="info" title={t(text('可以续评', 'It can be renewed'))}>
          {t(text('有效期至 ', 'Valid until '))}
          <Moment at={row.validUntil} isDay />
          {t(
            text(
              '。现在提交续评，审核期间现有放行继续有效。',
              '. Submit the renewal now: the present release stays in force during its review.',
            ),
          )}
        </Notice>
      )}
      {earlier && (
        <p class="text-secondary">
          {t(
            text(
              `已按 ${earlier.number} 的回答填好，请核对后提交。`,
              `Filled in with the answers of ${earlier.number}: check them, then submit.`,
            ),
          )}
        </p>
      )}
    </>
  )
}

export function AssessForm({ view }: { view: GateView }) {
  const t = useWords()
  const { file } = view
  const { earlier } = file
  return (
    <Card title={t(text('风险评估', 'Risk assessment'))} id="assess">
      <Prefilled view={view} />
      <Form to={`POST /data-versions/${file.data.id}/assess`}>
        <Field
          name="sourceCategory"
          label={text('来源类别', 'Category of source')}
          kind="select"
          isRequired
          value={earlier?.sourceCategory ?? null}
          options={file.rules.lists.sourceCategories.items.map(
            item => [item.code, text(item.name.zh, item.name.en)] as const,
          )}
        />
        <Field
          name="sourceStatement"
          label={text('来源说明', 'Statement of source')}
          kind="area"
          isRequired
          maxLength={2000}
          value={earlier?.sourceStatement ?? ''}
          hint={text('从何处、以何种方式、依何种权利取得', 'Where it comes from, how, and by what right')}
        />
        <h3>{t(text('十项要点（第三十条）', 'The ten points (Art. 30)'))}</h3>
        <p class="text-secondary">
          {t(
            text(
              '事实能回答的已填好；选“是”即视为申报风险，须先处理。',
              'What facts answer is filled in; a “yes” declares a risk, which is handled first.',
            ),
          )}
        </p>
        <PointFields view={view} />
        <ConsentFields view={view} />
        <Submit>{t(text('提交风险评估', 'Submit the assessment'))}</Submit>
      </Form>
    </Card>
  )
}
