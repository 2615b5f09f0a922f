import type { ComponentChildren } from 'preact'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  completedContent,
  draftOf,
  gateOf,
  type ListingState,
  listingMachine,
  precheckProduct,
} from '../../modules/catalog/index.ts'
import { dataVersionOf, listDataVersions } from '../../modules/data/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Bytes, Card, Count, Notice, State } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { GateState } from '../risk/parts.tsx'
import { readTimeline } from '../timeline.tsx'
import { type Asked, opinionFields, type Section, sections } from './fields.ts'
import { Findings, Returned } from './findings.tsx'
import { PlanSection } from './plans.tsx'
import { Progress, SubmitSection } from './progress.tsx'
import { Standing } from './standing.tsx'
import { deskTrail, divisionNames, listingTones } from './words.ts'

/** All that the editor of a product shows. */
async function editorView(rx: Rx, id: string) {
  const draft = await draftOf(rx, id)
  const report = await precheckProduct(rx, id)
  const { dataVersionId } = draft.version
  const data = dataVersionId === null ? undefined : await dataVersionOf(rx, dataVersionId)
  const gate = await gateOf(rx, data)
  const confirmed = await listDataVersions(rx, { state: 'confirmed', limit: 100 })
  const isEditable = ['draft', 'supplementing'].includes(draft.listing.state)
  const course = await readTimeline(rx, [
    ['product', draft.product.id],
    ['listing', draft.listing.id],
  ])
  const shown = isEditable ? { ...draft, version: completedContent(draft.version, gate) } : draft
  return {
    draft: shown,
    release: gate?.release,
    report,
    data,
    versions: confirmed.items,
    isEditable,
    rules: rulesAt(rx.now),
    now: rx.now,
    course,
  }
}

export type EditorView = Awaited<ReturnType<typeof editorView>>

const inForm = (asked: Asked): string => (asked.writing ? `${asked.field}~${asked.writing}` : asked.field)

function givenOf(view: EditorView, asked: Asked) {
  const value = view.draft.version[asked.field]
  if (Array.isArray(value)) return value.join(asked.writing === 'rows' ? '\n' : '、')
  return value as string | number | boolean | null
}

/** Long answers take the whole width; what only some answers call for is hidden by the style sheet meanwhile. */
const lookOf = ({ kind, when }: Asked): string =>
  `question${kind === 'area' || kind === 'radios' ? ' wide' : ''}${when ? ` when-${when}` : ''}`

/** One question, with what the pre-check says of its answer beside it. */
function Question({ view, asked }: { view: EditorView; asked: Asked }) {
  const { field, label, hint, kind, options, rows, maxLength, min, max, suggestions } = asked
  return (
    <div class={lookOf(asked)}>
      <Field
        name={inForm(asked)}
        label={label}
        value={givenOf(view, asked)}
        {...(hint && { hint })}
        {...(kind && { kind })}
        {...(options && { options: options(view.rules) })}
        {...(rows !== undefined && { rows })}
        {...(maxLength !== undefined && { maxLength })}
        {...(min !== undefined && { min })}
        {...(max !== undefined && { max })}
        {...(suggestions && { suggestions })}
      />
      <Findings view={view} pointer={`/${field}`} hasChoices={options !== undefined} />
    </div>
  )
}

function AskedSection({
  view,
  section,
  children,
}: {
  view: EditorView
  section: Section
  children?: ComponentChildren
}) {
  const t = useWords()
  return (
    <Card title={t(section.title)} id={section.id}>
      {section.lead && <p class="form-hint mb-3">{t(section.lead)}</p>}
      <div class="questions">
        {section.fields.map(asked => (
          <Question key={asked.field} view={view} asked={asked} />
        ))}
      </div>
      {children}
    </Card>
  )
}

function DataSection({ view }: { view: EditorView }) {
  const t = useWords()
  const { data, versions, draft } = view
  const current = data && !versions.some(each => each.id === data.id) ? [data] : []
  return (
    <Card title={t(text('数据', 'Data'))} id="data">
      <Field
        name="dataVersionId"
        kind="select"
        label={text('数据版本', 'Data version')}
        value={draft.version.dataVersionId}
        options={[...current, ...versions].map(each => [
          each.id,
          text(`${each.fileName}（${each.rows ?? 0} 行）`, `${each.fileName} (${each.rows ?? 0} rows)`),
        ])}
      />
      <Findings view={view} pointer="/dataVersionId" />
      <Findings view={view} pointer="/columns" />
      {data && (
        <p class="row-gap mb-0">
          <span>
            <Count of={data.rows ?? 0} /> {t(text('行', 'rows'))} · {data.columns.length} {t(text('个字段', 'columns'))}{' '}
            · {data.format?.toUpperCase()} · <Bytes of={data.bytes} />
            {data.timeRange && ` · ${data.timeRange.from.slice(0, 10)} – ${data.timeRange.to.slice(0, 10)}`}
            {data.divisions.length > 0 && ` · ${t(divisionNames(data.divisions.slice(0, 6)))}`}
          </span>
          <a href={`/vendor/versions/${data.id}#columns`}>{t(text('查看字段说明', 'Open its dictionary'))}</a>{' '}
          <a href={`/data-versions/${data.id}/rows`}>{t(text('查看全部数据', 'Look at all rows'))}</a>{' '}
          <a href={`/data-versions/${data.id}/quality`}>{t(text('数据质量', 'Its quality'))}</a>{' '}
          <a href={`/data-versions/${data.id}/assessment`}>{t(text('分级与风险评估', 'Grade and risk'))}</a>
          {view.release && <GateState of={view.release} />}
        </p>
      )}
      <p class="mb-0 mt-2">
        <a href="/vendor/upload">{t(text('上传新的数据文件', 'Upload a new data file'))}</a>
      </p>
    </Card>
  )
}

const opinionLabels = {
  issuer: text('出具机构', 'Issuer'),
  issuedOn: text('出具日期', 'Date'),
  sha256: text('文件 SHA-256', 'SHA-256 of the document'),
}

function Opinion({ view }: { view: EditorView }) {
  const t = useWords()
  const { form } = useReader()
  const opinion = view.draft.version.complianceOpinion
  const isWrong = form?.problem?.errors?.some(error => error.pointer.startsWith('/complianceOpinion')) === true
  return (
    <details open={opinion !== null || isWrong}>
      <summary>{t(text('合规意见书（可选）', 'Compliance opinion (optional)'))}</summary>
      <input type="hidden" name="complianceOpinion" value="" />
      {opinionFields.map(field => (
        <Field
          key={field}
          name={`complianceOpinion.${field}`}
          kind={field === 'issuedOn' ? 'date' : 'text'}
          label={opinionLabels[field]}
          {...(field === 'sha256' && { hint: text('64 位十六进制摘要值', '64 hexadecimal digits') })}
          value={opinion?.[field] ?? ''}
          maxLength={field === 'issuer' ? 120 : 64}
        />
      ))}
    </details>
  )
}

/** The questions in one form: saved as one goes where scripts run, by its button everywhere. */
function ContentForm({ view }: { view: EditorView }) {
  const t = useWords()
  const { draft } = view
  return (
    <Form
      to={`PATCH /products/${draft.product.id}`}
      then={`/vendor/products/${draft.product.id}`}
      class="editor"
      data-autosave
      data-base={draft.version.changedAt.toISOString()}
      data-words={JSON.stringify({
        dirty: t(text('有修改，离开该栏时保存', 'Changed; saved when you leave the field')),
        saving: t(text('正在保存…', 'Saving…')),
        saved: t(text('已自动保存', 'Saved')),
        refused: t(text('有内容未能保存，请按提示修改', 'Something could not be saved; see the messages')),
        broken: t(
          text('暂时无法连接，稍后自动重试；内容仍在页面上', 'No connection; trying again soon. Nothing typed is lost'),
        ),
      })}
    >
      <DataSection view={view} />
      {sections.map(section => (
        <AskedSection key={section.id} view={view} section={section}>
          {section.id === 'delivery' && <Opinion view={view} />}
        </AskedSection>
      ))}
      <div class="save-bar">
        <Submit tone="plain">{t(text('保存草稿', 'Save the draft'))}</Submit>
        <span class="save-state" role="status" data-save-state />
      </div>
    </Form>
  )
}

function Editor({ view }: { view: EditorView }) {
  const { can } = useReader()
  const t = useWords()
  if (!can('product.update'))
    return (
      <>
        <Notice>
          {t(
            text(
              '填写由本机构的经办人或管理员办理；您可以查看预检结果。',
              'Filling in is for a maker or an administrator of your organisation; you may look at the pre-check.',
            ),
          )}
        </Notice>
        <Progress view={view} />
        <Standing view={view} />
      </>
    )
  return (
    <div class="split editor-split">
      <div>
        <Returned view={view} />
        <ContentForm view={view} />
        <PlanSection view={view} />
        <SubmitSection view={view} />
      </div>
      <Progress view={view} />
    </div>
  )
}

function Lead({ view: { draft } }: { view: EditorView }) {
  const t = useWords()
  return (
    <span class="row-gap">
      <State machine={listingMachine} state={draft.listing.state as ListingState} tones={listingTones} />
      <span>
        {draft.product.number} · {t(text(`第 ${draft.version.versionNo} 版`, `version ${draft.version.versionNo}`))}
      </span>
    </span>
  )
}

export const editorRoutes: Route[] = [
  page({
    at: 'GET /vendor/products/:id',
    operation: 'showProductEditor',
    permission: 'product.read-draft',
    summary: text('产品编辑', 'Edit a product'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const view = await editorView(rx, params.id)
      const { version, product } = view.draft
      return {
        title: text(version.nameZh, version.nameEn ?? version.nameZh),
        lead: <Lead view={view} />,
        trail: [deskTrail, ['/vendor/listings', text('我的产品', 'My products')]],
        scripts: ['editor.js'],
        actions: version.dataVersionId !== null && <PreviewLink id={product.id} />,
        body: view.isEditable ? <Editor view={view} /> : <Standing view={view} />,
      }
    },
  }),
]

function PreviewLink({ id }: { id: string }) {
  const t = useWords()
  return (
    <a class="btn" href={`/vendor/products/${id}/preview`}>
      {t(text('预览', 'Preview'))}
    </a>
  )
}
