import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import { kindWords, type Organization, organizationOf, requireOrganization } from '../../modules/identity/index.ts'
import {
  countResources,
  entriesWithClosedData,
  entriesWithoutData,
  type ListedVersion,
  lateEntries,
  listVersions,
  type Versioned,
  whatIsMissing,
} from '../../modules/resources/index.ts'
import { institutionDuties, type SourceLine } from '../../modules/sources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Badge, Card, Count, Empty, Moment, Name, Notice, Said, Stat } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { gateWork } from '../risk/tasks.tsx'
import type { WorkItem } from '../worklist.ts'
import { DueOn, rulesOf } from './facts.tsx'

interface Desk {
  readonly late: readonly Versioned[]
  /** the data attached last is not released any more */
  readonly closed: readonly Versioned[]
  readonly bare: readonly Versioned[]
  readonly returned: readonly ListedVersion[]
  readonly gate: readonly WorkItem[]
  readonly drafts: readonly ListedVersion[]
  readonly counts: ReadonlyMap<string, number>
  readonly duties: Awaited<ReturnType<typeof institutionDuties>>
  readonly own: Organization
  readonly now: Date
}

async function deskOf(rx: Rx): Promise<Desk> {
  return {
    late: await lateEntries(rx),
    closed: await entriesWithClosedData(rx),
    bare: await entriesWithoutData(rx),
    returned: (await listVersions(rx, { state: 'returned' })).items,
    gate: await gateWork(rx, 'institution'),
    drafts: (await listVersions(rx, { state: 'draft' })).items,
    counts: await countResources(rx),
    duties: await institutionDuties(rx),
    own: await organizationOf(rx, requireOrganization(rx.actor)),
    now: rx.now,
  }
}

function Link({ of: { version } }: { of: Versioned }) {
  return (
    <a href={`/institution/resources/${version.id}`}>
      <Name zh={version.nameZh} en={version.nameEn} />
    </a>
  )
}

function Source({ of, tone, words }: { of: SourceLine; tone: 'warn' | 'info'; words: Text }) {
  const t = useWords()
  return (
    <li class="row-gap">
      <Badge tone={tone}>{t(words)}</Badge>
      <a href={`/source-proposals/${of.id}`}>
        {t(text('权威来源申报：', 'Proposed source: '))}
        <Name zh={of.institution} en={of.institutionEn} /> · <Said>{of.itemName}</Said>
      </a>
      {of.dueAt && <Moment at={of.dueAt} isDay />}
    </li>
  )
}

function SourceDuties({ of: { answers, objections } }: { of: Desk['duties'] }) {
  return (
    <>
      {answers.map(line => (
        <Source key={line.id} of={line} tone="warn" words={text('异议待答复', 'Objection to answer')} />
      ))}
      {objections.map(line => (
        <Source key={line.id} of={line} tone="info" words={text('可提出异议', 'You may object')} />
      ))}
    </>
  )
}

function ToDo({ desk }: { desk: Desk }) {
  const t = useWords()
  const { late, bare, closed, returned, drafts, gate, now } = desk
  const { answers, objections } = desk.duties
  if ([gate, closed, late, bare, returned, drafts, answers, objections].every(rows => rows.length === 0))
    return (
      <Empty title={t(text('没有待办事项', 'Nothing is left to do'))} icon="circle-check">
        {t(
          text(
            '退回的、未完成的、更新逾期的和没有数据的目录会列在这里。',
            'Entries that were returned, are unfinished, late or without data are listed here.',
          ),
        )}
      </Empty>
    )
  return (
    <ul class="plain-list mb-0">
      {gate.map(item => (
        <li key={item.kind} class="row-gap">
          <a href={item.href}>{t(item.words)}</a>
          {item.dueAt && (
            <Badge tone={item.dueAt < now ? 'bad' : 'warn'}>
              {item.dueAt < now ? t(text('已逾期：', 'Overdue: ')) : t(text('期限：', 'By '))}
              <Moment at={item.dueAt} isDay />
            </Badge>
          )}
        </li>
      ))}
      {closed.map(row => (
        <li key={row.version.id} class="row-gap">
          <Badge tone="bad">{t(text('数据已停止提供', 'Data no longer provided'))}</Badge>
          <Link of={row} />
        </li>
      ))}
      <SourceDuties of={desk.duties} />
      {returned.map(row => (
        <li key={row.version.id} class="row-gap">
          <Badge tone="warn">{t(text('退回修改', 'Returned'))}</Badge>
          <Link of={row} />
        </li>
      ))}
      {late.map(row => (
        <li key={row.version.id} class="row-gap">
          <Link of={row} />
          <DueOn of={row.entry} now={now} isVoluntary={row.version.isVoluntary} />
        </li>
      ))}
      {drafts.map(row => (
        <li key={row.version.id} class="row-gap">
          <Badge>{t(text('编制中', 'Draft'))}</Badge>
          <Link of={row} />
          <span class="text-secondary">
            {whatIsMissing(row.version).length === 0
              ? t(text('可以提交', 'ready to submit'))
              : t(
                  text(
                    `还差 ${whatIsMissing(row.version).length} 项`,
                    `${whatIsMissing(row.version).length} left to do`,
                  ),
                )}
          </span>
        </li>
      ))}
      {bare.map(row => (
        <li key={row.version.id} class="row-gap">
          <Badge>{t(text('没有数据', 'Without data'))}</Badge>
          <Link of={row} />
        </li>
      ))}
    </ul>
  )
}

function DeskView({ desk }: { desk: Desk }) {
  const t = useWords()
  const count = (...states: string[]) => states.reduce((sum, state) => sum + (desk.counts.get(state) ?? 0), 0)
  const list = (state: string) => `/institution/resources?state=${state}`
  return (
    <>
      {desk.own.institutionKind === null ? (
        <Notice tone="warn" title={t(text('机构类别尚未填写', 'Your kind of institution is not given yet'))}>
          <a href="/organization#kind">{t(text('补填机构类别（第三十八条）', 'Say it (Art. 38)'))}</a>
        </Notice>
      ) : (
        <p class="text-secondary">
          {t(text('机构类别：', 'Kind of institution: '))}
          {t(kindWords(desk.own, rulesOf(desk.now)))}
          {desk.own.kindConfirmedAt === null && t(text('（待运营机构确认）', ' (to be confirmed by the operator)'))}
        </p>
      )}
      <div class="stats">
        <Stat label={t(text('已发布', 'Published'))} href={list('published')}>
          <Count of={count('published')} />
        </Stat>
        <Stat label={t(text('等待审核', 'Waiting for review'))} href={list('submitted')}>
          <Count of={count('submitted', 'reviewing')} />
        </Stat>
        <Stat label={t(text('编制中', 'In work'))} href={list('draft')}>
          <Count of={count('draft', 'returned')} />
        </Stat>
        <Stat label={t(text('更新逾期', 'Overdue'))}>
          <Count of={desk.late.length} />
        </Stat>
      </div>
      <Card title={t(text('待办', 'To be done'))}>
        <ToDo desk={desk} />
      </Card>
    </>
  )
}

/** The way to importing and exporting many at once. */
export function ToImport() {
  const t = useWords()
  const { can } = useReader()
  if (!can('resource.import')) return null
  return (
    <a class="btn" href="/institution/resources/import">
      {t(text('批量导入、导出', 'Import and export'))}
    </a>
  )
}

/** The way to a new entry, for those who may begin one. */
export function NewEntry() {
  const t = useWords()
  const { can } = useReader()
  if (!can('resource.create')) return null
  return (
    <a class="btn btn-primary" href="/institution/resources/new">
      {t(text('新编目录', 'New entry'))}
    </a>
  )
}

export const homePages: Route[] = [
  page({
    at: 'GET /institution',
    operation: 'showInstitutionDesk',
    permission: 'institution.desk',
    summary: text('机构工作台', 'Institution desk'),
    run: async rx => ({
      title: text('机构工作台', 'Institution desk'),
      lead: text('目录缺什么、哪些逾期、哪些在等待审核。', 'What is missing, what is late, what waits for review.'),
      actions: <NewEntry />,
      body: <DeskView desk={await deskOf(rx)} />,
    }),
  }),
]
