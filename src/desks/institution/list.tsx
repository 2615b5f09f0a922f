import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { listDataVersions } from '../../modules/data/index.ts'
import { classes, countResources, type EntryState, entryMachine, listVersions } from '../../modules/resources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Empty, Moment, Name, Pager, State, Table, Tabs, withQuery } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { DueOn, entryTones } from './facts.tsx'
import { NewEntry, ToImport } from './home.tsx'
import { ToSubmit } from './submitting.tsx'

const trail = [['/institution', text('机构工作台', 'Institution desk')]] as const
const states = ['draft', 'submitted', 'reviewing', 'returned', 'published', 'superseded', 'withdrawn'] as const

type Listed = Awaited<ReturnType<typeof listVersions>>

function List({
  found,
  counts,
  state,
  now,
}: {
  found: Listed
  counts: ReadonlyMap<string, number>
  state: string | undefined
  now: Date
}) {
  const t = useWords()
  const { path } = useReader()
  const tabs = [
    { href: path, words: t(text('全部', 'All')), isHere: state === undefined },
    ...states
      .filter(each => (counts.get(each) ?? 0) > 0 || each === state)
      .map(each => ({
        href: withQuery(path, { state: each }),
        words: t(entryMachine.states[each]),
        count: counts.get(each) ?? 0,
        isHere: each === state,
      })),
  ]
  return (
    <>
      <Tabs of={tabs} />
      {found.items.length === 0 ? (
        <Empty title={t(text('这里还没有目录', 'No entry is here yet'))} icon="folder">
          {t(
            text(
              '先上传数据文件，信息项可由文件自动填写；也可以直接新编目录。',
              'Upload a data file first and its columns fill the items, or begin an entry at once.',
            ),
          )}
        </Empty>
      ) : (
        <Table
          caption={t(text('资源目录', 'Entries'))}
          head={[
            t(text('名称', 'Name')),
            t(text('代码', 'Code')),
            t(text('版本', 'Version')),
            t(text('状态', 'State')),
            t(text('下次更新', 'Next update due')),
            t(text('修改', 'Changed')),
          ]}
          nums={[2]}
          rows={found.items.map(({ entry, version }) => [
            <a key="name" href={`/institution/resources/${version.id}`}>
              <Name zh={version.nameZh} en={version.nameEn} />
            </a>,
            <code key="code">{entry.code}</code>,
            version.versionNo,
            <State key="state" machine={entryMachine} state={version.state as EntryState} tones={entryTones} />,
            version.state === 'published' ? (
              <DueOn key="due" of={entry} now={now} isVoluntary={version.isVoluntary} />
            ) : (
              '—'
            ),
            <Moment key="changed" at={version.changedAt} />,
          ])}
        />
      )}
      <Pager next={found.next} />
    </>
  )
}

function NewForm({ files }: { files: readonly { id: string; fileName: string }[] }) {
  const t = useWords()
  const words = Object.entries(classes)
    .map(([digit, name]) => `${digit} ${t(name)}`)
    .join(t(text('、', ', ')))
  return (
    <Form to="POST /resources" then="/institution/resources/{versionId}" data-guard>
      <Field
        name="classCode"
        label={text('分类代码', 'Class code')}
        hint={text(
          `类、项、目、细目，6 至 12 位数字，如 306010；首位：${words}。编制后不可更改。`,
          `Class, item, subject and sub-item in 6 to 12 digits, such as 306010; the first: ${words}. It cannot be changed later.`,
        )}
        inputMode="numeric"
        pattern="[1-3][0-9]{5,11}"
        isRequired
        maxLength={12}
      />
      <Field
        name="nameZh"
        label={text('名称', 'Name in Chinese')}
        hint={text('留空则取自数据文件名', 'Left empty it is taken from the file')}
        maxLength={120}
      />
      <Field
        name="dataVersionId"
        label={text('由数据文件填写信息项', 'Fill the items from a data file')}
        kind="select"
        options={files.map(file => [file.id, file.fileName] as const)}
      />
      <Submit>{t(text('建立草稿', 'Begin the draft'))}</Submit>
    </Form>
  )
}

export const listPages: Route[] = [
  page({
    at: 'GET /institution/resources',
    operation: 'showInstitutionResources',
    permission: 'institution.desk',
    summary: text('本机构的资源目录', 'Entries of the institution'),
    query: { after: PageQuery.after, state: Type.Optional(Type.String({ enum: [...states] })) },
    run: async (rx, { query }) => {
      const counts = await countResources(rx)
      return {
        title: text('资源目录', 'Resource catalog'),
        lead: text('本机构编制和发布的目录。', 'What your institution has cataloged.'),
        trail: [...trail],
        actions: (
          <>
            <ToSubmit count={(counts.get('draft') ?? 0) + (counts.get('returned') ?? 0)} />
            <ToImport />
            <NewEntry />
          </>
        ),
        body: <List found={await listVersions(rx, query)} counts={counts} state={query.state} now={rx.now} />,
      }
    },
  }),
  page({
    at: 'GET /institution/resources/new',
    operation: 'showNewResource',
    permission: 'resource.create',
    summary: text('新编目录', 'New entry'),
    run: async rx => {
      const { items } = await listDataVersions(rx, { limit: 50 })
      const files = items.filter(row => ['ready', 'confirmed'].includes(row.state))
      return {
        title: text('新编目录', 'New entry'),
        trail: [...trail, ['/institution/resources', text('资源目录', 'Resource catalog')]],
        body: <NewForm files={files} />,
      }
    },
  }),
]
