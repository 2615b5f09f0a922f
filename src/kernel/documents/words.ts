import { chineseInstant, englishInstant } from './filters.ts'

/** The words that the layout itself adds, in the document's language. */
export function layoutWords(language: 'zh' | 'en') {
  const isChinese = language === 'zh'
  const say = (zh: string, en: string): string => (isChinese ? zh : en)
  return {
    page: (x: number, y: number): string => say(`第 ${x} 页 共 ${y} 页`, `Page ${x} of ${y}`),
    number: say('编号：', 'No. '),
    contractNumber: say('合同编号', 'Contract number'),
    subject: say('标的数据', 'Data'),
    draft: say('草案（未签署）', 'Draft (not signed)'),
    digest: say('正文摘要（SHA-256）', 'Digest of the text (SHA-256)'),
    shortDigest: say('正文摘要', 'Digest'),
    signatures: say('签署页', 'Signatures'),
    organisation: say('机构', 'Organisation'),
    signer: say('签署人', 'Signed by'),
    signedAt: say('签署时间', 'Signed at'),
    algorithm: say('签名算法', 'Algorithm'),
    fingerprint: say('公钥指纹', 'Key fingerprint'),
    value: say('签名值', 'Signature'),
    awaited: say('待签署', 'awaited'),
    signatureNote: say(
      '双方以各自机构的密钥对上列正文摘要作出电子签名，任何人可以独立核验。本文件另附交易服务机构的电子印章，文件的任何改动都会使印章失效。',
      'Both parties signed the digest above with the keys of their organisations; anyone can check the signatures. The file also carries the electronic seal of the trading service organisation, which any change of the file breaks.',
    ),
    readingNote: say('', 'The digest is that of the Chinese text, which alone is signed; this copy is a translation.'),
    verify: say('查验地址', 'Verify at'),
    issued: say('出具机构', 'Issued by'),
    issuedOn: say('出具日期', 'Date of issue'),
    sealNote: say('（本文件附有出具机构的电子印章）', '(This file carries the electronic seal of the issuer)'),
    instant: (at: Date): string => (isChinese ? chineseInstant(at) : englishInstant(at)),
  }
}

export type LayoutWords = ReturnType<typeof layoutWords>
