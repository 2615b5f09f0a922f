import { type Text, text } from '../../kernel/text.ts'
import type { Column } from '../data/index.ts'

const names: readonly { readonly matches: RegExp; readonly kind: Text }[] = [
  {
    matches: /姓名|户主|联系人|^(full|first|last|real|person|user|customer)_?name$/i,
    kind: text('姓名', 'names of persons'),
  },
  {
    matches: /身份证|证件号|公民身份|id_?card|identity_?no|passport|护照/i,
    kind: text('证件号码', 'identity numbers'),
  },
  { matches: /手机|电话|联系方式|phone|mobile|tel(ephone)?$/i, kind: text('电话号码', 'phone numbers') },
  { matches: /邮箱|电子邮件|e-?mail/i, kind: text('电子邮箱', 'e-mail addresses') },
  { matches: /住址|家庭地址|户籍|home_?address|residence/i, kind: text('住址', 'home addresses') },
  { matches: /银行卡|账号|卡号|bank_?(card|account)|iban/i, kind: text('银行账号', 'bank accounts') },
  { matches: /出生日期|生日|birth/i, kind: text('出生日期', 'dates of birth') },
  { matches: /车牌|plate_?no/i, kind: text('车牌号码', 'number plates') },
  { matches: /人脸|指纹|虹膜|face|fingerprint|iris/i, kind: text('生物识别信息', 'biometric data') },
  { matches: /病历|诊断|疾病|diagnos|patient/i, kind: text('医疗健康信息', 'health data') },
]

/** Columns whose name or meaning says personal information (GB/T 35273): a hint for people, never a decision. */
export const suspectNames = (columns: readonly Column[]): { name: string; kind: Text }[] =>
  columns.flatMap(({ name, meaning }) => {
    const found = names.find(({ matches }) => matches.test(name) || matches.test(meaning ?? ''))
    return found ? [{ name, kind: found.kind }] : []
  })
