import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { dayOf } from '../../kernel/calendar.ts'
import { type Route, raw } from '../../kernel/http/route.ts'
import { isNumber } from '../../kernel/numbers.ts'
import { Problem } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { closed, Sha256 } from '../../kernel/wire.ts'
import { filingMachine, registrationMachine, verifyNumber } from '../../modules/registration/index.ts'
import { useWords } from '../../web/context.ts'
import { sendPage } from '../../web/layout.tsx'
import { Badge, Facts } from '../../web/parts.tsx'

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
}

function NumberForm({ value, note }: { value?: string; note?: Text }) {
  const t = useWords()
  return (
    <form method="get" action={'/verify'} class="card">
      <p>
        <label for="number">{t(text('登记编号或备案编号', 'Registration or filing number'))}</label>
      </p>
      <p>
        <input
          id="number"
          name="number"
          value={value ?? ''}
          required
          size={32}
          autocomplete="off"
          spellcheck={false}
          placeholder="140100-RG-2026-00000001-X"
          aria-describedby={note ? 'note' : undefined}
        />{' '}
        <button type="submit">{t(text('查验', 'Verify'))}</button>
      </p>
      {note && (
        <p id="note" role="alert">
          {t(note)}
        </p>
      )}
    </form>
  )
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

function Verdict({ found }: { found: Found }) {
  const t = useWords()
  const verdict = verdicts[found.verdict]
  const states: Readonly<Record<string, Text>> =
    found.kind === 'registration' ? registrationMachine.states : filingMachine.states
  return (
    <>
      <h1>
        {t(verdict.words)} <Badge tone={verdict.tone}>{found.number}</Badge>
      </h1>
      <p>{t(verdict.meaning)}</p>
      <Facts
        of={[
          [
            t(text('种类', 'Kind')),
            t(
              found.kind === 'registration' ? text('交易登记', 'Trade registration') : text('交易备案', 'Trade filing'),
            ),
          ],
          [t(text('状态', 'State')), t(states[found.state] ?? text(found.state, found.state))],
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
    </>
  )
}

function showForm(
  request: FastifyRequest,
  reply: Parameters<typeof sendPage>[1],
  value?: string,
  note?: Text,
  status = 200,
) {
  return sendPage(request, reply, () => ({
    title: text('这份证书是真的吗？', 'Is this certificate genuine?'),
    lead: text(
      '输入证书或回执上的编号。结果不显示价格和合同条款。',
      'Type the number on the certificate or receipt. Price and terms are not shown.',
    ),
    status,
    body: (
      <>
        <NumberForm {...(value !== undefined && { value })} {...(note && { note })} />
      </>
    ),
  }))
}

const unknown = text(
  '没有出具过这个编号。请对照证书逐字核对；末位是校验位。',
  'No such number was issued. Compare it letter by letter; the last one is a check character.',
)

export const verificationPages: Route[] = [
  raw({
    at: 'GET /verify',
    operation: 'showVerifyForm',
    permission: 'page.read',
    tag: 'pages',
    summary: text('查验页', 'Verification page'),
    isRoot: true,
    isHidden: true,
    async handle(request, reply) {
      const { number } = request.query as { number?: unknown }
      if (typeof number !== 'string' || number.trim() === '') return showForm(request, reply)
      const given = number.trim().toUpperCase()
      if (!isNumber(given)) return showForm(request, reply, given, unknown, 404)
      return reply.redirect(`/verify/${given}`, 303)
    },
  }),
  raw({
    at: 'GET /verify/:number',
    operation: 'showVerification',
    permission: 'page.read',
    tag: 'pages',
    summary: text('查验结果', 'Verdict on a number'),
    params: closed({ number: Type.String({ maxLength: 40 }) }),
    query: Type.Object(
      { sha256: Type.Optional(Sha256), lang: Type.Optional(Type.String()) },
      { additionalProperties: false },
    ),
    isRoot: true,
    isHidden: true,
    async handle(request, reply, { engine, actor }) {
      const number = (request.params as { number: string }).number.toUpperCase()
      const { sha256 } = request.query as { sha256?: string }
      try {
        const found = await engine.read(actor, rx => verifyNumber(rx, number, sha256))
        return sendPage(request, reply, () => ({
          hasOwnHeading: true,
          title: text(`查验 ${number}`, `Verification of ${number}`),
          body: <Verdict found={found} />,
        }))
      } catch (error) {
        if (error instanceof Problem && error.type.status === 404) return showForm(request, reply, number, unknown, 404)
        throw error
      }
    },
  }),
]
