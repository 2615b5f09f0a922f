import type { Terms } from '../../modules/contracts/index.ts'

/** Stands where a real contract has its own words: the text is binding in Chinese, so the blanks are Chinese too. */
const blank = (what: string) => `〔${what}〕`

/**
 * Terms with which a model contract can be read before there is a contract: an ordinary paid, non-exclusive grant.
 * Digits that must have a form are zeros, and nothing of it is anybody's.
 */
export const specimen: Terms = {
  parties: [
    { role: 'vendor', name: blank('甲方名称'), uscc: '0'.repeat(18), division: '000000' },
    { role: 'buyer', name: blank('乙方名称'), uscc: '0'.repeat(18), division: '000000' },
  ],
  product: {
    number: blank('产品编号'),
    name: blank('产品名称'),
    version: blank('版本'),
    contentHash: '0'.repeat(64),
    rows: 0,
    bytes: 0,
    format: blank('格式'),
    columns: [{ name: blank('字段名称'), type: blank('类型'), unit: blank('单位'), meaning: blank('含义') }],
    coverage: { area: blank('空间范围') },
  },
  rights: { kind: 'use', isExclusive: false, maySublicense: false, termMonths: 12, area: blank('授权地域') },
  purpose: blank('使用目的'),
  scenario: blank('应用场景'),
  prohibitedUses: [blank('禁止用途')],
  price: { amountFen: '1', currency: 'CNY', planKind: 'one-off' },
  payment: { method: 'bank-transfer', dueWorkingDays: 5 },
  delivery: { mode: 'download', dueWorkingDays: 5 },
  acceptance: { periodWorkingDays: 5, isSilenceAcceptance: true, standard: blank('验收标准') },
  containsPersonalInfo: false,
  grade: 'general',
  sourceStatement: blank('来源声明'),
  dispute: { method: 'court', place: blank('管辖地') },
  signedPlace: blank('签订地点'),
  effectiveCondition: 'signed',
}
