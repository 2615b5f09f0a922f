import type { Cx } from '../../kernel/command.ts'
import type { Handler, Payload } from '../../kernel/events.ts'
import { inLanguage, type Language, type Text, text } from '../../kernel/text.ts'
import {
  addressOf,
  confirmationHours,
  formerEmail,
  issueEmailLink,
  issuePasswordLink,
  resetMinutes,
} from '../identity/index.ts'
import { idIn } from './draft.ts'
import { write } from './telling.ts'

interface Told {
  readonly title: Text
  readonly lines: readonly Text[]
  readonly link?: string
}

/** A letter about the account itself, in plain text; one with a link is a secret of its reader. */
function letterAbout({ title, lines, link }: Told, language: Language) {
  const say = (words: Text) => inLanguage(words, language)
  const body = [say(title), '', ...lines.map(say), ...(link ? ['', link] : [])].join('\n')
  return {
    subject: `${say(text('【晋数】', '[Jinshu] '))}${say(title)}`,
    body: `${body}\n`,
    isSecret: link !== undefined,
  }
}

const notYou = text(
  '如果不是您本人操作，请立即重置密码并联系交易场所的运营机构。',
  'If this was not you, reset your password at once and tell the operator of the exchange.',
)

async function sendPasswordLink(cx: Cx, payload: Payload): Promise<void> {
  const issued = payload.personId === null ? undefined : await issuePasswordLink(cx, idIn(payload, 'personId'))
  if (!issued) return cx.audit('notice.skip', ['job', 'password-reset'], {})
  const told = {
    title: text('设置新密码', 'Set a new password'),
    lines: [
      text(
        `有人申请为此邮箱的账号设置新密码。请在 ${resetMinutes} 分钟内打开下面的链接，链接只能使用一次。`,
        `Somebody asked for a new password for the account with this address. Open the link below within ${resetMinutes} minutes; it works once.`,
      ),
      text(
        '如果不是您本人申请，请忽略此邮件，密码不会改变。',
        'If it was not you, ignore this letter; nothing changes.',
      ),
    ],
    link: `${cx.kit.settings.publicUrl}/reset-password?token=${issued.token}`,
  }
  await write(cx, { ...issued, personId: idIn(payload, 'personId') }, letterAbout(told, issued.language))
}

async function sendEmailLink(cx: Cx, payload: Payload): Promise<void> {
  const issued = await issueEmailLink(cx, idIn(payload, 'linkId'))
  if (!issued) return cx.audit('notice.skip', ['job', 'email-change'], {})
  const told = {
    title: text('确认新的邮箱', 'Confirm your new address'),
    lines: [
      text(
        `请在 ${confirmationHours} 小时内打开下面的链接，确认以此邮箱登录和接收邮件。链接只能使用一次。`,
        `Open the link below within ${confirmationHours} hours to sign in and get letters with this address. It works once.`,
      ),
      text('如果不是您本人申请，请忽略此邮件。', 'If it was not you, ignore this letter.'),
    ],
    link: `${cx.kit.settings.publicUrl}/confirm-email?token=${issued.token}`,
  }
  await write(cx, issued, letterAbout(told, issued.language))
}

async function tellFormerAddress(cx: Cx, payload: Payload): Promise<void> {
  const former = await formerEmail(cx, idIn(payload, 'linkId'))
  if (!former) return cx.audit('notice.skip', ['job', 'email-change'], {})
  const told = {
    title: text('账号邮箱已更换', 'The address of your account was changed'),
    lines: [
      text(
        '您的账号已改用另一个邮箱登录，此邮箱不再有效。',
        'Your account now signs in with another address, not with this one.',
      ),
      notYou,
    ],
  }
  await write(cx, former, letterAbout(told, former.language))
}

const tellPerson =
  (title: Text, line: Text) =>
  async (cx: Cx, payload: Payload): Promise<void> => {
    const person = await addressOf(cx, idIn(payload, 'personId'))
    if (person) await write(cx, person, letterAbout({ title, lines: [line, notYou] }, person.language))
  }

/** Letters about accounts: they go to one person whatever their wishes, and stand in no inbox. */
export const accounting: readonly Handler[] = [
  { event: 'identity.password-reset-requested', name: 'notices.send-password-link', run: sendPasswordLink },
  { event: 'identity.email-change-requested', name: 'notices.send-address-link', run: sendEmailLink },
  { event: 'identity.email-changed', name: 'notices.tell-former', run: tellFormerAddress },
  {
    event: 'identity.password-reset',
    name: 'notices.tell-of-reset',
    run: tellPerson(
      text('密码已重置', 'Your password was set anew'),
      text(
        '您的密码已通过邮件链接重新设置，所有设备上的登录均已结束。',
        'Your password was set anew by a mailed link; you are signed out everywhere.',
      ),
    ),
  },
  {
    event: 'identity.two-step-reset',
    name: 'notices.tell-of-second-step',
    run: tellPerson(
      text('两步登录已解除', 'Your second step was taken off'),
      text(
        '运营机构经两人复核，解除了您账号的两步登录，所有设备上的登录均已结束。请登录后重新设置。',
        'Two people of the operator took two-step sign-in off your account; you are signed out everywhere. Sign in and set it up anew.',
      ),
    ),
  },
]
