import type { PlanPeriod, PlanTerms } from '../catalog/index.ts'

/** The terms of a contract on data provision, as its template's `terms.schema.json` describes them. */
export interface Terms {
  readonly parties: readonly [Party<'vendor'>, Party<'buyer'>]
  readonly product: {
    readonly number: string
    readonly name: string
    readonly version: string
    readonly contentHash: string
    readonly rows: number
    readonly bytes: number
    readonly format: string
    readonly columns: readonly {
      readonly name: string
      readonly type: string
      readonly unit?: string
      readonly meaning?: string
    }[]
    readonly coverage: { readonly fromOn?: string; readonly toOn?: string; readonly area?: string }
  }
  readonly rights: {
    readonly kind: string
    readonly isExclusive: boolean
    readonly maySublicense: boolean
    readonly termMonths: number
    readonly area: string
  }
  readonly purpose: string
  readonly scenario: string
  readonly prohibitedUses: readonly string[]
  /** fen as a decimal string, so that no reader takes it for a float */
  readonly price: {
    readonly amountFen: string
    readonly currency: 'CNY'
    readonly planKind: string
    /** of a subscription, whose amount is for each period; days are calendar days */
    readonly period?: PlanPeriod
    readonly noticeDays?: number
    readonly graceDays?: number
    /** of a trial */
    readonly trialDays?: number
    readonly trialDownloads?: number
  }
  readonly payment: { readonly method: string; readonly dueWorkingDays: number }
  readonly delivery: { readonly mode: string; readonly dueWorkingDays: number }
  readonly acceptance: {
    readonly periodWorkingDays: number
    readonly isSilenceAcceptance: boolean
    readonly standard: string
  }
  readonly containsPersonalInfo: boolean
  readonly personalInfoBasis?: string
  readonly grade: string
  readonly sourceStatement: string
  readonly dispute: { readonly method: string; readonly place: string }
  readonly signedPlace: string
  readonly effectiveCondition: 'signed'
}

export interface Party<R extends string> {
  readonly role: R
  readonly name: string
  readonly uscc: string
  readonly division: string
  readonly address?: string
}

/** What a party's organisation contributes to the terms. */
export interface PartyFacts {
  readonly nameZh: string
  readonly uscc: string
  readonly division: string
  readonly address: string
}

/** What the catalog's offer contributes to the terms. */
export interface OfferFacts {
  readonly productNumber: string
  readonly versionNo: number
  readonly nameZh: string
  readonly sha256: string
  readonly rows: number
  readonly bytes: number
  readonly format: string
  readonly columns: readonly {
    readonly name: string
    readonly type: string
    readonly unit?: string | null | undefined
    readonly meaning?: string | null | undefined
  }[]
  readonly coverage: {
    readonly timeFrom: string | null
    readonly timeTo: string | null
    readonly divisions: readonly string[]
  }
  readonly rightsOffered: {
    readonly kind: string
    readonly isExclusive: boolean
    readonly mayResell: boolean
    /** null for a grant without end, which the contract writes as its longest term */
    readonly termMonths: number | null
    readonly area: string
  }
  readonly sourceStatement: string
  readonly purposesAllowed: readonly string[]
  readonly purposesProhibited: readonly string[]
  readonly grade: string
  readonly containsPersonalInfo: boolean
  readonly personalInfoBasis?: string | null | undefined
  readonly acceptanceStandard: string
  readonly isSilenceAcceptance: boolean
  readonly deliveryMode: string
  readonly plan: { readonly kind: string; readonly amountFen: bigint } & Partial<PlanTerms>
}

/** What a side may propose otherwise than the model contract and the listing say; all else is fixed by them. */
export interface TermChanges {
  readonly scenario?: string
  /** the whole list; those of the listing stay in it */
  readonly prohibitedUses?: readonly string[]
  /** fen */
  readonly amountFen?: number
  readonly paymentWorkingDays?: number
  readonly deliveryWorkingDays?: number
  readonly acceptanceWorkingDays?: number
  readonly dispute?: { readonly method: string; readonly place: string }
}

/** One term that differs from the model: JSON pointer, and both values as canonical JSON. */
export interface Deviation {
  readonly pointer: string
  readonly model: string
  readonly agreed: string
}
