import { createHash } from 'node:crypto'
import { dayOf } from '../../kernel/calendar.ts'
import { canonicalJson } from '../../kernel/canonical.ts'
import type { Rx } from '../../kernel/command.ts'
import { type ContractFacts, contractOf } from '../contracts/index.ts'
import { organizationsOf } from '../identity/index.ts'
import type { TradeFacts } from './model.ts'

/** SHA-256 (hex) of the canonical facts. */
export const hashOf = (facts: TradeFacts): string => createHash('sha256').update(canonicalJson(facts)).digest('hex')

/** The trade record of a sealed contract, gathered from what is there; people add nothing. */
export async function tradeRecord(rx: Rx, contractId: string): Promise<{ contract: ContractFacts; facts: TradeFacts }> {
  const contract = await contractOf(rx, contractId)
  const organizations = await organizationsOf(rx, [contract.vendorId, contract.buyerId])
  const party = (id: string) => {
    const organization = organizations.get(id)!
    return { name: organization.nameZh, uscc: organization.uscc, division: organization.division }
  }
  const { terms } = contract
  const lastSignature = contract.signatures.map(s => s.signedAt).sort((a, b) => b.getTime() - a.getTime())[0]
  return {
    contract,
    facts: {
      channel: 'on-venue',
      contractNumber: contract.number,
      contractTextHash: contract.textHash ?? '',
      contractPdfSha256: contract.pdfSha256 ?? '',
      template: { code: contract.templateCode, version: contract.templateVersion, hash: contract.templateHash },
      deviations: contract.deviations.length,
      vendor: party(contract.vendorId),
      buyer: party(contract.buyerId),
      productNumber: contract.productNumber,
      productName: contract.productName,
      productVersion: contract.productVersion,
      contentHash: terms.product.contentHash,
      purpose: terms.purpose,
      scenario: terms.scenario,
      grade: terms.grade,
      containsPersonalInfo: terms.containsPersonalInfo,
      personalInfoBasis: terms.personalInfoBasis ?? null,
      isPublicData: contract.isPublicData,
      sourceCategory: contract.sourceCategory,
      sourceStatement: terms.sourceStatement,
      priceKind: contract.plan.kind,
      amountFen: contract.amountFen.toString(),
      signedOn: lastSignature ? dayOf(lastSignature) : '',
      effectiveAt: contract.effectiveAt?.toISOString() ?? '',
      endsOn: contract.endsOn,
      remarks: null,
    },
  }
}
