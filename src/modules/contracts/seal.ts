import { eq } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { chineseDate } from '../../kernel/documents/filters.ts'
import { keepSealed } from '../../kernel/documents/keep.ts'
import type { ContractSpec, ShownSignature } from '../../kernel/documents/specs.ts'
import { formatYuan, yuanToCapitals } from '../../kernel/money.ts'
import { stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { operatorOrganization, personNames } from '../identity/index.ts'
import { modelContractOf } from './modelcontract.ts'
import { type ContractFacts, contractOf, frozenText } from './queries.ts'
import { contract } from './schema.ts'
import { lockContract } from './service.ts'

const sideNames = { vendor: '甲方（数据提供方）', buyer: '乙方（数据接收方）' } as const

async function shownSignatures(cx: Cx, facts: ContractFacts): Promise<ShownSignature[]> {
  const names = await personNames(
    cx,
    facts.signatures.map(s => s.signerId),
  )
  return (['vendor', 'buyer'] as const).map((side, i) => {
    const found = facts.signatures.find(s => s.side === side)!
    return {
      label: sideNames[side],
      organisation: facts.terms.parties[i]!.name,
      signer: names.get(found.signerId) ?? found.signerId,
      signedAt: found.signedAt,
      fingerprint: found.fingerprint,
      value: found.signature,
    }
  })
}

/** What the sealed document shows; follows from the contract alone, so that the same contract gives the same bytes. */
async function specOf(cx: Cx, facts: ContractFacts, issuer: string): Promise<ContractSpec> {
  const { meta } = await modelContractOf(facts.templateCode, facts.templateVersion)
  const [vendor, buyer] = facts.terms.parties
  const amount = `¥${formatYuan(facts.amountFen)}（${yuanToCapitals(facts.amountFen)}）`
  const changed = facts.deviations.length
  return {
    kind: 'contract',
    language: 'zh',
    markdown: (await frozenText(cx, facts.id))!,
    title: meta.title.zh,
    number: facts.number,
    issuer,
    label: meta.label.zh,
    subject: facts.productName,
    createdAt: facts.effectiveAt!,
    cover: [
      { label: '甲方', value: vendor.name },
      { label: '乙方', value: buyer.name },
      { label: '标的数据', value: `${facts.productName}（${facts.productNumber}）` },
      { label: '合同价款', value: amount },
      { label: '签订地点', value: facts.terms.signedPlace },
      { label: '生效日期', value: chineseDate(facts.effectiveAt!) },
      ...(changed > 0 ? [{ label: '条款差异', value: `与示范文本的默认条款相比，双方约定调整 ${changed} 处` }] : []),
    ],
    signatures: await shownSignatures(cx, facts),
    verifyUrl: `${cx.kit.settings.publicUrl}/verify/${facts.number}`,
  }
}

/**
 * Makes the sealed PDF of a contract in force and keeps it: text, parties, amounts, schedules and signatures, with the
 * exchange's seal. The row is locked only once the file is stored; doing it twice gives the same file and one event.
 */
export async function sealContract(cx: Cx, id: string): Promise<void> {
  const facts = await contractOf(cx, id)
  if (facts.effectiveAt === null)
    throw stateConflict(text('合同尚未生效，不能签章。', 'The contract is not in force; it cannot be sealed.'))
  const { nameZh } = await operatorOrganization(cx)
  const { sha256, bytes } = await keepSealed(cx.kit, await specOf(cx, facts, nameZh), {
    organisation: nameZh,
    reason: `数据交易合同存证 ${facts.number}`,
    location: facts.terms.signedPlace,
    signedAt: facts.effectiveAt,
  })
  const row = await lockContract(cx, id)
  if (row.pdfSha256 !== null && row.pdfSha256 !== sha256)
    throw new Error(`contract ${facts.number} was sealed as ${row.pdfSha256} and is ${sha256} now`)
  cx.audit('contract.seal', ['contract', id], { number: facts.number, sha256, bytes })
  if (row.pdfSha256 !== null) return
  await cx.tx
    .update(contract)
    .set({ pdfSha256: sha256, sealedAt: cx.now, changedAt: cx.now })
    .where(eq(contract.id, id))
  cx.emit('contracts.contract-sealed', { contractId: id, pdfSha256: sha256 })
}
