import { dayOf } from '../../kernel/calendar.ts'
import { type Text, text } from '../../kernel/text.ts'
import { contractMachine } from '../../modules/contracts/index.ts'
import { filingMachine, registrationMachine } from '../../modules/registration/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Facts } from '../../web/parts.tsx'
import { FileForm, Result } from './checking.tsx'
import type { verifyNumber } from './verification.ts'

type Found = Awaited<ReturnType<typeof verifyNumber>>

const verdicts: Record<Found['verdict'], { words: Text; meaning: Text; tone: 'good' | 'warn' | 'bad' }> = {
  genuine: {
    words: text('真实', 'Genuine'),
    meaning: text(
      '本交易场所出具过该编号，且未被撤销。',
      'This exchange issued the number and it has not been revoked.',
    ),
    tone: 'good',
  },
  altered: {
    words: text('文件不符', 'Altered'),
    meaning: text(
      '编号真实，但所查文件的摘要与出具的文件不同：它被改动过，或不是最新版本。',
      'The number is genuine, but the digest is not that of the document issued: it was altered or is not the present version.',
    ),
    tone: 'bad',
  },
  revoked: {
    words: text('已失效', 'Revoked'),
    meaning: text(
      '该登记已被注销或撤销，证书不再有效。',
      'The registration was cancelled or revoked; its certificate no longer holds.',
    ),
    tone: 'bad',
  },
  terminated: {
    words: text('已终止', 'Terminated'),
    meaning: text(
      '合同是真的，但已被解除或被认定无效，不再履行。',
      'The contract is genuine, but it was terminated or found void and is no longer in force.',
    ),
    tone: 'bad',
  },
}

const kinds: Record<Found['kind'], Text> = {
  registration: text('交易登记', 'Trade registration'),
  filing: text('交易备案', 'Trade filing'),
  contract: text('数据交易合同', 'Data trade contract'),
  delivery: text('数据交付回执', 'Delivery receipt'),
}

const states: Record<Found['kind'], Readonly<Record<string, Text>>> = {
  registration: registrationMachine.states,
  filing: filingMachine.states,
  contract: contractMachine.states,
  delivery: { delivered: text('已交付', 'Delivered') },
}

function Place({ found }: { found: Found }) {
  const t = useWords()
  if (!found.log)
    return <p>{t(text('尚未写入公开日志，请稍候刷新。', 'Not in the public log yet; reload in a moment.'))}</p>
  return (
    <>
      <p>
        {t(
          text(
            '这条记录在公开日志中的位置。下载的证明可以离线核对：它包含条目、路径和签名的检查点。',
            'The place of this record in the public log. The proof can be checked offline: it holds the entry, the path and the signed checkpoint.',
          ),
        )}
      </p>
      <Facts
        of={[
          [t(text('日志序号', 'Index')), String(found.log.index)],
          [t(text('叶子摘要', 'Leaf hash')), <code key="leaf">{found.log.leafHash}</code>],
          [
            t(text('存在证明', 'Inclusion proof')),
            <a key="proof" href={`/api/v1/audit-entries/${found.log.auditId}/proof`}>
              trade.tlog-proof
            </a>,
          ],
        ]}
      />
    </>
  )
}

/** What the exchange knows of a number, and the place to compare a file with it. */
export function Verdict({ found }: { found: Found }) {
  const t = useWords()
  const verdict = verdicts[found.verdict]
  return (
    <>
      <h1 class="verdict-words">
        {t(verdict.words)} <Badge tone={verdict.tone}>{found.number}</Badge>
      </h1>
      <p class="lead mb-3">{t(verdict.meaning)}</p>
      <Facts
        of={[
          [t(text('种类', 'Kind')), t(kinds[found.kind])],
          [t(text('状态', 'State')), t(states[found.kind][found.state] ?? text(found.state, found.state))],
          [t(text('数据产品', 'Data product')), found.productName],
          [t(text('供方', 'Vendor')), found.vendor],
          [t(text('需方', 'Buyer')), found.buyer],
          [t(text('日期', 'Date')), found.issuedAt ? dayOf(found.issuedAt) : '—'],
          [t(text('有效期至', 'Valid until')), found.validUntil ? dayOf(found.validUntil) : '—'],
          [
            t(text('文件摘要', 'Digest of the document')),
            found.documentSha256 ? (
              <code key="digest">SHA-256 {found.documentSha256}</code>
            ) : (
              t(text('正在出具', 'being made'))
            ),
          ],
        ]}
      />
      <h2>{t(text('公开日志', 'Public log'))}</h2>
      <Place found={found} />
      <Result />
      <FileForm number={found.number} />
    </>
  )
}
