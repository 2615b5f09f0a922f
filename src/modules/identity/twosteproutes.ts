import { type Route, write } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { passwordWrong } from './model.ts'
import { beginTwoStep, confirmTwoStep, createRecoveryCodes, endTwoStep } from './twostep.ts'
import { CodeBody, Done, PasswordAndCodeBody, PasswordBody, RecoveryCodesShape, TwoStepShape } from './wire.ts'

const tag = 'identity'

export const twoStepRoutes: Route[] = [
  write({
    at: 'POST /me/two-step',
    operation: 'beginTwoStep',
    permission: 'two-step.begin',
    tag,
    summary: text('开始设置两步登录', 'Begin to set up two-step sign-in'),
    body: PasswordBody,
    reply: TwoStepShape,
    status: 201,
    hasSecretReply: true,
    problems: [passwordWrong],
    run: (cx, { body }) => beginTwoStep(cx, body),
  }),
  write({
    at: 'POST /me/two-step/confirm',
    operation: 'confirmTwoStep',
    permission: 'two-step.confirm',
    tag,
    summary: text(
      '以首个验证码启用两步登录（返回恢复码，只显示一次）',
      'Turn it on with the first code (recovery codes are shown once)',
    ),
    body: CodeBody,
    reply: RecoveryCodesShape,
    hasSecretReply: true,
    run: (cx, { body }) => confirmTwoStep(cx, body),
  }),
  write({
    at: 'DELETE /me/two-step',
    operation: 'endTwoStep',
    permission: 'two-step.end',
    tag,
    summary: text('关闭两步登录', 'Turn two-step sign-in off'),
    body: PasswordAndCodeBody,
    reply: Done,
    hasSecretReply: true,
    problems: [passwordWrong],
    run: async (cx, { body }) => {
      await endTwoStep(cx, body)
      return { isDone: true }
    },
  }),
  write({
    at: 'POST /me/recovery-codes',
    operation: 'createRecoveryCodes',
    permission: 'recovery-code.create',
    tag,
    summary: text('换发恢复码（只显示一次）', 'Make new recovery codes (shown once)'),
    body: PasswordBody,
    reply: RecoveryCodesShape,
    status: 201,
    hasSecretReply: true,
    problems: [passwordWrong],
    run: (cx, { body }) => createRecoveryCodes(cx, body),
  }),
]
