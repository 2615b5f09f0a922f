import { assertPrintable } from './fonts.ts'

/** One line of facts on a cover. */
export interface CoverFact {
  readonly label: string
  readonly value: string
}

/** An organisation's electronic signature, as it is shown. */
export interface ShownSignature {
  /** 甲方（数据提供方） … */
  readonly label: string
  readonly organisation: string
  /** The person who signed for it; absent while the signature is awaited. */
  readonly signer?: string
  readonly signedAt?: Date
  /** Fingerprint of the organisation's public key. */
  readonly fingerprint?: string
  /** The signature value, base64 or hex; shown abbreviated. */
  readonly value?: string
}

interface Common {
  readonly language: 'zh' | 'en'
  /** The document's text; of a contract the very text that is signed. */
  readonly markdown: string
  readonly title: string
  readonly number: string
  /** The organisation that issues or keeps the document. */
  readonly issuer: string
  /** The instant written into the file; part of the input, never the clock. */
  readonly createdAt: Date
}

/** A contract: cover, numbered clauses, schedules, signature block. */
export interface ContractSpec extends Common {
  readonly kind: 'contract'
  /** What the text is and is not; stands on the cover. */
  readonly label: string
  readonly subject: string
  readonly cover: readonly CoverFact[]
  readonly signatures: readonly ShownSignature[]
  /** SHA-256 (hex) of the signed text; only a translation gives it, otherwise it is computed from `markdown`. */
  readonly digest?: string
  /** The public address where the contract's digest and signatures can be checked. */
  readonly verifyUrl?: string
}

/** A QR code with its caption. */
export interface ShownCode {
  readonly caption: string
  readonly value: string
}

/** A certificate to hang up, or a receipt to file. */
export interface NoticeSpec extends Common {
  readonly kind: 'certificate' | 'receipt'
  /** The date of issue as it is printed. */
  readonly issuedOn: string
  readonly codes: readonly ShownCode[]
}

/** A statement or list: facts and a table that runs over as many pages as it needs. */
export interface ReportSpec extends Common {
  readonly kind: 'report'
  /** stands small at the foot of every page: what the document says of itself */
  readonly note: string
}

/** What the renderer can make a PDF of. It is plain data, so that it can cross to the worker thread. */
export type DocumentSpec = ContractSpec | NoticeSpec | ReportSpec

const names: Readonly<Record<string, string>> = {
  title: '标题',
  number: '编号',
  issuer: '出具机构',
  label: '文本说明',
  subject: '标的',
  cover: '封面',
  signatures: '签署页',
  verifyUrl: '验证地址',
  issuedOn: '出具日期',
  codes: '二维码',
  note: '页脚说明',
}

/** Refuses a document with a character that the font lacks or that is invisible, naming the character and the place. @throws missing-glyph, forbidden-character (422) */
export function assertPrintableSpec(spec: DocumentSpec): void {
  spec.markdown.split('\n').forEach((line, i) => {
    assertPrintable(line, `正文第 ${i + 1} 行`)
  })
  const walk = (value: unknown, where: string): void => {
    if (typeof value === 'string') assertPrintable(value, where)
    else if (typeof value === 'object' && value !== null && !(value instanceof Date))
      for (const member of Object.values(value)) walk(member, where)
  }
  for (const [key, value] of Object.entries(spec)) if (names[key]) walk(value, names[key])
}
