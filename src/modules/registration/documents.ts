import { eq } from 'drizzle-orm'
import { dayOf } from '../../kernel/calendar.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { division } from '../../kernel/division.ts'
import { chineseDate } from '../../kernel/documents/filters.ts'
import { keepSealed } from '../../kernel/documents/keep.ts'
import type { NoticeSpec } from '../../kernel/documents/specs.ts'
import { loadTemplate, type Template } from '../../kernel/documents/template.ts'
import { NotDue } from '../../kernel/events.ts'
import { rulesOf } from '../../kernel/rulepack.ts'
import { contractOf } from '../contracts/index.ts'
import { type Organization, operatorOrganization, seatOf } from '../identity/index.ts'
import { integratedEntry } from '../transparency/index.ts'
import type { Filing } from './filing.ts'
import { filing, registration } from './schema.ts'
import type { Registration } from './service.ts'

const templates = new Map<string, Promise<Template>>()

function template(code: string): Promise<Template> {
  const kept = templates.get(code) ?? loadTemplate('documents', code, '1.0.0')
  templates.set(code, kept)
  return kept
}

const rightsWords: Record<string, string> = {
  holding: '数据资源持有权',
  use: '数据加工使用权',
  operating: '数据产品经营权',
}

/** Address under which anyone checks a number: printed as the QR code. */
export const verifyAddress = (cx: Pick<Rx, 'kit'>, number: string) => `${cx.kit.settings.publicUrl}/verify/${number}`

/** Sets a notice, seals it where the operator sits and keeps it; the same input gives the same file. */
async function issue(cx: Cx, spec: NoticeSpec, operator: Organization, reason: string): Promise<string> {
  const seal = { organisation: spec.issuer, reason, location: seatOf(operator), signedAt: spec.createdAt }
  return (await keepSealed(cx.kit, spec, seal)).sha256
}

/** Where the log holds what the document attests; the document waits until it does. */
async function position(rx: Rx, action: string, kind: string, id: string) {
  const entry = await integratedEntry(rx, { action, subjectKind: kind, subjectId: id })
  if (!entry) throw new NotDue()
  return entry
}

const logCode = (entry: { index: number; leafHash: string }) => ({
  caption: `日志序号 ${entry.index}`,
  value: `jinshu:log:${entry.index}:${entry.leafHash}`,
})

async function certificateSpec(cx: Cx, row: Registration, issuer: string, action: string): Promise<NoticeSpec> {
  const { terms } = await contractOf(cx, row.contractId)
  const { meta, render } = await template('registration-certificate')
  const { facts } = row
  const number = row.number!
  const text = render('zh-CN', {
    terms: {
      exchange: issuer,
      number,
      product: {
        number: facts.productNumber,
        name: facts.productName,
        version: String(facts.productVersion),
        contentHash: facts.contentHash,
      },
      vendor: { name: facts.vendor.name, uscc: facts.vendor.uscc },
      buyer: { name: facts.buyer.name, uscc: facts.buyer.uscc },
      rights: `${rightsWords[terms.rights.kind] ?? terms.rights.kind}${terms.rights.isExclusive ? '（独占）' : '（非独占）'}，期限 ${terms.rights.termMonths} 个月`,
      contract: { number: facts.contractNumber, textHash: facts.contractTextHash },
      registeredOn: dayOf(row.registeredAt!),
      ...(row.validUntil && { validUntilOn: dayOf(row.validUntil) }),
    },
  })
  return {
    kind: 'certificate',
    language: 'zh',
    markdown: text,
    title: meta.title.zh,
    number,
    issuer,
    createdAt: row.changedAt,
    issuedOn: chineseDate(row.changedAt),
    codes: [
      { caption: '扫码查验', value: verifyAddress(cx, number) },
      logCode(await position(cx, action, 'registration', row.id)),
    ],
  }
}

async function receiptSpec(cx: Cx, row: Filing, issuer: string, action: string): Promise<NoticeSpec> {
  const { meta, render } = await template('filing-receipt')
  const { facts } = row
  const number = row.number!
  const rules = rulesOf(row.rulePack)
  const text = render('zh-CN', {
    terms: {
      applicant: facts.vendor.name,
      filedAt: row.filedAt!.toISOString(),
      number,
      isOnVenue: facts.channel === 'on-venue',
      authority: rules.authorityName(row.division).zh,
      division: `${division(row.division)?.name ?? ''}（${row.division}）`,
      product: { number: facts.productNumber, name: facts.productName, version: String(facts.productVersion) },
      vendor: { name: facts.vendor.name, uscc: facts.vendor.uscc },
      buyer: { name: facts.buyer.name, uscc: facts.buyer.uscc },
      contract: { number: facts.contractNumber, textHash: facts.contractTextHash },
      rulePack: row.rulePack,
      materials: row.materials.map(m => ({ name: m.name.zh, hash: m.sha256 })),
    },
  })
  return {
    kind: 'receipt',
    language: 'zh',
    markdown: text,
    title: meta.title.zh,
    number,
    issuer,
    createdAt: row.filedAt!,
    issuedOn: chineseDate(row.filedAt!),
    codes: [
      { caption: '扫码查验', value: verifyAddress(cx, number) },
      logCode(await position(cx, action, 'filing', row.id)),
    ],
  }
}

/**
 * Makes the certificate of a registration once the log holds it: sealed PDF with the address for checking and the
 * place in the log as QR codes. @throws NotDue when there is one already or the log is not there yet.
 */
export async function issueCertificate(cx: Cx, id: string): Promise<void> {
  const [row] = await cx.tx.select().from(registration).where(eq(registration.id, id)).for('update')
  if (row?.state !== 'registered' || row.certificateSha256) throw new NotDue()
  const operator = await operatorOrganization(cx)
  const action = row.version === 1 ? 'registration.register' : 'registration.renew'
  const sha256 = await issue(
    cx,
    await certificateSpec(cx, row, operator.nameZh, action),
    operator,
    `数据交易登记 ${row.number}`,
  )
  await cx.tx.update(registration).set({ certificateSha256: sha256 }).where(eq(registration.id, id))
  cx.audit('registration.certify', ['registration', id], { number: row.number, version: row.version, sha256 })
  cx.emit('registration.certificate-issued', { registrationId: id, contractId: row.contractId })
}

/** Makes the receipt of a filing once the log holds it. @throws NotDue likewise */
export async function issueReceipt(cx: Cx, id: string): Promise<void> {
  const [row] = await cx.tx.select().from(filing).where(eq(filing.id, id)).for('update')
  if (!row?.number || row.receiptSha256) throw new NotDue()
  const operator = await operatorOrganization(cx)
  const action = row.version === 1 ? 'filing.file' : 'filing.correct'
  const sha256 = await issue(
    cx,
    await receiptSpec(cx, row, operator.nameZh, action),
    operator,
    `数据交易备案 ${row.number}`,
  )
  await cx.tx.update(filing).set({ receiptSha256: sha256 }).where(eq(filing.id, id))
  cx.audit('filing.receipt', ['filing', id], { number: row.number, version: row.version, sha256 })
}
