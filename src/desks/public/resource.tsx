import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { kindWords } from '../../modules/identity/index.ts'
import {
  type Attached,
  attachedTo,
  type EntryState,
  entryMachine,
  isLate,
  type OpenedData,
  openedDataOf,
  type PublicEntry,
  readEntry,
} from '../../modules/resources/index.ts'
import { type ItemSource, itemSources } from '../../modules/sources/index.ts'
import { useWords } from '../../web/context.ts'
import { Card, Copyable, Facts, Moment, Name, Notice, State } from '../../web/parts.tsx'
import { AttachedData } from '../institution/entry.tsx'
import { Access, DueOn, dueWords, entryTones, Items, Metadata, rulesOf } from '../institution/facts.tsx'
import { page } from '../page.tsx'
import { ItemSources } from '../sources/parts.tsx'
import { OpenedLinks } from './opened.tsx'
import { Data } from './parts.tsx'

function Standing({ of, now }: { of: PublicEntry; now: Date }) {
  const t = useWords()
  const { entry, version, history } = of
  if (version.state === 'withdrawn')
    return (
      <Notice tone="warn" title={t(text('此目录已撤回', 'This entry was withdrawn'))}>
        {version.reason && <Data>{version.reason}</Data>}
      </Notice>
    )
  if (version.state === 'superseded')
    return (
      <Notice
        tone="warn"
        title={t(
          text(`这是第 ${version.versionNo} 版，已被取代`, `This is version ${version.versionNo}, since replaced`),
        )}
      >
        <a href={`/resources/${entry.id}`}>
          {t(text(`查看第 ${history[0]!.versionNo} 版`, `See version ${history[0]!.versionNo}`))}
        </a>
      </Notice>
    )
  if (isLate(entry.dueOn, now) && version.isVoluntary)
    return (
      <Notice
        tone="warn"
        title={t(text('已过提供企业承诺的更新日期', 'The day that the enterprise promised has passed'))}
      >
        {t(
          text(
            '自愿提供的数据没有法定更新期限；承诺日期：',
            'No law sets a day for what is voluntary. It was promised for ',
          ),
        )}
        <Moment at={`${entry.dueOn}T12:00:00+08:00`} isDay />
      </Notice>
    )
  if (isLate(entry.dueOn, now))
    return (
      <Notice tone="bad" title={t(text('数据更新已逾期', 'The update is overdue'))}>
        {t(text('应更新日期：', 'It was due on '))}
        <Moment at={`${entry.dueOn}T12:00:00+08:00`} isDay />
      </Notice>
    )
  return null
}

function EntryPage({
  of,
  data,
  opened,
  sources,
  now,
}: {
  of: PublicEntry
  data: readonly Attached[]
  /** what anybody may have of it now */
  opened: OpenedData | undefined
  sources: readonly ItemSource[]
  now: Date
}) {
  const t = useWords()
  const { entry, version, history, institution } = of
  const latest = data.findLast(each => each.isReleased)
  return (
    <div class="split">
      <div>
        <Standing of={of} now={now} />
        <Metadata of={entry} version={version} now={now} />
        <Access version={version} />
        <Items version={version} />
        {version.state === 'published' && <ItemSources of={sources} />}
        <Card title={t(text('数据', 'Data'))}>
          {opened && version.state === 'published' && <OpenedLinks of={opened} />}
          <AttachedData data={data} />
        </Card>
      </div>
      <div>
        <Card title={t(text('提供机构', 'Institution'))}>
          <Facts
            of={[
              [
                t(text('名称', 'Name')),
                <a key="name" href={`/resources?institution=${institution.id}`}>
                  <Name zh={institution.nameZh} en={institution.nameEn} />
                </a>,
              ],
              [t(text('统一社会信用代码', 'Unified social credit code')), <code key="uscc">{institution.uscc}</code>],
              [t(text('发布日期', 'Published')), <Moment key="at" at={version.publishedAt} isDay />],
              [t(text('机构类别', 'Kind')), t(kindWords(institution, rulesOf(now)))],
              version.state === 'published' && [
                t(dueWords(version)),
                <DueOn key="due" of={entry} now={now} isVoluntary={version.isVoluntary} />,
              ],
              latest !== undefined && [
                t(text('数据摘要 SHA-256', 'SHA-256 of the data')),
                <Copyable key="sha">{latest.data.sha256}</Copyable>,
              ],
            ]}
          />
        </Card>
        <Card title={t(text('各版本', 'Versions'))}>
          <ul class="plain-list mb-0">
            {history.map(each => (
              <li key={each.id} class="row-gap">
                <a
                  href={`/resources/${entry.id}?version=${each.versionNo}`}
                  aria-current={each.id === version.id ? 'page' : undefined}
                >
                  {t(text(`第 ${each.versionNo} 版`, `Version ${each.versionNo}`))}
                </a>
                <State machine={entryMachine} state={each.state as EntryState} tones={entryTones} />
              </li>
            ))}
          </ul>
        </Card>
      </div>
    </div>
  )
}

export const resourceRoutes: Route[] = [
  page({
    at: 'GET /resources/:id',
    operation: 'showResource',
    permission: 'resource.read',
    summary: text('资源目录条目', 'An entry of the resource catalog'),
    params: { id: Id },
    query: { version: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })) },
    run: async (rx, { params, query }) => {
      const of = await readEntry(rx, params.id, query.version)
      return {
        title: text(of.version.nameZh, of.version.nameEn ?? of.version.nameZh),
        trail: [['/resources', text('资源目录', 'Resource catalog')]],
        body: (
          <EntryPage
            of={of}
            data={await attachedTo(rx, params.id)}
            opened={await openedDataOf(rx, params.id)}
            sources={await itemSources(rx, params.id)}
            now={rx.now}
          />
        ),
      }
    },
  }),
]
