import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { type Text, text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  dutyWords,
  isTwoStep,
  listPeople,
  type OrganizationState,
  organizationMachine,
  type PersonRow,
  type Post,
  personNames,
  postsOf,
  readPerson,
  type TwoStepReset,
  twoStepResetsOf,
} from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Count, Empty, Facts, Moment, Name, Pager, State, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Another, Door, deskTrail, ReasonForm } from './parts.tsx'

const trail = text('用户', 'People')

function Standing({ of }: { of: PersonRow }) {
  const t = useWords()
  if (of.isDisabled) return <Badge tone="bad">{t(text('已停用', 'Disabled'))}</Badge>
  if (of.isBlocked) return <Badge tone="warn">{t(text('登录暂停', 'Blocked for now'))}</Badge>
  return <Badge tone="good">{t(text('正常', 'Active'))}</Badge>
}

const dutiesIn = (t: (words: Text) => string, duties: readonly string[]) =>
  duties.map(duty => t(dutyWords[duty as keyof typeof dutyWords]?.name ?? text(duty, duty))).join(t(text('、', ', ')))

function Posts({ of }: { of: readonly Post[] }) {
  const t = useWords()
  if (of.length === 0) return <span class="text-secondary">{t(text('个人', 'For themselves'))}</span>
  return (
    <>
      {of.map(post => (
        <div key={post.organizationId}>
          <a href={`/operator/organizations/${post.organizationId}`}>
            <Name zh={post.nameZh} en={post.nameEn} />
          </a>{' '}
          <span class="text-secondary">{dutiesIn(t, post.duties)}</span>
        </div>
      ))}
    </>
  )
}

function Search({ q }: { q: string | undefined }) {
  const t = useWords()
  return (
    <form method="get" action="/operator/people" class="row-gap mb-3">
      <label class="visually-hidden" for="people-q">
        {t(text('姓名或邮箱', 'Name or e-mail'))}
      </label>
      <input
        class="form-control w-auto"
        id="people-q"
        type="search"
        name="q"
        value={q ?? ''}
        placeholder={t(text('姓名或邮箱的一部分', 'Part of a name or e-mail'))}
      />
      <button type="submit" class="btn">
        {t(text('查找', 'Find'))}
      </button>
    </form>
  )
}

type Found = Awaited<ReturnType<typeof listPeople>>

function List({ found, posts, q }: { found: Found; posts: ReadonlyMap<string, Post[]>; q: string | undefined }) {
  const t = useWords()
  return (
    <>
      <Search q={q} />
      {found.items.length === 0 ? (
        <Empty title={t(text('没有找到', 'Nobody was found'))} icon="user-search">
          {t(text('换一个姓名或邮箱的一部分再试。', 'Try another part of a name or an address.'))}
        </Empty>
      ) : (
        <Table
          head={[
            t(text('姓名', 'Name')),
            t(text('邮箱', 'E-mail')),
            t(text('机构与职责', 'Organisations and duties')),
            t(text('最近登录', 'Last sign-in')),
            t(text('状态', 'State')),
          ]}
          rows={found.items.map(row => [
            <a href={`/operator/people/${row.id}`}>{row.name}</a>,
            row.email,
            <Posts of={posts.get(row.id) ?? []} />,
            <Moment at={row.signedInAt} />,
            <Standing of={row} />,
          ])}
        />
      )}
      <Pager next={found.next} />
    </>
  )
}

const disabling = [
  text('该员工已离职，机构来函要求停用', 'The person has left; the organisation asks for it'),
  text('账号疑似被盗用，先行停用', 'The account may be used by another; disabled as a precaution'),
  text('违反平台规则，经核实予以停用', 'The rules of the exchange were broken, as was verified'),
]
const enabling = [
  text('机构来函要求恢复', 'The organisation asks for it'),
  text('已核实为本人，风险解除', 'It was verified to be the person; the risk is over'),
]

type Detail = Awaited<ReturnType<typeof readPerson>>

function Action({ of }: { of: Detail }) {
  const t = useWords()
  const { can, viewer } = useReader()
  const { id, isDisabled } = of.person
  if (!can('person.disable'))
    return <Another>{t(text('停用与恢复由复核人员办理。', 'A checker disables and enables accounts.'))}</Another>
  if (id === viewer?.personId)
    return <Another>{t(text('不能停用自己的账号。', 'Nobody disables their own account.'))}</Another>
  if (isDisabled)
    return (
      <ReasonForm
        to={`POST /persons/${id}/enable`}
        button={text('恢复账号', 'Enable the account')}
        tone="primary"
        templates={enabling}
      />
    )
  return (
    <Door
      to={`POST /persons/${id}/disable`}
      label={text('停用账号', 'Disable the account')}
      consequence={text(
        `${of.person.name} 将立即退出全部 ${of.person.openSessions} 处登录，接口令牌失效，直到恢复；已办理的事项不受影响。`,
        `${of.person.name} is signed out everywhere (${of.person.openSessions} sessions) and API tokens are refused until the account is enabled again; what was done stays.`,
      )}
    >
      <ReasonForm to={`POST /persons/${id}/disable`} button={text('确认停用', 'Disable')} templates={disabling} />
    </Door>
  )
}

const losing = [
  text(
    '本人手机丢失、恢复码用尽，已当面核验身份证件',
    'Phone lost and recovery codes gone; identity papers were checked in person',
  ),
  text('机构来函并经电话回访本人确认', 'The organisation asked in writing and the person confirmed by telephone'),
]

/** A lost second step: one of the operator's people asks, another one takes it off. */
function SecondStep({ of, isOn, resets, names }: StepFacts & { of: Detail; names: ReadonlyMap<string, string> }) {
  const t = useWords()
  const { can, viewer } = useReader()
  const { id, name } = of.person
  const to = `POST /persons/${id}/two-step-reset`
  const open = resets.find(each => each.decidedAt === null)
  const isOwn = id === viewer?.personId
  return (
    <Card title={t(text('两步登录', 'Two-step sign-in'))}>
      <p>{isOn ? t(text('已开启。', 'It is on.')) : t(text('未开启。', 'It is off.'))}</p>
      {isOn && isOwn && <Another>{t(text('不能为自己的账号解除。', 'Nobody takes off their own.'))}</Another>}
      {isOn && !isOwn && !open && can('two-step.propose-reset') && (
        <Door
          to={to}
          label={text('申请解除两步登录', 'Ask to take it off')}
          consequence={text(
            `经另一名同事复核后，${name} 只凭密码即可登录，恢复码作废，所有登录结束；本人会收到邮件。请先核实身份。`,
            `Once a colleague agrees, ${name} signs in by password alone, recovery codes are void and all sessions end; the person is told by e-mail. Verify who is asking first.`,
          )}
        >
          <ReasonForm to={to} button={text('提交申请', 'Ask')} templates={losing} />
        </Door>
      )}
      {open && (
        <>
          <Facts
            of={[
              [t(text('申请人', 'Asked by')), names.get(open.requestedBy) ?? '—'],
              [t(text('申请时间', 'Asked at')), <Moment key="at" at={open.requestedAt} />],
              [t(text('理由', 'Reason')), open.reason],
            ]}
          />
          {open.requestedBy === viewer?.personId ? (
            <Another>{t(text('须由另一名同事复核。', 'A colleague must agree.'))}</Another>
          ) : (
            !isOwn && (
              <Form to={`${to}/grant`}>
                <Submit tone="danger">{t(text('复核通过并解除', 'Agree and take it off'))}</Submit>
              </Form>
            )
          )}
          {!isOwn && (
            <Form to={`${to}/refuse`} class="mt-2">
              <Submit tone="plain">{t(text('不予解除', 'Refuse'))}</Submit>
            </Form>
          )}
        </>
      )}
      {resets.some(each => each.decidedAt) && (
        <ol class="course mt-3" aria-label={t(text('两步登录的处理经过', 'What happened to the second step'))}>
          {resets.map(each =>
            each.decidedAt ? (
              <li key={each.id}>
                <p class="course-what">
                  {each.isGranted ? t(text('已解除', 'Taken off')) : t(text('不予解除', 'Refused'))}
                </p>
                <p class="course-when">
                  <Moment at={each.decidedAt} /> · {names.get(each.requestedBy) ?? '—'} →{' '}
                  {(each.decidedBy && names.get(each.decidedBy)) ?? '—'}
                </p>
                <p class="course-why">{each.reason}</p>
              </li>
            ) : null,
          )}
        </ol>
      )}
    </Card>
  )
}

interface StepFacts {
  readonly isOn: boolean
  readonly resets: readonly TwoStepReset[]
}

function Person({ of, names, step }: { of: Detail; names: ReadonlyMap<string, string>; step: StepFacts }) {
  const t = useWords()
  const { person, posts, decisions } = of
  return (
    <div class="split">
      <div>
        <Card title={t(text('账号', 'Account'))}>
          <Facts
            of={[
              [t(text('邮箱', 'E-mail')), person.email],
              [t(text('状态', 'State')), <Standing of={person} />],
              [t(text('注册时间', 'Since')), <Moment at={person.createdAt} />],
              [t(text('最近登录', 'Last sign-in')), <Moment at={person.signedInAt} />],
              [t(text('当前登录', 'Open sessions')), <Count of={person.openSessions} />],
            ]}
          />
        </Card>
        <Card title={t(text('所代表的机构', 'Organisations'))}>
          {posts.length === 0 ? (
            <p class="mb-0">{t(text('不代表任何机构。', 'Acts for no organisation.'))}</p>
          ) : (
            <Table
              head={[t(text('机构', 'Organisation')), t(text('职责', 'Duties')), t(text('机构状态', 'State'))]}
              rows={posts.map(post => [
                <a href={`/operator/organizations/${post.organizationId}`}>
                  <Name zh={post.nameZh} en={post.nameEn} />
                </a>,
                dutiesIn(t, post.duties),
                <State machine={organizationMachine} state={post.state as OrganizationState} />,
              ])}
            />
          )}
        </Card>
      </div>
      <div>
        <Card title={t(text('停用与恢复', 'Disable and enable'))}>
          <Action of={of} />
          {decisions.length > 0 && (
            <ol class="course mt-3" aria-label={t(text('经过', 'What happened'))}>
              {decisions.map(each => (
                <li key={each.at.toISOString()}>
                  <p class="course-what">
                    {each.isDisabling ? t(text('停用账号', 'Disabled')) : t(text('恢复账号', 'Enabled'))}
                  </p>
                  <p class="course-when">
                    <Moment at={each.at} /> · {(each.by && names.get(each.by)) ?? '—'}
                  </p>
                  {each.reason && <p class="course-why">{each.reason}</p>}
                </li>
              ))}
            </ol>
          )}
        </Card>
        <SecondStep of={of} names={names} {...step} />
      </div>
    </div>
  )
}

async function showPerson(rx: Rx, id: string) {
  const found = await readPerson(rx, id)
  const step = { isOn: await isTwoStep(rx, id), resets: await twoStepResetsOf(rx, id) }
  const names = await personNames(rx, [
    ...new Set([
      ...found.decisions.flatMap(({ by }) => by ?? []),
      ...step.resets.flatMap(({ requestedBy, decidedBy }) => [requestedBy, ...(decidedBy ? [decidedBy] : [])]),
    ]),
  ])
  return {
    title: text(found.person.name, found.person.name),
    trail: deskTrail(['/operator/people', trail]),
    body: <Person of={found} names={names} step={step} />,
  }
}

export const peoplePages = [
  page({
    at: 'GET /operator/people',
    operation: 'showOperatorPeople',
    permission: 'person.list',
    summary: text('用户', 'People'),
    query: {
      q: Type.Optional(Type.String({ maxLength: 100 })),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const found = await listPeople(rx, query)
      const posts = await postsOf(
        rx,
        found.items.map(row => row.id),
      )
      return {
        title: trail,
        trail: deskTrail(),
        lead: text(
          '谁有账号、为谁办事、最近何时登录。',
          'Who has an account, for whom they act, when they last signed in.',
        ),
        body: <List found={found} posts={posts} q={query.q} />,
      }
    },
  }),
  page({
    at: 'GET /operator/people/:id',
    operation: 'showOperatorPerson',
    permission: 'person.read',
    summary: text('用户详情', 'One account'),
    params: { id: Id },
    run: (rx, { params }) => showPerson(rx, params.id),
  }),
]
