import { randomBytes, randomInt } from 'node:crypto'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { hashPassword } from '../../kernel/auth/password.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { conflict, invalidInput } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { guessCode, reauthenticate } from './account.ts'
import { generatorOf, isTwoStep, recoveryCodesLeft, secretLabel, takeCode, takeDigits } from './code.ts'
import { person, recoveryCode, twoStep } from './schema.ts'

/** A secret that waits for its first code is shown and taken this long. */
const setupMinutes = 30
const recoveryCodes = 10
/** without 0, 1, I and O, which look alike on paper */
const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'

const isFresh = sql`${twoStep.begunAt} > now() - make_interval(mins => ${setupMinutes})`

async function emailOf(rx: Rx, personId: string): Promise<string> {
  const [row] = await rx.tx.select({ email: person.email }).from(person).where(eq(person.id, personId))
  return row!.email
}

const shown = (secret: Buffer, email: string) => {
  const generator = generatorOf(secret, email)
  return { secret: generator.secret.base32, uri: generator.toString() }
}

const isOnAlready = () =>
  conflict(
    text(
      '两步登录已开启；更换手机请先关闭再重新设置。',
      'Two-step sign-in is on; to change phones, turn it off first.',
    ),
  )

/**
 * Makes the secret that the person's authenticator app is to share; nothing changes for sign-in before it is confirmed.
 * @throws password-wrong, conflict when two-step sign-in is on already
 */
export async function beginTwoStep(cx: Cx, input: { password: string }) {
  await reauthenticate(cx, input.password)
  const personId = cx.actor.personId!
  if (await isTwoStep(cx, personId)) throw isOnAlready()
  const secret = randomBytes(20)
  const row = {
    sealedSecret: cx.kit.keyring.seal(secret, secretLabel(personId)),
    begunAt: sql`now()` as never,
    lastStep: 0,
  }
  // one that is confirmed at this very moment keeps its secret
  const begun = await cx.tx
    .insert(twoStep)
    .values({ personId, ...row })
    .onConflictDoUpdate({ target: twoStep.personId, set: row, setWhere: isNull(twoStep.confirmedAt) })
    .returning({ personId: twoStep.personId })
  if (begun.length === 0) throw isOnAlready()
  cx.audit('two-step.begin', ['person', personId], {})
  return shown(secret, await emailOf(cx, personId))
}

/** The own secret that waits for its first code; undefined when there is none, or it has waited too long. */
export async function pendingTwoStep(rx: Rx) {
  const personId = rx.actor.personId ?? ''
  const [row] = await rx.tx
    .select()
    .from(twoStep)
    .where(and(eq(twoStep.personId, personId), isNull(twoStep.confirmedAt), isFresh))
  return row && shown(rx.kit.keyring.open(row.sealedSecret, secretLabel(personId)), await emailOf(rx, personId))
}

/** How the person's sign-in stands. */
export async function twoStepStanding(rx: Rx): Promise<{ isOn: boolean; recoveryCodesLeft: number }> {
  const id = rx.actor.personId ?? ''
  return { isOn: await isTwoStep(rx, id), recoveryCodesLeft: await recoveryCodesLeft(rx, id) }
}

const newCode = (number: number): string =>
  `${number}${Array.from({ length: 10 }, () => alphabet[randomInt(alphabet.length)]).join('')}`

/** New recovery codes in place of all earlier ones; their text is nowhere but in the answer. */
async function replaceRecoveryCodes(cx: Cx, personId: string): Promise<string[]> {
  const codes = Array.from({ length: recoveryCodes }, (_, number) => newCode(number))
  const rows = []
  for (const [number, code] of codes.entries())
    rows.push({ personId, number, hash: await hashPassword(code), createdAt: cx.now })
  await cx.tx.delete(recoveryCode).where(eq(recoveryCode.personId, personId))
  await cx.tx.insert(recoveryCode).values(rows)
  return codes.map(code => `${code[0]}-${code.slice(1, 6)}-${code.slice(6)}`)
}

const wrongCode = () =>
  invalidInput(undefined, {
    errors: [
      {
        pointer: '/code',
        message: text('验证码不正确', 'is not the code'),
        remedy: text(
          '输入身份验证器当前显示的 6 位数字；手机时间须准确',
          'enter the six digits that the app shows now; the phone’s clock must be right',
        ),
      },
    ],
  })

/** Puts two-step sign-in in force with the first code of the app. @throws invalid-input, conflict */
export async function confirmTwoStep(cx: Cx, input: { code: string }) {
  const personId = cx.actor.personId!
  const [waiting] = await cx.tx
    .select({ personId: twoStep.personId })
    .from(twoStep)
    .where(and(eq(twoStep.personId, personId), isNull(twoStep.confirmedAt), isFresh))
    .for('update')
  if (!waiting)
    throw conflict(
      text('没有等待确认的两步登录设置，请重新开始设置。', 'There is no set-up waiting for its code; begin again.'),
    )
  if (!(await takeDigits(cx, personId, input.code.replace(/\s/g, '')))) throw wrongCode()
  await cx.tx
    .update(twoStep)
    .set({ confirmedAt: sql`now()` as never })
    .where(eq(twoStep.personId, personId))
  cx.audit('two-step.confirm', ['person', personId], {})
  return { recoveryCodes: await replaceRecoveryCodes(cx, personId) }
}

const requireOn = async (cx: Cx, personId: string): Promise<void> => {
  if (!(await isTwoStep(cx, personId))) throw conflict(text('两步登录尚未开启。', 'Two-step sign-in is not on.'))
}

/** Turns two-step sign-in off: by the password and a code (or a recovery code). @throws password-wrong, invalid-input */
export async function endTwoStep(cx: Cx, input: { password: string; code: string }): Promise<void> {
  const personId = cx.actor.personId!
  await requireOn(cx, personId)
  await reauthenticate(cx, input.password)
  if (!(await guessCode(personId, () => takeCode(cx, personId, input.code)))) throw wrongCode()
  await cx.tx.delete(recoveryCode).where(eq(recoveryCode.personId, personId))
  await cx.tx.delete(twoStep).where(eq(twoStep.personId, personId))
  cx.audit('two-step.end', ['person', personId], {})
}

/** Makes ten new recovery codes; the earlier ones are void. @throws password-wrong, conflict */
export async function createRecoveryCodes(cx: Cx, input: { password: string }) {
  const personId = cx.actor.personId!
  await requireOn(cx, personId)
  await reauthenticate(cx, input.password)
  cx.audit('recovery-code.create', ['person', personId], { count: recoveryCodes })
  return { recoveryCodes: await replaceRecoveryCodes(cx, personId) }
}
