import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { listDataVersions } from '../../modules/data/index.ts'
import { mayPublishVoluntarily, organizationOf } from '../../modules/identity/index.ts'
import {
  type Attached,
  attachedTo,
  type EntryState,
  type EntryVersionRow,
  entryMachine,
  openStates,
  type PullRow,
  pullOf,
  readVersion,
  type Versioned,
  versionsOfEntry,
  whatIsMissing,
} from '../../modules/resources/index.ts'
import { releaseOf, releaseWords } from '../../modules/risk/index.ts'
import { type ItemSource, itemSources } from '../../modules/sources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Count, Facts, Moment, Notice, State, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { ItemSources } from '../sources/parts.tsx'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { Editor } from './editor.tsx'
import { Access, DueOn, dueWords, entryTones, Items, Metadata } from './facts.tsx'
import { PullSummary } from './pulling.tsx'
import { Ways } from './ways.tsx'
import { Withdraw } from './withdrawing.tsx'

interface Choice {
  readonly id: string
  readonly fileName: string
  readonly release: Awaited<ReturnType<typeof releaseOf>>
}

interface View extends Versioned {
  readonly versions: readonly EntryVersionRow[]
  readonly data: readonly Attached[]
  readonly sources: readonly ItemSource[]
  /** own files that are not attached yet, newest first */
  readonly files: readonly Choice[]
  readonly pull: PullRow | undefined
  readonly timeline: TimelineFacts
  /** a public service enterprise, which may publish what it is not mandated to */
  readonly isEnterprise: boolean
  readonly now: Date
}

async function viewOf(rx: Rx, id: string): Promise<View> {
  const found = await readVersion(rx, id)
  const data = await attachedTo(rx, found.entry.id)
  const attached = new Set(data.map(each => each.row.dataVersionId))
  const mine = await listDataVersions(rx, { limit: 50 })
  const files: Choice[] = []
  for (const row of mine.items)
    if (['ready', 'confirmed'].includes(row.state) && !attached.has(row.id))
      files.push({ id: row.id, fileName: row.fileName, release: await releaseOf(rx, row.id) })
  return {
    ...found,
    versions: await versionsOfEntry(rx, found.entry.id),
    data,
    sources: await itemSources(rx, found.entry.id),
    files,
    pull: await pullOf(rx, found.entry.id),
    timeline: await readTimeline(rx, [['resource', found.entry.id]]),
    isEnterprise: mayPublishVoluntarily(await organizationOf(rx, found.entry.organizationId)),
    now: rx.now,
  }
}

const isOpen = (version: EntryVersionRow) => (openStates as readonly string[]).includes(version.state)

function Missing({ of }: { of: EntryVersionRow }) {
  const t = useWords()
  const errors = whatIsMissing(of)
  if (errors.length === 0)
    return <Notice tone="good" title={t(text('内容完整，可以提交审核。', 'It is complete and can be submitted.'))} />
  return (
    <Notice tone="warn" title={t(text(`还差 ${errors.length} 项`, `${errors.length} left to do`))}>
      <ul class="mb-0">
        {errors.map(error => (
          <li key={error.pointer + error.message.en}>
            {t(error.message)}
            {error.remedy && (
              <>
                {t(text('：', ': '))}
                {t(error.remedy)}
              </>
            )}
          </li>
        ))}
      </ul>
    </Notice>
  )
}

function Fill({ view: { version, files } }: { view: View }) {
  const t = useWords()
  if (files.length === 0)
    return (
      <p>
        <a href="/vendor/upload">
          {t(text('上传数据文件后可自动填写信息项', 'Upload a data file to fill the items from it'))}
        </a>
      </p>
    )
  return (
    <Form to={`POST /resource-versions/${version.id}/fill`} then={`/institution/resources/${version.id}`}>
      <Field
        name="dataVersionId"
        label={text('由数据文件填写信息项', 'Fill the items from a data file')}
        kind="select"
        options={files.map(file => [file.id, file.fileName] as const)}
        isRequired
      />
      <Submit tone="plain">{t(text('填写', 'Fill in'))}</Submit>
    </Form>
  )
}

function InWork({ view }: { view: View }) {
  const t = useWords()
  const { can, form } = useReader()
  const { version } = view
  const discard = `POST /resource-versions/${version.id}/discard`
  return (
    <div class="stack">
      {version.state === 'returned' && version.reason && (
        <Notice tone="warn" title={t(text('退回意见', 'Why it was returned'))}>
          <Data>{version.reason}</Data>
        </Notice>
      )}
      <Missing of={version} />
      {can('resource.submit') && whatIsMissing(version).length === 0 && (
        <Form to={`POST /resource-versions/${version.id}/submit`} then={`/institution/resources/${version.id}`}>
          <Submit tone="good">{t(text('提交审核', 'Submit for review'))}</Submit>
        </Form>
      )}
      {can('resource.fill') && <Fill view={view} />}
      {can('resource.discard') && (
        <Confirm
          label={text('放弃此版本', 'Give this version up')}
          consequence={text(
            '放弃后不能恢复；已发布的版本不受影响。',
            'It cannot be brought back; what is published stays.',
          )}
          isOpen={form?.to === discard}
        >
          <Form to={discard} then="/institution/resources">
            <Submit tone="danger">{t(text('确认放弃', 'Give up'))}</Submit>
          </Form>
        </Confirm>
      )}
    </div>
  )
}

function Attach({ view: { entry, files } }: { view: View }) {
  const t = useWords()
  const released = files.filter(file => file.release.state === 'released')
  const held = files.filter(file => file.release.state !== 'released').slice(0, 5)
  return (
    <>
      {released.length > 0 ? (
        <Form to={`POST /resources/${entry.id}/data`}>
          <Field
            name="dataVersionId"
            label={text('已放行的数据版本', 'Released data version')}
            kind="select"
            options={released.map(file => [file.id, file.fileName] as const)}
            isRequired
          />
          <Submit>{t(text('挂接数据', 'Attach the data'))}</Submit>
        </Form>
      ) : (
        <p>
          {t(text('没有可挂接的数据：先', 'There is no data to attach: first '))}
          <a href="/vendor/upload">{t(text('上传数据', 'upload it'))}</a>
          {t(text('并通过风险审核。', ' and have its risk reviewed.'))}
        </p>
      )}
      {held.length > 0 && (
        <ul class="plain-list mt-2">
          {held.map(file => (
            <li key={file.id} class="row-gap">
              <a href={`/data-versions/${file.id}`}>
                <Data>{file.fileName}</Data>
              </a>
              <Badge tone="warn">{t(releaseWords[file.release.state])}</Badge>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Published({ view }: { view: View }) {
  const t = useWords()
  const { can } = useReader()
  const { entry, version, versions } = view
  const open = versions.find(each => ['draft', 'returned', 'submitted', 'reviewing'].includes(each.state))
  return (
    <div class="stack">
      <p class="mb-0">
        <a href={`/resources/${entry.id}`}>{t(text('查看公开页面', 'See the public page'))}</a>
      </p>
      {can('resource.attach') && <Attach view={view} />}
      {open ? (
        <a class="btn" href={`/institution/resources/${open.id}`}>
          {t(text(`打开编制中的第 ${open.versionNo} 版`, `Open version ${open.versionNo}, which is in work`))}
        </a>
      ) : (
        can('resource.revise') && (
          <Form to={`POST /resources/${entry.id}/revise`} then="/institution/resources/{versionId}">
            <Submit tone="plain">{t(text('编制新版本', 'Begin the next version'))}</Submit>
          </Form>
        )
      )}
      <Withdraw entryId={entry.id} isVoluntary={version.isVoluntary} />
    </div>
  )
}

/** The data of an entry, newest first. */
export function AttachedData({ data, isOwn }: { data: readonly Attached[]; isOwn?: boolean }) {
  const t = useWords()
  if (data.length === 0) return <p class="mb-0">{t(text('尚未挂接数据。', 'No data is attached yet.'))}</p>
  return (
    <Table
      caption={t(text('数据版本', 'Data versions'))}
      head={[
        t(text('期次', 'No.')),
        t(text('文件', 'File')),
        t(text('行数', 'Rows')),
        t(text('字段数', 'Columns')),
        t(text('挂接时间', 'Attached')),
        t(text('状态', 'State')),
      ]}
      nums={[0, 2, 3]}
      rows={data.toReversed().map(({ row, data: of, isReleased }) => [
        row.sequenceNo,
        isOwn ? (
          <a key="file" href={`/data-versions/${of.id}`}>
            <Data>{of.fileName}</Data>
          </a>
        ) : (
          <Data key="file">{of.fileName}</Data>
        ),
        of.rows === null ? '—' : <Count key="rows" of={of.rows} />,
        of.columns.length,
        <Moment key="at" at={row.attachedAt} />,
        isReleased ? (
          <Badge key="state" tone="good">
            {t(text('已放行', 'Released'))}
          </Badge>
        ) : (
          <Badge key="state" tone="warn">
            {t(text('已停止提供', 'Not offered any more'))}
          </Badge>
        ),
      ])}
    />
  )
}

function Aside({ view }: { view: View }) {
  const t = useWords()
  const { entry, version, versions, timeline, now } = view
  return (
    <div>
      <Card title={t(text('办理', 'What to do'))}>
        <Facts
          of={[
            [
              t(text('状态', 'State')),
              <State key="state" machine={entryMachine} state={version.state as EntryState} tones={entryTones} />,
            ],
            [t(text('目录代码', 'Code')), <code key="code">{entry.code}</code>],
            [t(text('版本', 'Version')), version.versionNo],
            version.state === 'published' && [
              t(dueWords(version)),
              <DueOn key="due" of={entry} now={now} isVoluntary={version.isVoluntary} />,
            ],
          ]}
        />
        <hr class="my-3" />
        {isOpen(version) ? (
          <InWork view={view} />
        ) : version.state === 'published' ? (
          <Published view={view} />
        ) : (
          <p class="mb-0">
            {['submitted', 'reviewing'].includes(version.state)
              ? t(text('等待运营机构审核。', 'The operator is to review it.'))
              : t(text('此版本没有需要办理的事项。', 'There is nothing to do with this version.'))}
          </p>
        )}
      </Card>
      <Card title={t(text('各版本', 'Versions'))}>
        <ul class="plain-list mb-0">
          {versions.map(each => (
            <li key={each.id} class="row-gap">
              <a href={`/institution/resources/${each.id}`} aria-current={each.id === version.id ? 'page' : undefined}>
                {t(text(`第 ${each.versionNo} 版`, `Version ${each.versionNo}`))}
              </a>
              <State machine={entryMachine} state={each.state as EntryState} tones={entryTones} />
            </li>
          ))}
        </ul>
      </Card>
      <Card title={t(text('经过', 'What happened'))}>
        <Timeline of={timeline} />
      </Card>
    </div>
  )
}

function EntryView({ view }: { view: View }) {
  const t = useWords()
  const { can } = useReader()
  const { entry, version, now } = view
  return (
    <div class="split">
      <div>
        {isOpen(version) && can('resource.update') ? (
          <Editor of={version} now={now} isEnterprise={view.isEnterprise} />
        ) : (
          <>
            <Metadata of={entry} version={version} now={now} />
            <Access version={version} />
            <Items version={version} />
            {version.state === 'published' && <ItemSources of={view.sources} isOwn />}
          </>
        )}
        <Card title={t(text('挂接的数据', 'Attached data'))}>
          <AttachedData data={view.data} isOwn />
          {version.state === 'published' && (
            <div class="mt-3">
              <PullSummary of={view.pull} versionId={version.id} />
            </div>
          )}
        </Card>
      </div>
      <Aside view={view} />
    </div>
  )
}

export const entryPages: Route[] = [
  page({
    at: 'GET /institution/resources/:id',
    operation: 'showInstitutionResource',
    permission: 'institution.desk',
    summary: text('编制目录', 'An entry in work'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const view = await viewOf(rx, params.id)
      const { nameZh, nameEn } = view.version
      return {
        title: text(nameZh, nameEn ?? nameZh),
        trail: [
          ['/institution', text('机构工作台', 'Institution desk')],
          ['/institution/resources', text('资源目录', 'Resource catalog')],
        ],
        body: (
          <>
            {view.version.state === 'published' && <Ways id={view.version.id} at="" />}
            <EntryView view={view} />
          </>
        ),
      }
    },
  }),
]
