import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  type Attaching,
  attachingWords,
  listTries,
  type PullRow,
  type PullState,
  type PullTryRow,
  pullMachine,
  pullOf,
  readVersion,
  type TryState,
  tryWords,
  type Versioned,
} from '../../modules/resources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Form, Submit } from '../../web/form.tsx'
import { Badge, Bytes, Card, Empty, Facts, Moment, Notice, Pager, State, Table, type Tone } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { PullSetting } from './setting.tsx'
import { Ways, waysTrail } from './ways.tsx'

const pullTones: Partial<Record<PullState, Tone>> = { active: 'good', paused: 'warn', halted: 'bad' }
const tryTones: Readonly<Record<TryState, Tone>> = {
  running: 'info',
  unchanged: 'quiet',
  changed: 'good',
  failed: 'bad',
  'cut-off': 'warn',
}
const attachingTones: Readonly<Record<Attaching, Tone>> = {
  waiting: 'info',
  attached: 'good',
  refused: 'bad',
  overtaken: 'quiet',
}

interface View extends Versioned {
  readonly pull: PullRow | undefined
  readonly tries: Awaited<ReturnType<typeof listTries>>
  readonly isFirst: boolean
  readonly now: Date
}

const weekdays = ['一', '二', '三', '四', '五', '六', '日']
const englishDays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** When data is fetched, in words. */
function when({ rhythm, day, hour }: Pick<PullRow, 'rhythm' | 'day' | 'hour'>) {
  const at = `${String(hour).padStart(2, '0')}:00`
  if (rhythm === 'daily') return text(`每天 ${at}`, `Every day at ${at}`)
  if (rhythm === 'weekly')
    return text(`每周${weekdays[(day ?? 1) - 1]} ${at}`, `Every ${englishDays[(day ?? 1) - 1]} at ${at}`)
  return text(`每月 ${day} 日 ${at}`, `On day ${day} of each month at ${at}`)
}

const Step = ({ id, name, words, tone }: { id: string; name: string; words: string; tone?: 'plain' }) => (
  <Form to={`POST /resources/${id}/pull/${name}`}>
    <Submit {...(tone && { tone })}>{words}</Submit>
  </Form>
)

function Steps({ of }: { of: PullRow }) {
  const t = useWords()
  const { form } = useReader()
  const end = `POST /resources/${of.entryId}/pull/end`
  return (
    <div class="stack mt-3">
      {of.state === 'active' ? (
        <>
          <Step id={of.entryId} name="ask" words={t(text('立即获取', 'Fetch now'))} />
          <Step id={of.entryId} name="pause" words={t(text('暂停', 'Pause'))} tone="plain" />
        </>
      ) : (
        <Step id={of.entryId} name="resume" words={t(text('恢复', 'Resume'))} />
      )}
      <Confirm
        label={text('取消定时获取', 'End the fetching')}
        consequence={text(
          '不再获取数据，保存的凭据随即删除；已获取的数据版本不受影响。',
          'Nothing is fetched any more and the credential is deleted; versions that were fetched stay.',
        )}
        isOpen={form?.to === end}
      >
        <Form to={end}>
          <Submit tone="danger">{t(text('确认取消', 'End it'))}</Submit>
        </Form>
      </Confirm>
    </div>
  )
}

function Standing({ of, last }: { of: PullRow; last: PullTryRow | undefined }) {
  const t = useWords()
  const { can } = useReader()
  return (
    <Card title={t(text('状态', 'How it stands'))}>
      <Facts
        of={[
          [
            t(text('状态', 'State')),
            <State key="state" machine={pullMachine} state={of.state as PullState} tones={pullTones} />,
          ],
          [t(text('频率', 'Schedule')), t(when(of))],
          [t(text('下次获取', 'Next')), <Moment key="next" at={of.nextAt} />],
          last !== undefined && [t(text('最近一次', 'Last try')), <Outcome key="last" of={last} />],
          of.failures > 0 && [t(text('连续失败', 'Failures in a row')), of.failures],
        ]}
      />
      {can('resource.pull') && <Steps of={of} />}
    </Card>
  )
}

/** How a try ended, with what came of it. */
function Outcome({ of }: { of: PullTryRow }) {
  const t = useWords()
  const state = of.state as TryState
  const attaching = of.attaching as Attaching | null
  return (
    <>
      <span class="row-gap">
        <Badge tone={tryTones[state]}>{t(tryWords[state])}</Badge>
        {of.dataVersionId && (
          <a href={`/data-versions/${of.dataVersionId}`}>{t(text('查看数据版本', 'See the version'))}</a>
        )}
        {attaching && <Badge tone={attachingTones[attaching]}>{t(attachingWords[attaching])}</Badge>}
      </span>
      {of.failure && (
        <div>
          {t(of.failure.message)}
          {t(text('；', '; '))}
          {t(of.failure.remedy)}
        </div>
      )}
      {of.refusal && <div>{t(of.refusal)}</div>}
    </>
  )
}

function Tries({ of }: { of: View['tries'] }) {
  const t = useWords()
  if (of.items.length === 0)
    return (
      <Empty title={t(text('还没有获取过', 'Nothing was fetched yet'))} icon="clock">
        {t(
          text(
            '到设定的时间自动获取，也可以点击“立即获取”先试一次。',
            'It is fetched when its hour comes; “Fetch now” tries it at once.',
          ),
        )}
      </Empty>
    )
  return (
    <>
      <Table
        caption={t(text('历次获取', 'Tries'))}
        head={[
          t(text('开始', 'Began')),
          t(text('结束', 'Ended')),
          t(text('服务器答复', 'Answer')),
          t(text('大小', 'Size')),
          t(text('结果', 'Outcome')),
        ]}
        rows={of.items.map(each => [
          <span key="began">
            <Moment at={each.startedAt} />
            {each.askedBy && <> · {t(text('人工', 'by hand'))}</>}
          </span>,
          <Moment key="ended" at={each.endedAt} />,
          each.status === null ? '—' : `HTTP ${each.status}`,
          each.bytes === null ? '—' : <Bytes key="bytes" of={each.bytes} />,
          <Outcome key="outcome" of={each} />,
        ])}
      />
      <Pager next={of.next} />
    </>
  )
}

function Body({ view }: { view: View }) {
  const t = useWords()
  const { can } = useReader()
  const { version, pull, tries, isFirst, now } = view
  const last = isFirst ? tries.items[0] : undefined
  const isBusy = pull?.state === 'active' && (last?.state === 'running' || (pull.nextAt !== null && pull.nextAt <= now))
  return (
    <>
      <Ways id={version.id} at="/pull" />
      {isBusy && (
        <div data-reload="3">
          <Notice title={t(text('正在获取', 'Fetching'))}>
            {t(text('稍后自动显示结果，也可以刷新本页。', 'The outcome appears by itself; you can also reload.'))}
          </Notice>
        </div>
      )}
      {version.state !== 'published' && !pull ? (
        <Empty title={t(text('目录发布后可设置定时获取', 'Data is fetched for what is published'))} icon="clock">
          <a href={`/institution/resources/${version.id}`}>{t(text('返回目录', 'Back to the entry'))}</a>
        </Empty>
      ) : (
        <div class={pull ? 'split' : undefined}>
          <div>
            {pull && (
              <Card title={t(text('历次获取', 'Tries'))}>
                <Tries of={tries} />
              </Card>
            )}
            {version.state === 'published' && can('resource.pull') && (
              <Card title={t(text('获取设置', 'Setting'))}>
                <PullSetting of={view} pull={view.pull} />
              </Card>
            )}
          </div>
          {pull && (
            <div>
              <Standing of={pull} last={last} />
            </div>
          )}
        </div>
      )}
    </>
  )
}

/** What the page of an entry says of it in short. */
export function PullSummary({ of, versionId }: { of: PullRow | undefined; versionId: string }) {
  const t = useWords()
  return (
    <Facts
      of={[
        [
          t(text('定时获取', 'Fetched on a schedule')),
          <span key="pull" class="row-gap">
            {of ? (
              <State machine={pullMachine} state={of.state as PullState} tones={pullTones} />
            ) : (
              t(text('未设置', 'Not set'))
            )}
            {of && t(when(of))}
            <a href={`/institution/resources/${versionId}/pull`}>
              {of ? t(text('查看', 'See')) : t(text('设置', 'Set it up'))}
            </a>
          </span>,
        ],
        of?.nextAt != null && [t(text('下次获取', 'Next')), <Moment key="next" at={of.nextAt} />],
        [
          t(text('程序推送', 'Sent by a program')),
          <a key="api" href={`/institution/resources/${versionId}/api`}>
            {t(text('接口调用方法', 'How to call the API'))}
          </a>,
        ],
      ]}
    />
  )
}

async function viewOf(rx: Rx, id: string, after: string | undefined): Promise<View> {
  const found = await readVersion(rx, id)
  return {
    ...found,
    pull: await pullOf(rx, found.entry.id),
    tries: await listTries(rx, found.entry.id, { after }),
    isFirst: after === undefined,
    now: rx.now,
  }
}

export const pullPages: Route[] = [
  page({
    at: 'GET /institution/resources/:id/pull',
    operation: 'showResourcePull',
    permission: 'resource.read-pull',
    summary: text('定时获取数据', 'Data fetched on a schedule'),
    params: { id: Id },
    query: { after: PageQuery.after },
    run: async (rx, { params, query }) => {
      const view = await viewOf(rx, params.id, query.after)
      const { nameZh, nameEn } = view.version
      return {
        title: text(`${nameZh}：定时获取`, `${nameEn ?? nameZh}: fetched on a schedule`),
        lead: text(
          '平台按时到机构的地址获取数据；内容有变化才形成新版本，定级、评估、审核后方可挂接。',
          'The platform fetches the data from your address; what changed becomes a version, and is attached only after grading, assessment and review.',
        ),
        trail: waysTrail(view.version),
        scripts: ['upload.js'],
        body: <Body view={view} />,
      }
    },
  }),
]
