import { Type } from 'typebox'
import { type Route, write } from '../../kernel/http/route.ts'
import { conflict, ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { Id, IdParams, Instant, iso, nullable } from '../../kernel/wire.ts'
import { confirmEmail, linkInvalid, requestEmailChange, requestPasswordReset, resetPassword } from './links.ts'
import { passwordWrong, samePerson } from './model.ts'
import { proposeTwoStepReset, refuseTwoStepReset, resetTwoStep, type TwoStepReset } from './stepreset.ts'
import { ChangeEmailBody, Done, ForgotBody, ReasonBody, ResetPasswordBody, TokenBody } from './wire.ts'

const tag = 'identity'

const done = { isDone: true }

const TwoStepResetShape = Type.Object({
  id: Id,
  personId: Id,
  reason: Type.String(),
  requestedBy: Id,
  requestedAt: Instant,
  isGranted: nullable(Type.Boolean({ description: 'null while it waits for a second person' })),
  decidedBy: nullable(Id),
  decidedAt: nullable(Instant),
})

const toTwoStepReset = (row: TwoStepReset) => ({
  ...row,
  requestedAt: row.requestedAt.toISOString(),
  decidedAt: iso(row.decidedAt),
})

export const linkRoutes: Route[] = [
  write({
    at: 'POST /password-resets',
    operation: 'requestPasswordReset',
    permission: 'password-reset.request',
    tag,
    summary: text('申请重置密码', 'Ask for a new password'),
    body: ForgotBody,
    reply: Done,
    status: 202,
    hasSecretReply: true,
    run: async (cx, { body }) => {
      await requestPasswordReset(cx, body)
      return done
    },
  }),
  write({
    at: 'POST /password-resets/redeem',
    operation: 'resetPassword',
    permission: 'password-reset.redeem',
    tag,
    summary: text('凭邮件链接设置新密码', 'Set a new password by the link of a letter'),
    body: ResetPasswordBody,
    reply: Done,
    hasSecretReply: true,
    problems: [linkInvalid],
    run: async (cx, { body }) => {
      await resetPassword(cx, body)
      return done
    },
  }),
  write({
    at: 'POST /me/email',
    operation: 'requestEmailChange',
    permission: 'person.change-email',
    tag,
    summary: text('更换邮箱（向新邮箱发送确认链接）', 'Change the e-mail address (a link goes to the new one)'),
    body: ChangeEmailBody,
    reply: Done,
    status: 202,
    hasSecretReply: true,
    problems: [passwordWrong],
    run: async (cx, { body }) => {
      await requestEmailChange(cx, body)
      return done
    },
  }),
  write({
    at: 'POST /email-changes/confirm',
    operation: 'confirmEmail',
    permission: 'person.confirm-email',
    tag,
    summary: text('凭邮件链接确认新邮箱', 'Confirm the new address by the link of a letter'),
    body: TokenBody,
    reply: Done,
    hasSecretReply: true,
    problems: [linkInvalid, conflict],
    run: async (cx, { body }) => {
      await confirmEmail(cx, body)
      return done
    },
  }),
  write({
    at: 'POST /persons/:id/two-step-reset',
    operation: 'proposeTwoStepReset',
    permission: 'two-step.propose-reset',
    tag,
    summary: text('申请解除他人的两步登录', 'Ask that a person’s lost second step be taken off'),
    params: IdParams,
    body: ReasonBody,
    reply: TwoStepResetShape,
    status: 201,
    problems: [ruleViolated, stateConflict],
    run: async (cx, { params, body }) => toTwoStepReset(await proposeTwoStepReset(cx, params.id, body.reason)),
  }),
  write({
    at: 'POST /persons/:id/two-step-reset/grant',
    operation: 'resetTwoStep',
    permission: 'two-step.reset',
    tag,
    summary: text('复核并解除他人的两步登录', 'Take a person’s second step off, as the second person'),
    params: IdParams,
    reply: TwoStepResetShape,
    problems: [samePerson, ruleViolated, stateConflict],
    run: async (cx, { params }) => toTwoStepReset(await resetTwoStep(cx, params.id)),
  }),
  write({
    at: 'POST /persons/:id/two-step-reset/refuse',
    operation: 'refuseTwoStepReset',
    permission: 'two-step.refuse-reset',
    tag,
    summary: text('不予解除两步登录', 'Refuse to take a second step off'),
    params: IdParams,
    reply: TwoStepResetShape,
    problems: [ruleViolated, stateConflict],
    run: async (cx, { params }) => toTwoStepReset(await refuseTwoStepReset(cx, params.id)),
  }),
]
