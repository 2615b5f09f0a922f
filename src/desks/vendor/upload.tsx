import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import {
  countDataVersions,
  listDataVersions,
  ownQuota,
  type QuotaState,
  versionMachine,
} from '../../modules/data/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Icon } from '../../web/icon.tsx'
import { Bytes, Card, Count, Empty, Moment, Notice, Pager, State, Table, Tabs } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { deskTrail, versionTones } from './words.ts'

const accepted = '.csv,.tsv,.json,.ndjson,.parquet'

/** The first thing a vendor does: a file. Everything that can be read from it is read from it. */
function UploadForm({ maxBytes }: { maxBytes: number }) {
  const t = useWords()
  return (
    <Card title={t(text('选择数据文件', 'Choose a data file'))}>
      <Form
        to="POST /data-versions"
        then="/vendor/versions/{id}"
        hasFile
        data-upload={`${maxBytes}`}
        data-words={JSON.stringify({
          sending: t(text('正在上传', 'Uploading')),
          reading: t(text('上传完成，正在读取文件…', 'Uploaded; the file is being read…')),
          cancel: t(text('取消上传', 'Cancel the upload')),
          pause: t(text('暂停', 'Pause')),
          resume: t(text('继续上传', 'Go on')),
          paused: t(
            text(
              '已暂停，可随时继续；重新打开页面后选择同一文件也会接着上传。',
              'Paused. Go on at any time; choosing the same file after a reload goes on too.',
            ),
          ),
          waiting: t(text('连接中断，正在重试…', 'The connection broke; trying again…')),
          cancelled: t(text('已取消上传，没有保存任何内容。', 'The upload was cancelled; nothing was kept.')),
          broken: t(
            text(
              '网络中断，文件尚未上传完整。恢复后再次选择同一文件，会从中断处继续。',
              'The connection broke before the file was whole. Choose the same file again and it goes on from there.',
            ),
          ),
          large: t(text('文件超过大小上限。', 'The file is larger than allowed.')),
          empty: t(text('请先选择一个文件。', 'Choose a file first.')),
        })}
      >
        <div class="drop" data-drop>
          <Field
            name="file"
            kind="file"
            isRequired
            accept={accepted}
            label={text('数据文件', 'Data file')}
            hint={text(
              '支持 CSV、JSON、NDJSON、Parquet；编码可为 UTF-8、GBK、GB18030 或 UTF-16。Excel 文件请先另存为 CSV。',
              'CSV, JSON, NDJSON or Parquet, in UTF-8, GBK, GB18030 or UTF-16. Save an Excel sheet as CSV first.',
            )}
          />
          <p class="drop-words" hidden data-drop-words>
            <Icon name="drag-drop" /> {t(text('也可以把文件拖到这里', 'Or drop the file here'))}
          </p>
        </div>
        <p class="form-hint mb-3">
          {t(text('单个文件不超过', 'At most'))} <Bytes of={maxBytes} />
          {t(
            text(
              '。字段、类型、行数、时间范围和行政区划由系统从文件中读取，无需手工填写。',
              ' a file. Columns, types, rows, time range and divisions are read from it: you need not type them.',
            ),
          )}
        </p>
        <div class="upload-state" hidden data-upload-state>
          <p class="mb-1" role="status" data-upload-words />
          <progress class="upload-bar" max={100} value={0} aria-label={t(text('上传进度', 'Progress of the upload'))} />
          <button type="button" class="btn me-2" hidden data-upload-pause>
            {t(text('暂停', 'Pause'))}
          </button>
          <button type="button" class="btn" data-upload-cancel>
            {t(text('取消上传', 'Cancel the upload'))}
          </button>
        </div>
        <div class="alert alert-danger" role="alert" hidden data-upload-error tabIndex={-1} />
        <Submit>{t(text('上传并读取', 'Upload and read'))}</Submit>
      </Form>
    </Card>
  )
}

type Versions = Awaited<ReturnType<typeof listDataVersions>>

const nextWords = {
  profiling: text('查看进度', 'See how far it is'),
  unscanned: text('查看原因', 'See why'),
  ready: text('核对并确认', 'Compare and confirm'),
  confirmed: text('查看', 'Open'),
  failed: text('查看原因', 'See why'),
  discarded: text('查看', 'Open'),
}

function VersionTable({ items }: { items: Versions['items'] }) {
  const t = useWords()
  return (
    <Table
      head={[
        t(text('文件', 'File')),
        t(text('状态', 'State')),
        t(text('行数', 'Rows')),
        t(text('大小', 'Size')),
        t(text('上传时间', 'Uploaded')),
        t(text('下一步', 'Next')),
      ]}
      nums={[2, 3]}
      rows={items.map(row => [
        <a href={`/vendor/versions/${row.id}`}>{row.fileName}</a>,
        <State machine={versionMachine} state={row.state as keyof typeof versionMachine.states} tones={versionTones} />,
        row.rows === null ? '—' : <Count of={row.rows} />,
        <Bytes of={row.bytes} />,
        <Moment at={row.createdAt} />,
        <span key="next" class="row-gap">
          <a href={`/vendor/versions/${row.id}`}>{t(nextWords[row.state as keyof typeof nextWords])}</a>
          {(row.state === 'ready' || row.state === 'confirmed') && (
            <a href={`/data-versions/${row.id}/rows`}>{t(text('数据行', 'Rows'))}</a>
          )}
        </span>,
      ])}
    />
  )
}

function Uploaded({
  versions,
  counts,
  state,
}: {
  versions: Versions
  counts: ReadonlyMap<string, number>
  state: string | undefined
}) {
  const t = useWords()
  const states = ['unscanned', 'ready', 'failed', 'confirmed', 'discarded'] as const
  const shown = states.filter(each => (counts.get(each) ?? 0) > 0 || each === state)
  const tabs = [
    { href: '/vendor/upload', words: t(text('全部', 'All')), isHere: state === undefined },
    ...shown.map(each => ({
      href: `/vendor/upload?state=${each}`,
      words: t(versionMachine.states[each]),
      count: counts.get(each) ?? 0,
      isHere: state === each,
    })),
  ]
  return (
    <section>
      <h2>{t(text('已上传的数据版本', 'Uploaded data versions'))}</h2>
      {counts.size > 0 && <Tabs of={tabs} />}
      {versions.items.length > 0 ? (
        <VersionTable items={versions.items} />
      ) : (
        <Empty title={t(text('这里还没有数据文件', 'There is no data file here yet'))} icon="file-upload">
          {t(
            text(
              '上传后先核对读取结果，再由它建立产品草稿。',
              'After an upload you compare what was read, then make a product draft of it.',
            ),
          )}
        </Empty>
      )}
      <Pager next={versions.next} />
    </section>
  )
}

/** From this share on the organisation is warned. */
const warnShare = 0.8

/** What the organisation may store, and what is left. */
export function QuotaLine({ of }: { of: QuotaState }) {
  const t = useWords()
  const taken = of.usedVersions + of.comingVersions
  const bytes = of.usedBytes + of.comingBytes
  const isFull = bytes >= of.bytes || taken >= of.versions
  const isShort = bytes >= of.bytes * warnShare || taken >= of.versions * warnShare
  return (
    <Notice tone={isFull ? 'bad' : isShort ? 'warn' : 'info'}>
      {t(text('存储配额：已用 ', 'Storage: '))}
      <Bytes of={bytes} /> / <Bytes of={of.bytes} />
      {t(text(`；数据版本 ${taken} / ${of.versions} 个`, `; ${taken} of ${of.versions} data versions`))}
      {of.reason && t(text(`（运营机构说明：${of.reason}）`, ` (the operator: ${of.reason})`))}
      {isFull
        ? t(
            text(
              '。配额已用完，不能再上传；请联系运营机构说明用途，申请提高配额。',
              '. It is full: nothing more can be uploaded. Ask the operator for more, saying what for.',
            ),
          )
        : isShort &&
          t(
            text(
              '。配额即将用完，请提前向运营机构说明用途，申请提高。',
              '. Little is left: ask the operator for more in good time, saying what for.',
            ),
          )}
    </Notice>
  )
}

function UploadPage(props: {
  quota: QuotaState
  maxBytes: number
  versions: Versions
  counts: ReadonlyMap<string, number>
  state: string | undefined
}) {
  const t = useWords()
  const { can } = useReader()
  return (
    <>
      {can('data-version.upload') ? (
        <UploadForm maxBytes={props.maxBytes} />
      ) : (
        <p>
          {t(
            text(
              '上传由本机构的经办人或管理员办理。',
              'Uploading is for a maker or an administrator of your organisation.',
            ),
          )}
        </p>
      )}
      <QuotaLine of={props.quota} />
      <Uploaded {...props} />
    </>
  )
}

export const uploadRoutes: Route[] = [
  page({
    at: 'GET /vendor/upload',
    operation: 'showUpload',
    permission: 'data-version.list',
    summary: text('上传数据', 'Upload data'),
    query: {
      after: PageQuery.after,
      state: Type.Optional(Type.String({ enum: Object.keys(versionMachine.states) })),
    },
    run: async (rx, { query }) => ({
      title: text('上传数据', 'Upload data'),
      lead: text(
        '先上传文件，再确认读取结果，产品信息由文件自动填好。',
        'Upload the file first and confirm what was read: the product is then filled in from it.',
      ),
      trail: [deskTrail],
      scripts: ['upload.js'],
      body: (
        <UploadPage
          quota={await ownQuota(rx)}
          maxBytes={rx.kit.settings.maxUploadBytes}
          versions={await listDataVersions(rx, query)}
          counts={await countDataVersions(rx)}
          state={query.state}
        />
      ),
    }),
  }),
]
