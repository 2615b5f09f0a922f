import type { Cx, Rx } from '../../kernel/command.ts'
import type { Payload } from '../../kernel/events.ts'
import { productNames } from '../catalog/index.ts'
import { type ContractFacts, contractsOf } from '../contracts/index.ts'
import { authorityOf, type Organization, operatorOrganization, organizationsOf } from '../identity/index.ts'
import type { Kind, Params } from './words.ts'

/** Something that the members of one organisation, or people for themselves, are to be told. */
export interface Draft {
  readonly kind: Kind
  /** the organisation whose members it concerns; null: it concerns `people` for themselves */
  readonly to: string | null
  readonly subject: readonly [kind: string, id: string]
  /** the page on which it is seen or done */
  readonly href: string
  readonly params: Params
  /** told to these only */
  readonly people?: readonly string[]
}

/** What an event means to people; empty when it has been overtaken. */
export type Hear = (cx: Cx, payload: Payload) => Promise<Draft[]>

export const idIn = (payload: Payload, name: string): string => String(payload[name])

/** How an organisation is named to others. */
export const named = (organization: Organization | undefined): Pick<Params, 'other' | 'otherEn'> =>
  organization ? { other: organization.nameZh, otherEn: organization.nameEn } : {}

export type Side = 'vendor' | 'buyer'
export const otherSide = (side: Side): Side => (side === 'vendor' ? 'buyer' : 'vendor')

/** A trade with what each party is told of it. */
export interface Trade {
  readonly contract: ContractFacts
  readonly idOf: (side: Side) => string
  /** Number, goods and the other party, as one side is told them. */
  readonly about: (side: Side) => Params
}

export async function tradeOf(rx: Rx, contractId: string): Promise<Trade> {
  const contract = (await contractsOf(rx, [contractId])).get(contractId)
  if (!contract) throw new Error(`there is no contract ${contractId}`)
  const idOf = (side: Side) => (side === 'vendor' ? contract.vendorId : contract.buyerId)
  const names = await organizationsOf(rx, [contract.vendorId, contract.buyerId])
  const { number, productName: product, productId } = contract
  const productEn = (await productNames(rx, [productId])).get(productId)?.nameEn ?? null
  return {
    contract,
    idOf,
    about: side => ({ number, product, productEn, ...named(names.get(idOf(otherSide(side)))) }),
  }
}

/** The operator's organisation, as an address. */
export const operatorId = async (rx: Rx): Promise<string> => (await operatorOrganization(rx)).id

/** The competent authority of a division; undefined where none is verified. */
export const authorityId = async (rx: Rx, division: string): Promise<string | undefined> =>
  (await authorityOf(rx, division))?.id
