import type { Rx } from '../../kernel/command.ts'
import { offerOf } from '../catalog/index.ts'
import { organizationOf, requireOrganization } from '../identity/index.ts'
import { MODEL_CONTRACT } from './model.ts'
import { modelContractOf } from './modelcontract.ts'
import { draftTerms, refuseSelfDealing, refuseTerms, renderText } from './service.ts'
import type { Terms } from './terms.ts'

export interface PreviewInput {
  readonly productId: string
  readonly planId?: string | undefined
  readonly purpose?: string | undefined
  readonly scenario?: string | undefined
}

/** What the contract would say, before anybody asks for it. */
export interface Preview {
  readonly terms: Terms
  /** Markdown, as it would be signed but for its number and what is not said yet */
  readonly texts: { readonly zh: string; readonly en: string }
  readonly template: { readonly code: string; readonly version: string; readonly hash: string }
}

/** stands in the Chinese text of the contract, so it is Chinese in either reading */
const open = '（由需方填写）'
const unnumbered = '（发起后编号）'

/**
 * The contract that the buyer would be given for a product, a plan, a purpose and a scenario; stores nothing. What is
 * not chosen yet stands in brackets. @throws not-found, not-listed, price-changed, invalid-input, rule-violated
 */
export async function previewContract(rx: Rx, input: PreviewInput): Promise<Preview> {
  const buyerId = requireOrganization(rx.actor)
  const offer = await offerOf(rx, input.productId, input.planId)
  if (offer.vendorId === buyerId) throw refuseSelfDealing()
  const buyer = await organizationOf(rx, buyerId)
  const vendor = await organizationOf(rx, offer.vendorId)
  const { terms } = await draftTerms(rx, offer, vendor, buyer, {
    purpose: input.purpose ?? open,
    scenario: input.scenario ?? open,
  })
  const template = await modelContractOf(MODEL_CONTRACT.code, MODEL_CONTRACT.version)
  const errors = template.validate(terms)
  if (errors.length > 0) throw refuseTerms(errors)
  const { code, version } = MODEL_CONTRACT
  const row = { templateCode: code, templateVersion: version, terms, number: unnumbered }
  const texts = { zh: await renderText(rx, row, 'zh-CN'), en: await renderText(rx, row, 'en') }
  return { terms, texts, template: { code, version, hash: template.hash } }
}
