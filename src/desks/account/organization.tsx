import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { notFound } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  kindWords,
  type Organization,
  type OrganizationState,
  organizationMachine,
  organizationOf,
  roleWords,
} from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { startOf } from '../../web/nav.ts'
import { Badge, Card, Copyable, Empty, Facts, Moment, Name, Notice, State } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { divisionWords, KindFields, OrganizationFields } from './fields.tsx'
import { onboarding, type Step } from './onboarding.ts'
import { ActFor } from './profile.tsx'

/** The steps in order; the first that is not done is where the organisation stands, and has the page's one action. */
function Way({ steps }: { steps: readonly Step[] }) {
  const t = useWords()
  const at = steps.findIndex(step => !step.isDone)
  return (
    <ol class="way">
      {steps.map((step, i) => {
        const look = step.isDone ? 'done' : i === at ? 'here' : 'later'
        return (
          <li key={step.words.en} class={look} aria-current={look === 'here' ? 'step' : undefined}>
            <p class="way-what">
              {t(step.words)}
              <span class="visually-hidden">
                {look === 'done' ? t(text('：已完成', ': done')) : look === 'here' ? t(text('：当前', ': now')) : ''}
              </span>
            </p>
            <p class="way-about">{t(step.about)}</p>
            {step.action && !step.isDone && (
              <a class={`btn${look === 'here' ? ' btn-primary' : ''}`} href={step.action.href}>
                {t(step.action.words)}
              </a>
            )}
          </li>
        )
      })}
    </ol>
  )
}

function Contact({ of }: { of: Organization }) {
  return (
    <>
      <Name zh={of.contactName} /> {of.contactPhone}
    </>
  )
}

function About({ of, now }: { of: Organization; now: Date }) {
  const t = useWords()
  const words = (roles: readonly string[]) =>
    roles.map(role => t(roleWords[role]?.name ?? text(role, role))).join(t(text('、', ', ')))
  return (
    <Facts
      of={[
        [t(text('统一社会信用代码', 'Credit code')), <Copyable key="uscc">{of.uscc}</Copyable>],
        of.nameEn !== null && [t(text('英文名称', 'Name in English')), of.nameEn],
        [t(text('行政区划', 'Division')), t(divisionWords(of.division))],
        [
          t(text('住所', 'Address')),
          <span key="address" lang="zh-CN">
            {of.address}
          </span>,
        ],
        [t(text('联系人', 'Contact')), <Contact key="contact" of={of} />],
        of.roles.length > 0
          ? [t(text('已生效的身份', 'Roles in force')), words(of.roles)]
          : [t(text('申请的身份', 'Roles asked for')), words(of.requestedRoles)],
        of.requestedRoles.includes('institution') && [
          t(text('机构类别', 'Kind of institution')),
          <span key="kind" class="row-gap">
            {t(kindWords(of, rulesAt(now)))}
            {of.institutionKind !== null && of.kindConfirmedAt === null && (
              <Badge tone="warn">{t(text('待运营机构确认', 'To be confirmed by the operator'))}</Badge>
            )}
          </span>,
        ],
        [t(text('注册时间', 'Registered')), <Moment key="at" at={of.createdAt} />],
        [t(text('签名密钥指纹', 'Fingerprint of the signing key')), <code key="key">{of.keyFingerprint}</code>],
      ]}
    />
  )
}

function Mend({ of, now }: { of: Organization; now: Date }) {
  const t = useWords()
  return (
    <Card title={t(text('补正后重新提交', 'Correct and submit again'))} id="mend">
      <Form to={`POST /organizations/${of.id}/resubmit`} then="/organization" data-guard>
        <OrganizationFields known={of} now={now} />
        <Submit>{t(text('重新提交', 'Submit again'))}</Submit>
      </Form>
    </Card>
  )
}

/** Asks those for their kind who were verified before it was asked for. */
function KindToSay({ of, now }: { of: Organization; now: Date }) {
  const t = useWords()
  const { can, actor } = useReader()
  const isOpen = of.state === 'verified' && of.requestedRoles.includes('institution') && of.institutionKind === null
  if (!isOpen || actor.organizationId !== of.id) return null
  return (
    <Card title={t(text('请补填机构类别', 'Say what kind of institution you are'))} id="kind">
      {of.reason && (
        <Notice
          tone="warn"
          title={t(text('运营机构未同意此前的填写', 'The operator did not agree with what was said'))}
        >
          <Name zh={of.reason} />
        </Notice>
      )}
      {can('organization.complete-kind') ? (
        <Form to={`POST /organizations/${of.id}/institution-kind`} then="/organization">
          <KindFields known={of} now={now} isAsked />
          <Submit>{t(text('提交，由运营机构确认', 'Send it to the operator for confirmation'))}</Submit>
        </Form>
      ) : (
        <p class="mb-0">{t(text('请本机构管理员填写。', 'Your administrator says it.'))}</p>
      )}
    </Card>
  )
}

function Standing({ of, isActing }: { of: Organization; isActing: boolean }) {
  const t = useWords()
  return (
    <>
      {!isActing && (
        <Notice tone="warn">
          <div class="row-gap">
            {t(text('您现在代表的是另一机构。', 'You act for another organisation at present.'))}
            <ActFor id={of.id} next="/organization" />
          </div>
        </Notice>
      )}
      {of.state === 'returned' && (
        <Notice tone="warn" title={t(text('运营机构退回了注册', 'The operator sent the registration back'))}>
          <Name zh={of.reason ?? ''} />
        </Notice>
      )}
      {of.state === 'suspended' && (
        <Notice tone="bad" title={t(text('机构已停用', 'The organisation is suspended'))}>
          <Name zh={of.reason ?? ''} />
          <p class="mb-0">
            {t(
              text(
                '停用期间不能办理新的业务；整改后请联系运营机构恢复。',
                'Nothing new can be done meanwhile; once mended, ask the operator to reinstate it.',
              ),
            )}
          </p>
        </Notice>
      )}
    </>
  )
}

function Own({
  of,
  steps,
  course,
  mayMend,
  now,
}: {
  of: Organization
  steps: readonly Step[]
  course: TimelineFacts
  mayMend: boolean
  now: Date
}) {
  const t = useWords()
  const reader = useReader()
  const isActing = reader.actor.organizationId === of.id
  const isReady = steps.every(step => step.isDone)
  return (
    <>
      <Standing of={of} isActing={isActing} />
      <div class="split">
        <div>
          {!isReady && (
            <Card title={t(text('入驻进度', 'On the way into the exchange'))}>
              <Way steps={steps} />
            </Card>
          )}
          {mayMend && <Mend of={of} now={now} />}
          <KindToSay of={of} now={now} />
          <Card title={t(text('机构信息', 'About the organisation'))}>
            <About of={of} now={now} />
          </Card>
        </div>
        <div>
          {isReady && isActing && (
            <Card>
              <p>{t(text('入驻已全部完成。', 'Everything is set up.'))}</p>
              <a class="btn btn-primary" href={startOf(reader)}>
                {t(text('进入工作台', 'To the desk'))}
              </a>
            </Card>
          )}
          <Card title={t(text('办理经过', 'What happened'))}>
            <Timeline of={course} />
          </Card>
        </div>
      </div>
    </>
  )
}

function None() {
  const t = useWords()
  const { actor } = useReader()
  if (actor.lacksTwoStep)
    return (
      <Empty icon="shield-lock" title={t(text('请先开启两步登录', 'Set up two-step sign-in first'))}>
        <p>{t(text('您在机构中的职责要求两步登录。', 'Your duties in the organisation take it.'))}</p>
        <a class="btn btn-primary" href="/account/two-step">
          {t(text('开启两步登录', 'Set it up'))}
        </a>
      </Empty>
    )
  return (
    <Empty icon="building" title={t(text('您还不属于任何机构', 'You belong to no organisation yet'))}>
      <p>
        {t(
          text(
            '注册您的机构，或请机构管理员按您的邮箱把您加入为成员。',
            'Register yours, or ask its administrator to add you by your e-mail address.',
          ),
        )}
      </p>
      <a class="btn btn-primary" href="/organization/new">
        {t(text('注册机构', 'Register an organisation'))}
      </a>
    </Empty>
  )
}

const title = text('机构信息', 'Organisation')

export const organizationPages: Route[] = [
  page({
    at: 'GET /organization',
    operation: 'showOrganization',
    permission: 'person.read-self',
    summary: title,
    query: { of: Type.Optional(Id) },
    run: async (rx, { query }, reader) => {
      const id = query.of ?? rx.actor.organizationId
      if (id === null || rx.actor.lacksTwoStep) return { title, body: <None /> }
      if (!reader.viewer?.memberships.some(each => each.organizationId === id)) throw notFound()
      const own = await organizationOf(rx, id)
      const steps = await onboarding(rx, own, reader)
      const course = await readTimeline(rx, [['organization', id]])
      const mayMend = own.state === 'returned' && rx.actor.organizationId === id && reader.can('organization.resubmit')
      return {
        title: text(own.nameZh, own.nameEn ?? own.nameZh),
        actions: (
          <State
            machine={organizationMachine}
            state={own.state as OrganizationState}
            tones={{ verified: 'good', returned: 'warn', suspended: 'bad' }}
          />
        ),
        body: <Own of={own} steps={steps} course={course} mayMend={mayMend} now={rx.now} />,
        ...(mayMend && { scripts: ['organization.js'] }),
      }
    },
  }),
  page({
    at: 'GET /organization/new',
    operation: 'showNewOrganization',
    permission: 'organization.register',
    summary: text('注册机构', 'Register an organisation'),
    run: rx => ({
      title: text('注册机构', 'Register an organisation'),
      lead: text(
        '提交后由运营机构两名工作人员先后核验；您成为该机构的管理员。同事已注册过本机构的，请他们按您的邮箱把您加入。',
        'Two people of the operator verify it; you become its administrator. If a colleague registered it already, ask them to add you by your e-mail address.',
      ),
      scripts: ['organization.js'],
      body: <New now={rx.now} />,
    }),
  }),
]

function New({ now }: { now: Date }) {
  const t = useWords()
  return (
    <Card>
      <Form to="POST /organizations" then="/organization?of={id}" data-guard>
        <OrganizationFields now={now} />
        <Submit>{t(text('提交注册', 'Submit the registration'))}</Submit>
      </Form>
    </Card>
  )
}
