import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { contentOfData, listListings, suspectColumns, usesOfData } from '../../modules/catalog/index.ts'
import { dataVersionOf, inspectionOf, ownDataVersion, suggestNotes, versionMachine } from '../../modules/data/index.ts'
import { entriesOfData } from '../../modules/resources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Bytes, Card, Copyable, Count, Facts, Moment, Name, Notice, State } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { ColumnForm, columnsAtOnce, Sample } from './columns.tsx'
import { delimiterWords, deskTrail, divisionNames, versionTones } from './words.ts'

/** All that the page of a data version shows. */
async function versionView(rx: Rx, id: string, from: number) {
  const row = await ownDataVersion(rx, id)
  const data = await dataVersionOf(rx, id)
  const mine = await listListings(rx, { limit: 100 })
  const listings = mine.items.filter(({ listing }) =>
    ['draft', 'listed', 'suspended', 'expired'].includes(listing.state),
  )
  return {
    row,
    data,
    from,
    inspection: await inspectionOf(rx, row.id),
    suggestions: await suggestNotes(rx, row),
    suspects: suspectColumns(data),
    uses: await usesOfData(rx, id),
    isAttached: (await entriesOfData(rx, id)).length > 0,
    listings,
  }
}

export type VersionView = Awaited<ReturnType<typeof versionView>>

function FileFacts({ view: { row } }: { view: VersionView }) {
  const t = useWords()
  const range = row.timeRange
  return (
    <Card title={t(text('从文件中读取', 'Read from the file'))}>
      <Facts
        of={[
          [t(text('文件名', 'File')), row.fileName],
          [
            t(text('格式', 'Format')),
            <>
              {row.format?.toUpperCase()}
              {row.encoding && ` · ${row.encoding}`}
              {row.delimiter && ` · ${t(text('分隔符：', 'delimiter: '))}${t(delimiterWords(row.delimiter))}`}
            </>,
          ],
          [t(text('行数', 'Rows')), <Count of={row.rows ?? 0} />],
          [t(text('字段数', 'Columns')), <Count of={row.columns?.length ?? 0} />],
          [t(text('大小', 'Size')), <Bytes of={row.bytes} />],
          [
            t(text('时间范围', 'Time range')),
            range
              ? `${range.from} – ${range.to}${t(text(`（字段“${range.column}”）`, ` (column “${range.column}”)`))}`
              : t(text('未读到日期字段', 'No column of dates was found')),
          ],
          [
            t(text('行政区划', 'Divisions')),
            row.divisions && row.divisions.length > 0
              ? t(divisionNames(row.divisions))
              : t(text('未读到行政区划', 'None were found')),
          ],
          [t(text('SHA-256', 'SHA-256')), <Copyable>{row.sha256}</Copyable>],
          [t(text('上传时间', 'Uploaded')), <Moment at={row.createdAt} />],
        ]}
      />
    </Card>
  )
}

/** What can be made of a confirmed version: a new product, or the next version of one that is there. */
function Onward({ view: { row, data, uses, listings } }: { view: VersionView }) {
  const t = useWords()
  const { can } = useReader()
  const suggested = contentOfData(data)
  const drafts = listings.filter(({ listing }) => listing.state === 'draft')
  const inForce = listings.filter(({ listing }) => listing.state !== 'draft')
  const used = new Set(uses.map(use => use.productId))
  const options = (of: VersionView['listings']) => of.filter(({ product }) => !used.has(product.id))
  // an institution catalogs its data; it sells nothing
  if (!can('product.create') && can('resource.create'))
    return (
      <Card title={t(text('下一步：编制目录', 'Next: catalog it'))} id="onward">
        <a class="btn btn-primary" href="/institution/resources/new">
          {t(text('新编目录', 'New entry'))}
        </a>
      </Card>
    )
  return (
    <Card title={t(text('下一步：建立数据产品', 'Next: make a data product'))} id="onward">
      {uses.length > 0 && (
        <p>
          {t(text('已用于：', 'Used by: '))}
          {uses.map((use, i) => (
            <>
              {i > 0 && t(text('、', ', '))}
              <a href={`/vendor/products/${use.productId}`}>
                <Name zh={use.nameZh} en={use.nameEn} />
                {t(text(`（第 ${use.versionNo} 版）`, ` (version ${use.versionNo})`))}
              </a>
            </>
          ))}
        </p>
      )}
      {can('product.create') && (
        <Form to="POST /products" then="/vendor/products/{id}">
          <input type="hidden" name="dataVersionId" value={row.id} />
          <input type="hidden" name="type" value={suggested.type ?? ''} />
          <input type="hidden" name="acceptanceStandard" value={suggested.acceptanceStandard} />
          {suggested.qualityNote && <input type="hidden" name="qualityNote" value={suggested.qualityNote} />}
          <Field
            name="nameZh"
            label={text('产品中文名称', 'Chinese name of the product')}
            value={suggested.nameZh}
            isRequired
            maxLength={120}
            hint={text(
              '取自文件名，请改成写明对象、范围和内容的名称，稍后仍可修改。',
              "Taken from the file's name; name object, range and content. It can be changed later.",
            )}
          />
          <Submit>{t(text('建立产品草稿', 'Make a product draft'))}</Submit>
        </Form>
      )}
      {can('product.revise') && (options(inForce).length > 0 || options(drafts).length > 0) && (
        <details class="mt-3">
          <summary>{t(text('用于已有产品', 'Use it for a product that is there'))}</summary>
          <ul class="plain-list mt-2">
            {options(inForce).map(({ product, version }) => (
              <li key={product.id} class="row-gap">
                <Name zh={version.nameZh} en={version.nameEn} />
                <Form to={`POST /products/${product.id}/revise?dataVersionId=${row.id}`} then="/vendor/products/{id}">
                  <Submit tone="plain" isSmall>
                    {t(text('以此数据建立新版本', 'Begin a new version with these data'))}
                  </Submit>
                </Form>
              </li>
            ))}
            {options(drafts).map(({ product, version }) => (
              <li key={product.id} class="row-gap">
                <Name zh={version.nameZh} en={version.nameEn} />
                <Form to={`PATCH /products/${product.id}`} then="/vendor/products/{id}">
                  <input type="hidden" name="dataVersionId" value={row.id} />
                  <Submit tone="plain" isSmall>
                    {t(text('换用此数据', 'Use these data in the draft'))}
                  </Submit>
                </Form>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Card>
  )
}

/** What is wrong with a file that could not be read, and the ways out. */
function Failed({ view: { row } }: { view: VersionView }) {
  const t = useWords()
  const { can } = useReader()
  return (
    <>
      <Notice tone="bad" title={t(text('这个文件未能读取', 'This file could not be read'))}>
        <p>{row.failure && t(row.failure.message)}</p>
        <p class="mb-0">
          {t(text('处理办法：', 'What to do: '))}
          {row.failure && t(row.failure.remedy)}
        </p>
      </Notice>
      <div class="row-gap">
        <a class="btn btn-primary" href="/vendor/upload">
          {t(text('上传改好的文件', 'Upload a corrected file'))}
        </a>
        {can('data-version.retry') && (
          <Form to={`POST /data-versions/${row.id}/retry`}>
            <Submit tone="plain">{t(text('重新读取此文件', 'Read this file again'))}</Submit>
          </Form>
        )}
        {can('data-version.discard') && (
          <Form to={`POST /data-versions/${row.id}/discard`} then="/vendor/upload">
            <Submit tone="plain">{t(text('移除', 'Put it away'))}</Submit>
          </Form>
        )}
      </div>
    </>
  )
}

function Reading({ view: { row } }: { view: VersionView }) {
  const t = useWords()
  return (
    <Notice title={t(text('正在读取文件', 'The file is being read'))}>
      <p>
        {row.fileName} · <Bytes of={row.bytes} />
      </p>
      <p class="mb-0" data-reload="2">
        <a href={`/vendor/versions/${row.id}`}>{t(text('刷新查看进度', 'Reload to see how far it is'))}</a>
      </p>
    </Notice>
  )
}

/** A file that nobody could scan: why it is held, and who decides. */
function Held({ view: { row, inspection } }: { view: VersionView }) {
  const t = useWords()
  const { can } = useReader()
  return (
    <>
      <Notice tone="warn" title={t(text('文件未经病毒检测，暂存', 'Held: the file was not scanned for malware'))}>
        {inspection?.reason && <p>{t(inspection.reason)}</p>}
        <p class="mb-0">
          {inspection?.isWaiting
            ? t(
                text(
                  '检测服务恢复后系统会自动检测并读取；运营机构也可由两人决定放行。',
                  'It is scanned and read as soon as a scanner answers; two people of the operator may also release it.',
                ),
              )
            : t(text('由运营机构两人决定是否放行。', 'Two people of the operator decide whether to release it.'))}
          {inspection?.proposedBy && t(text('已有一人提议放行。', ' One of them has proposed it.'))}
        </p>
      </Notice>
      {can('data-version.discard') && (
        <Form to={`POST /data-versions/${row.id}/discard`} then="/vendor/upload">
          <Submit tone="plain">{t(text('移除', 'Put it away'))}</Submit>
        </Form>
      )}
    </>
  )
}

function Discarded({ view: { row } }: { view: VersionView }) {
  const t = useWords()
  const { can } = useReader()
  return (
    <Notice title={t(text('此数据版本已移除', 'This data version was put away'))}>
      <p>
        {t(
          text(
            '它不再出现在列表中，也不能用于产品。恢复后需要重新确认。',
            'It is in no list and no product can use it. Taken back, it is to be confirmed anew.',
          ),
        )}
      </p>
      {row.columns !== null && can('data-version.restore') && (
        <Form to={`POST /data-versions/${row.id}/restore`}>
          <Submit>{t(text('恢复', 'Take it back'))}</Submit>
        </Form>
      )}
    </Notice>
  )
}

function Warnings({ view: { row, suspects } }: { view: VersionView }) {
  const t = useWords()
  if (!row.warnings?.length && suspects.length === 0) return null
  return (
    <Notice tone="warn" title={t(text('请留意', 'Please look at'))}>
      <ul class="mb-0">
        {row.warnings?.map(each => (
          <li key={each.en}>{t(each)}</li>
        ))}
        {suspects.map(({ name, kind }) => (
          <li key={name}>
            {t(
              text(
                `字段“${name}”的样本像是${kind.zh}：如属个人信息，请标为敏感，并在产品中填写处理依据。`,
                `The sample of column “${name}” looks like ${kind.en}: if it is personal information, mark it as sensitive and give the legal basis in the product.`,
              ),
            )}
          </li>
        ))}
      </ul>
    </Notice>
  )
}

function Whole({ view }: { view: VersionView }) {
  const t = useWords()
  const { can } = useReader()
  const { row, uses } = view
  const isConfirmed = row.state === 'confirmed'
  return (
    <>
      <Warnings view={view} />
      <div class="split">
        <div>
          {isConfirmed && <Onward view={view} />}
          <ColumnForm view={view} />
        </div>
        <div>
          {isConfirmed && (
            <p>
              <a class="btn" href={`/data-versions/${row.id}/assessment`}>
                {t(text('分级与风险评估', 'Grade and risk'))}
              </a>
            </p>
          )}
          <FileFacts view={view} />
          {uses.length === 0 && !view.isAttached && can('data-version.discard') && (
            <Confirm
              tone="plain"
              label={text('移除此数据版本', 'Put this data version away')}
              consequence={text(
                '移除后它不再出现在列表中，也不能用于产品；可以随时恢复。',
                'It leaves the lists and no product can use it. It can be taken back at any time.',
              )}
            >
              <Form to={`POST /data-versions/${row.id}/discard`} then="/vendor/upload">
                <Submit tone="plain">{t(text('确认移除', 'Put it away'))}</Submit>
              </Form>
            </Confirm>
          )}
        </div>
      </div>
      <Sample view={view} />
    </>
  )
}

function VersionPage({ view }: { view: VersionView }) {
  const { state } = view.row
  if (state === 'profiling') return <Reading view={view} />
  if (state === 'unscanned') return <Held view={view} />
  if (state === 'failed') return <Failed view={view} />
  if (state === 'discarded') return <Discarded view={view} />
  return <Whole view={view} />
}

function Lead({ view: { row } }: { view: VersionView }) {
  const t = useWords()
  return (
    <span class="row-gap">
      <State machine={versionMachine} state={row.state as keyof typeof versionMachine.states} tones={versionTones} />
      {row.state === 'ready' && (
        <span>
          {t(text('核对读取结果，补充只有您知道的字段含义。', 'Compare what was read and say what only you know.'))}
        </span>
      )}
      {row.confirmedAt && (
        <Badge>
          <Moment at={row.confirmedAt} />
        </Badge>
      )}
    </span>
  )
}

/** Where all rows, their quality and what differs from other versions are shown. */
function LookAt({ row }: { row: VersionView['row'] }) {
  const t = useWords()
  if (row.state !== 'ready' && row.state !== 'confirmed') return null
  return (
    <a class="btn" href={`/data-versions/${row.id}/rows`}>
      {t(text('查看全部数据', 'Look at all rows'))}
    </a>
  )
}

export const versionRoutes: Route[] = [
  page({
    at: 'GET /vendor/versions/:id',
    operation: 'showDataVersion',
    permission: 'data-version.read',
    summary: text('数据版本', 'A data version'),
    params: { id: Id },
    query: { from: Type.Optional(Type.Integer({ minimum: 0, maximum: 2000 })) },
    run: async (rx, { params, query }) => {
      const from = Math.floor((query.from ?? 0) / columnsAtOnce) * columnsAtOnce
      const view = await versionView(rx, params.id, from)
      return {
        title: text(view.row.fileName, view.row.fileName),
        lead: <Lead view={view} />,
        trail: [deskTrail, ['/vendor/upload', text('上传数据', 'Upload data')]],
        scripts: ['upload.js'],
        actions: <LookAt row={view.row} />,
        body: <VersionPage view={view} />,
      }
    },
  }),
]
