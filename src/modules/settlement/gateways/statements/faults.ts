import { type Text, text } from '../../../../kernel/text.ts'

/** One thing wrong with one line. */
export interface Fault {
  readonly message: Text
  readonly remedy: Text
}

export const fault = (zh: string, en: string, remedyZh: string, remedyEn: string): Fault => ({
  message: text(zh, en),
  remedy: text(remedyZh, remedyEn),
})

export const isFault = (value: unknown): value is Fault =>
  typeof value === 'object' && value !== null && 'remedy' in value

export const isSerial = (value: string): boolean => /^[\w./-]{1,64}$/.test(value)
export const isPrintable = (value: string, most: number): boolean => value.length <= most && !/\p{Cc}/u.test(value)

export const serialFault = (): Fault =>
  fault('银行流水号为空或有误', 'the bank serial number is empty or not one', '导出时包含银行流水号', 'export it too')

export const wordsFault = (): Fault =>
  fault(
    '名称或摘要过长或含控制字符',
    'name or remark is too long or has control characters',
    '核对该行',
    'check the line',
  )
