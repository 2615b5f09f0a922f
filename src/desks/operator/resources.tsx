import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { type Organization, organizationOf } from '../../modules/identity/index.ts'
import {
  type Attached,
  attachedTo,
  countResources,
  type EntryState,
  entryMachine,
  listVersions,
  readVersion,
  type Versioned,
  whatIsMissing,
} from '../../modules/resources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Card, Facts, Moment, Name, Notice, State } from '../../web/parts.tsx'
import { AttachedData } from '../institution/entry.tsx'
import { Access, entryTones, Items, Metadata } from '../institution/facts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { Another, Door, deskTrail, ReasonForm, StateList, type StateTab } from './parts.tsx'

const trail = text('目录审核', 'Catalog reviews')
const states = ['submitted', 'reviewing', 'returned', 'published', 'superseded', 'withdrawn'] as const

type Found = Awaited<ReturnType<typeof listVersions>>

function List({ found, state, tabs }: { found: Found; state: string; tabs: readonly StateTab[] }) {
  return (
    <StateList
      tabs={tabs}
      at={state}
      of={found}
      caption={trail}
      empty={{
        title: text('这里没有目录', 'No entry is here'),
        icon: 'folder',
        words: text(
          '机构提交的目录按先后排列在这里。',
          'Entries that institutions submit are listed here in their order.',
        ),
      }}
      columns={[
        [
          text('名称', 'Name'),
          ({ version }) => (
            <a href={`/operator/resources/${version.id}`}>
              <Name zh={version.nameZh} en={version.nameEn} />
            </a>
          ),
        ],
        [text('机构', 'Institution'), ({ institution }) => <Name zh={institution.nameZh} en={institution.nameEn} />],
        [text('代码', 'Code'), ({ entry }) => <code>{entry.code}</code>],
        [text('版本', 'Version'), ({ version }) => version.versionNo, true],
        [text('提交', 'Submitted'), ({ version }) => <Moment at={version.submittedAt} />],
      ]}
    />
  )
}

interface Dossier extends Versioned {
  readonly institution: Organization
  readonly data: readonly Attached[]
  readonly timeline: TimelineFacts
  readonly now: Date
}

function Return({ id }: { id: string }) {
  const { can } = useReader()
  if (!can('resource.return')) return null
  const to = `POST /resource-versions/${id}/return`
  return (
    <Door
      to={to}
      label={text('退回修改', 'Return')}
      tone="plain"
      consequence={text(
        '机构会看到退回意见，修改后重新提交。',
        'The institution reads why, mends it and submits again.',
      )}
    >
      <ReasonForm
        to={to}
        button={text('确认退回', 'Return')}
        label={text('退回意见', 'What is to be mended')}
        templates={[
          text('共享或开放依据不明确，请写明条款', 'The basis of sharing or opening is unclear; name the article'),
          text('信息项不完整，请补充含义和标准', 'Items are incomplete; give meaning and standard'),
        ]}
      />
    </Door>
  )
}

function Decision({ of: { entry, version } }: { of: Dossier }) {
  const t = useWords()
  const { can, viewer } = useReader()
  if (version.state === 'submitted')
    return (
      <div class="stack">
        {can('resource.review') && (
          <Form to={`POST /resource-versions/${version.id}/review`}>
            <Submit>{t(text('开始审核', 'Take it up'))}</Submit>
          </Form>
        )}
        <Return id={version.id} />
      </div>
    )
  if (version.state === 'reviewing')
    return (
      <div class="stack">
        {version.submittedBy === viewer?.personId ? (
          <Another>
            {t(text('须由提交人以外的人员审核。', 'Another person than the one who submitted it reviews it.'))}
          </Another>
        ) : can('resource.publish') ? (
          <Form to={`POST /resource-versions/${version.id}/publish`}>
            <p>
              {t(
                text(
                  '发布后任何人都能查到；修改须发布新版本。',
                  'Once published everyone finds it; a change is a new version.',
                ),
              )}
            </p>
            <Submit tone="good">{t(text('审核通过并发布', 'Pass and publish'))}</Submit>
          </Form>
        ) : (
          <Another>{t(text('由复核人员发布。', 'A checker publishes it.'))}</Another>
        )}
        <Return id={version.id} />
      </div>
    )
  if (version.state !== 'published')
    return <Another>{t(text('目前没有需要办理的事项。', 'There is nothing to decide now.'))}</Another>
  const withdraw = `POST /resources/${entry.id}/withdraw`
  return (
    <div class="stack">
      <p class="mb-0">
        <a href={`/resources/${entry.id}`}>{t(text('查看公开页面', 'See the public page'))}</a>
      </p>
      {can('resource.withdraw') && (
        <Door
          to={withdraw}
          label={text('撤回目录', 'Withdraw the entry')}
          consequence={text('撤回后不再出现在目录中，公开页面显示原因。', 'It leaves the catalog; its page says why.')}
        >
          <ReasonForm to={withdraw} button={text('确认撤回', 'Withdraw')} />
        </Door>
      )}
    </div>
  )
}

function One({ of }: { of: Dossier }) {
  const t = useWords()
  const { entry, version, institution, timeline, now } = of
  const missing = whatIsMissing(version)
  return (
    <div class="split">
      <div>
        {version.reason && (
          <Notice tone="warn" title={t(text('理由', 'Reason'))}>
            <Data>{version.reason}</Data>
          </Notice>
        )}
        {missing.length > 0 && (
          <Notice tone="bad" title={t(text('内容不完整', 'It is not complete'))}>
            {missing.map(error => t(error.message)).join(t(text('；', '; ')))}
          </Notice>
        )}
        <Metadata of={entry} version={version} now={now} />
        <Access version={version} />
        <Items version={version} />
        <Card title={t(text('挂接的数据', 'Attached data'))}>
          <AttachedData data={of.data} />
        </Card>
      </div>
      <div>
        <Card title={t(text('办理', 'Decide'))}>
          <Facts
            of={[
              [
                t(text('状态', 'State')),
                <State key="state" machine={entryMachine} state={version.state as EntryState} tones={entryTones} />,
              ],
              [
                t(text('机构', 'Institution')),
                <a key="institution" href={`/operator/organizations/${institution.id}`}>
                  <Name zh={institution.nameZh} en={institution.nameEn} />
                </a>,
              ],
              [t(text('版本', 'Version')), version.versionNo],
              [t(text('提交时间', 'Submitted')), <Moment key="submitted" at={version.submittedAt} />],
            ]}
          />
          <hr class="my-3" />
          <Decision of={of} />
        </Card>
        <Card title={t(text('经过', 'What happened'))}>
          <Timeline of={timeline} />
        </Card>
      </div>
    </div>
  )
}

async function showVersion(rx: Rx, id: string) {
  const found = await readVersion(rx, id)
  const of: Dossier = {
    ...found,
    institution: await organizationOf(rx, found.entry.organizationId),
    data: await attachedTo(rx, found.entry.id),
    timeline: await readTimeline(rx, [['resource', found.entry.id]]),
    now: rx.now,
  }
  const { nameZh, nameEn } = found.version
  return {
    title: text(nameZh, nameEn ?? nameZh),
    trail: deskTrail(['/operator/resources', trail]),
    body: <One of={of} />,
  }
}

export const resourcePages = [
  page({
    at: 'GET /operator/resources',
    operation: 'showOperatorResources',
    permission: 'operator.work-list',
    summary: trail,
    query: {
      state: Type.Optional(Type.Union(states.map(state => Type.Literal(state)))),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const counts = await countResources(rx)
      const state = query.state ?? ((counts.get('submitted') ?? 0) > 0 ? 'submitted' : 'reviewing')
      const found = await listVersions(rx, { state, after: query.after })
      const tabs = states.map(each => ({ state: each, words: entryMachine.states[each], count: counts.get(each) ?? 0 }))
      return {
        title: trail,
        trail: deskTrail(),
        lead: text(
          '机构提交的资源目录，审核后向社会发布。',
          'Entries that institutions submit are reviewed, then published.',
        ),
        body: <List found={found} state={state} tabs={tabs} />,
      }
    },
  }),
  page({
    at: 'GET /operator/resources/:id',
    operation: 'showOperatorResource',
    permission: 'operator.work-list',
    summary: text('一份目录', 'One entry'),
    params: { id: Id },
    run: (rx, { params }) => showVersion(rx, params.id),
  }),
]
