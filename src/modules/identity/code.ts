import { and, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import { Secret, TOTP } from 'otpauth'
import { isPassword } from '../../kernel/auth/password.ts'
import type { Cx, Reading } from '../../kernel/command.ts'
import { recoveryCode, twoStep } from './schema.ts'

const period = 30

/** The generator of a person's codes (RFC 6238: SHA-1, six digits, 30 seconds, as every authenticator app does). */
export const generatorOf = (secret: Buffer, email: string): TOTP =>
  new TOTP({
    issuer: 'Jinshu',
    label: email,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
    algorithm: 'SHA1',
    digits: 6,
    period,
  })

export const secretLabel = (personId: string): string => `two-step/${personId}`

/** The database's own time in milliseconds: apps on phones follow it, not demo mode's clock. */
export async function realTime(rx: Reading): Promise<number> {
  const [row] = await rx.sql<{ ms: number }[]>`select floor(extract(epoch from now()) * 1000)::float8 as ms`
  return row!.ms
}

/** Takes a code of six digits: of now or half a minute to either side, and later than the last one taken. */
export async function takeDigits(cx: Cx, personId: string, digits: string): Promise<boolean> {
  const [row] = await cx.tx.select().from(twoStep).where(eq(twoStep.personId, personId)).for('update')
  if (!row) return false
  const timestamp = await realTime(cx)
  const secret = cx.kit.keyring.open(row.sealedSecret, secretLabel(personId))
  const delta = generatorOf(secret, '').validate({ token: digits, timestamp, window: 1 })
  if (delta === null) return false
  const step = Math.floor(timestamp / 1000 / period) + delta
  const taken = await cx.tx
    .update(twoStep)
    .set({ lastStep: step })
    .where(and(eq(twoStep.personId, personId), lt(twoStep.lastStep, step)))
    .returning({ step: twoStep.lastStep })
  return taken.length === 1
}

async function takeRecoveryCode(cx: Cx, personId: string, code: string): Promise<boolean> {
  const own = and(eq(recoveryCode.personId, personId), eq(recoveryCode.number, Number(code[0])))
  const [row] = await cx.tx.select().from(recoveryCode).where(own).for('update')
  if (!row || row.usedAt || !(await isPassword(row.hash, code))) return false
  await cx.tx
    .update(recoveryCode)
    .set({ usedAt: sql`now()` as never })
    .where(own)
  cx.audit('recovery-code.use', ['person', personId], { number: row.number })
  return true
}

/** Takes what a person typed as their second step: six digits, or a recovery code; each works once. */
export async function takeCode(cx: Cx, personId: string, typed: string): Promise<boolean> {
  const code = typed.replace(/[\s-]/g, '').toUpperCase()
  if (/^\d{6}$/.test(code)) return takeDigits(cx, personId, code)
  return /^\d[2-9A-Z]{10}$/.test(code) && takeRecoveryCode(cx, personId, code)
}

/** Whether the person signs in by two steps. */
export async function isTwoStep(rx: Reading, personId: string): Promise<boolean> {
  const found = await rx.tx
    .select({ personId: twoStep.personId })
    .from(twoStep)
    .where(and(eq(twoStep.personId, personId), isNotNull(twoStep.confirmedAt)))
  return found.length > 0
}

/** How many recovery codes the person has left. */
export async function recoveryCodesLeft(rx: Reading, personId: string): Promise<number> {
  const [row] = await rx.tx
    .select({ n: sql<number>`count(*)::int` })
    .from(recoveryCode)
    .where(and(eq(recoveryCode.personId, personId), isNull(recoveryCode.usedAt)))
  return row!.n
}
