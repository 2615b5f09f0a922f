import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { type Duty, duties, dutyWords, listMembers } from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Name, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'

type Member = Awaited<ReturnType<typeof listMembers>>[number]

const path = '/organization/members'

function Duties({ of = [] }: { of?: readonly string[] }) {
  return (
    <Field
      name="duties"
      kind="checks"
      label={text('职责（可多选）', 'Duties (one or more)')}
      options={duties.map(duty => [duty, dutyWords[duty].name, dutyWords[duty].about])}
      value={of}
    />
  )
}

/** Changing one member, or letting them go. */
function Change({ of }: { of: Member }) {
  const t = useWords()
  return (
    <Card
      title={
        <>
          {t(text('修改成员职责：', 'Duties of '))}
          <Name zh={of.name} />
        </>
      }
    >
      <Form to="PUT /members" then={path}>
        <input type="hidden" name="email" value={of.email} />
        <Duties of={of.duties} />
        <div class="row-gap">
          <Submit>{t(text('保存职责', 'Save the duties'))}</Submit>
          <a class="btn" href={path}>
            {t(text('取消', 'Cancel'))}
          </a>
        </div>
      </Form>
      <div class="mt-3">
        <Confirm
          label={text('移出本机构', 'Remove from the organisation')}
          consequence={text(
            `${of.name} 将立即不能代表本机构办理任何事项，其接口令牌同时失效；已办理的记录保留。`,
            'This person can do nothing for the organisation from now on, and their API tokens stop working; what they did stays on record.',
          )}
        >
          <Form to="PUT /members" then={path}>
            <input type="hidden" name="email" value={of.email} />
            <input type="hidden" name="duties" value="" />
            <Submit tone="danger">{t(text('移出', 'Remove'))}</Submit>
          </Form>
        </Confirm>
      </div>
    </Card>
  )
}

function Add() {
  const t = useWords()
  return (
    <Card title={t(text('添加成员', 'Add a member'))}>
      <Form to="PUT /members" then={path}>
        <Field
          name="email"
          kind="email"
          label={text('对方的邮箱', 'Their e-mail address')}
          hint={text('对方须先用这个邮箱注册个人账号。', 'They need an account of their own with it first.')}
          isRequired
        />
        <Duties />
        <Submit>{t(text('添加', 'Add'))}</Submit>
      </Form>
    </Card>
  )
}

function Team({ members, edited }: { members: readonly Member[]; edited: Member | undefined }) {
  const t = useWords()
  const reader = useReader()
  const maySet = reader.can('member.set')
  const missing = duties.filter(duty => !members.some(member => member.duties.includes(duty)))
  return (
    <>
      <Table
        caption={t(text(`共 ${members.length} 人`, `${members.length} ${members.length === 1 ? 'person' : 'people'}`))}
        head={[
          t(text('姓名', 'Name')),
          t(text('邮箱', 'E-mail')),
          t(text('职责', 'Duties')),
          ...(maySet ? [t(text('操作', 'Action'))] : []),
        ]}
        rows={members.map(member => [
          <span key="name" class="row-gap">
            <Name zh={member.name} />
            {member.personId === reader.viewer?.personId && <Badge>{t(text('您', 'you'))}</Badge>}
          </span>,
          member.email,
          <span key="duties" class="row-gap">
            {member.duties.map(duty => (
              <Badge key={duty} tone="info">
                {t(dutyWords[duty as Duty].name)}
              </Badge>
            ))}
          </span>,
          ...(maySet
            ? [
                <a
                  key="edit"
                  href={`${path}?edit=${member.personId}`}
                  aria-label={t(text(`修改 ${member.name}`, `Change ${member.name}`))}
                >
                  {t(text('修改', 'Change'))}
                </a>,
              ]
            : []),
        ])}
      />
      {missing.length > 0 && (
        <p class="form-hint mb-3">
          {t(text('尚无人承担：', 'Nobody holds yet: '))}
          {missing.map(duty => t(dutyWords[duty].name)).join(t(text('、', ', ')))}
        </p>
      )}
      {edited ? <Change of={edited} /> : maySet && <Add />}
      {!maySet && (
        <p class="text-secondary">
          {t(text('成员由本机构管理员维护。', 'Administrators of the organisation change this list.'))}
        </p>
      )}
    </>
  )
}

export const memberRoutes: Route[] = [
  page({
    at: 'GET /organization/members',
    operation: 'showMembers',
    permission: 'member.list',
    summary: text('本机构成员', 'Members of the organisation'),
    query: { edit: Type.Optional(Id) },
    run: async (rx, { query }, reader) => {
      const members = await listMembers(rx)
      const edited = reader.can('member.set') ? members.find(each => each.personId === query.edit) : undefined
      return {
        title: text('成员', 'Team'),
        lead: text(
          '经办与复核须由不同的人承担：一人准备，另一人核对签署。',
          'Maker and checker are different people: one prepares, the other checks and signs.',
        ),
        trail: [['/organization', text('机构', 'Organisation')]],
        body: <Team members={members} edited={edited} />,
      }
    },
  }),
]
