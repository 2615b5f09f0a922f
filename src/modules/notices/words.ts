import { formatYuan } from '../../kernel/money.ts'
import { inLanguage, type Language, type Text, text } from '../../kernel/text.ts'
import { type Kind, kinds } from './kinds.ts'

export type { Kind } from './kinds.ts'

/** What a notice is about, as data: numbers, names, instants (ISO), amounts in fen. */
export interface Params {
  /** of the contract, order, listing, registration, filing */
  readonly number?: string
  /** or what a notice is about instead: a file, the title of an announcement */
  readonly product?: string
  readonly productEn?: string | null
  /** the organisation that it is about, or the other party */
  readonly other?: string
  readonly otherEn?: string | null
  /** what somebody gave as their reason */
  readonly reason?: string | null
  readonly dueAt?: string | null
  readonly amountFen?: number
  /** a price that was, and the one that is */
  readonly priceFen?: readonly [before: number, now: number]
}

/** The parts of a sentence in both languages. */
export interface Said {
  readonly number: string
  readonly product: Text
  readonly other: Text
}

const said = (params: Params): Said => ({
  number: params.number ?? '',
  product: text(params.product ?? '', params.productEn ?? params.product ?? ''),
  other: text(params.other ?? '', params.otherEn ?? params.other ?? ''),
})

/** The sentence of a notice. */
export const titleOf = (kind: Kind, params: Params): Text => kinds[kind].title(said(params))

const zone = 'Asia/Shanghai'
const formats = {
  'zh-CN': new Intl.DateTimeFormat('zh-CN', {
    timeZone: zone,
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  }),
  en: new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }),
}

const when = (iso: string): Text => {
  const at = new Date(iso)
  return text(formats['zh-CN'].format(at), `${formats.en.format(at)} (China time)`)
}

const groups = (yuan: string) => yuan.replace(/\B(?=(\d{3})+\.)/g, ',')

const yuan = (fen: number): string => `¥${groups(formatYuan(BigInt(fen)))}`
const price = (fen: number): Text => (fen === 0 ? text('无偿', 'free') : text(yuan(fen), yuan(fen)))

/** What stands below the sentence: the amount or price, until when, and the reason that was given. */
export function detailsOf(params: Params): Text[] {
  const lines: Text[] = []
  if (params.amountFen) lines.push(text(`金额：${yuan(params.amountFen)}`, `Amount: ${yuan(params.amountFen)}`))
  if (params.priceFen) {
    const [before, now] = params.priceFen.map(price) as [Text, Text]
    lines.push(text(`现价：${now.zh}（原价：${before.zh}）`, `Price: ${now.en} (was: ${before.en})`))
  }
  if (params.dueAt) {
    const due = when(params.dueAt)
    lines.push(text(`截止：${due.zh}`, `Until: ${due.en}`))
  }
  if (params.reason) lines.push(text(`原因：${params.reason}`, `Reason: ${params.reason}`))
  return lines
}

/** A letter about a notice, in plain text; it carries nothing that opens a door. */
export function letterOf(
  {
    kind,
    params,
    href,
    subjectId,
  }: { readonly kind: Kind; readonly params: Params; readonly href: string; readonly subjectId: string },
  { publicUrl, language }: { readonly publicUrl: string; readonly language: Language },
): { subject: string; body: string } {
  const say = (words: Text) => inLanguage(words, language)
  const title = say(titleOf(kind, params))
  const details = detailsOf(params).map(say)
  const foot = text(
    `此邮件由系统自动发出。在“通知”页面可以调整接收哪些邮件：${publicUrl}/inbox`,
    `This message was sent automatically. Choose which ones you get on the page Notifications: ${publicUrl}/inbox`,
  )
  const open = text('查看：', 'Open: ')
  const body = [title, ...(details.length > 0 ? ['', ...details] : []), '', `${say(open)}${publicUrl}${href}`]
  const stop = kinds[kind].stop?.(subjectId)
  if (stop) body.push(`${say(text('不再接收此类通知：', 'Not be told of this any more: '))}${publicUrl}${stop}`)
  return {
    subject: `${say(text('【晋数】', '[Jinshu] '))}${title}`,
    body: `${[...body, '', '-- ', say(foot)].join('\n')}\n`,
  }
}
