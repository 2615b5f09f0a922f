import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { dayOf } from '../../kernel/calendar.ts'
import { type Route, raw } from '../../kernel/http/route.ts'
import { sentFile } from '../../kernel/http/sent.ts'
import { isNumber } from '../../kernel/numbers.ts'
import { Problem } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { closed, Sha256 } from '../../kernel/wire.ts'
import { filingMachine, numberOfDocument, registrationMachine, verifyNumber } from '../../modules/registration/index.ts'
import { useWords } from '../../web/context.ts'
import { Icon } from '../../web/icon.tsx'
import { sendPage } from '../../web/layout.tsx'
import { Badge, Card, Facts } from '../../web/parts.tsx'

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
    <Card title={t(text('输入编号', 'Type the number'))}>
      <form method="get" action="/verify" class="row-gap">
        <label class="form-label w-100 mb-0" for="number">
          {t(text('登记编号或备案编号', 'Registration or filing number'))}
        </label>
        <input
          class="form-control"
          id="number"
          name="number"
          value={value ?? ''}
          required
          autocomplete="off"
          spellcheck={false}
          placeholder="140100-RG-2026-00000001-X"
          aria-describedby={note ? 'note' : undefined}
        />
        <button type="submit" class="btn btn-primary">
          {t(text('查验', 'Verify'))}
        </button>
      </form>
      {note && (
        <p id="note" role="alert" class="text-danger mt-2 mb-0">
          {t(note)}
        </p>
      )}
    </Card>
  )
}

/** Checks a PDF: in the browser where scripts run (`verify.js`), else by sending it here. */
function FileForm({ number }: { number?: string }) {
  const t = useWords()
  return (
    <Card
      title={t(
        number ? text('比对手中的文件', 'Compare the file in your hands') : text('检查 PDF 文件', 'Check a PDF'),
      )}
    >
      <form method="post" action="/verify" enctype="multipart/form-data" class="drop" data-verify>
        {number && <input type="hidden" id="number" value={number} />}
        <label class="form-label" for="file">
          {t(text('选择证书或回执的 PDF，或拖放到此处', 'Choose the certificate or receipt as PDF, or drop it here'))}
        </label>
        <div class="row-gap">
          <input class="form-control" type="file" id="file" name="file" accept="application/pdf,.pdf" required />
          <button type="submit" class="btn">
            {t(text('检查', 'Check'))}
          </button>
        </div>
        <p class="form-hint mb-0">
          {t(
            text(
              '文件在您的浏览器中计算，不会上传；关闭脚本时由服务器计算摘要，不保存文件。',
              'The file is examined in your browser and not uploaded; without scripts the server computes its digest and keeps nothing.',
            ),
          )}
        </p>
      </form>
    </Card>
  )
}

/** Appears where the browser can read codes from its camera. */
function Scanner() {
  const t = useWords()
  return (
    <div data-scan hidden>
      <Card title={t(text('扫描二维码', 'Scan the QR code'))}>
        <button type="button" class="btn">
          <Icon name="qrcode" /> {t(text('打开摄像头', 'Open the camera'))}
        </button>
        <video class="scanner" muted playsInline hidden aria-label={t(text('摄像头画面', 'The camera’s picture'))} />
      </Card>
    </div>
  )
}

/** Words that the script shows; in the page, so that they are in its language. */
const steps = {
  digest: text('文件的 SHA-256 摘要', 'SHA-256 digest of the file'),
  issued: text('与出具时记入日志的摘要一致', 'equals the digest that the log recorded when it was issued'),
  commitment: text('记录与日志条目中的承诺一致', 'the record opens the commitment in the log’s entry'),
  inclusion: text('条目包含在签名检查点的默克尔树中', 'the entry is in the Merkle tree of the signed checkpoint'),
  signature: text('检查点由日志密钥签名', 'the checkpoint is signed with the log’s key'),
  first: text('日志密钥首次见于此浏览器，已记住', 'the log’s key is seen here for the first time, and kept'),
  pinned: text('日志密钥与此浏览器上次所见相同', 'the log’s key is the one that this browser saw before'),
  grown: text('日志不短于此浏览器上次所见', 'the log is no shorter than this browser saw it before'),
  valid: text(
    '交易场所的记录中没有注销或撤销（此项以其答复为准）',
    'the exchange’s record shows no cancellation or revocation (this one rests on its word)',
  ),
  genuine: text('真实', 'Genuine'),
  genuineMeaning: text(
    '此文件与本交易场所出具时记入公开日志的完全一致。',
    'This file is exactly what the exchange issued and recorded in the public log.',
  ),
  altered: text('文件不符', 'Altered'),
  alteredMeaning: text(
    '编号真实，但此文件不是当时出具的那一份：它被改动过，或不是最新版本。',
    'The number is genuine, but this is not the file that was issued: it was altered or is not the present version.',
  ),
  revoked: text('已失效', 'Revoked'),
  revokedMeaning: text(
    '文件是真的，但登记已被注销或撤销，不再有效。',
    'The file is genuine, but its registration was cancelled or revoked and no longer holds.',
  ),
  unproved: text('无法证明', 'Not proved'),
  unprovedMeaning: text(
    '服务器给出的证据不成立或不完整，请勿采信此文件；可稍后再查，或向运营机构核实。',
    'The evidence that the server gave does not hold or is not whole. Do not rely on this file; check again later or ask the operator.',
  ),
  unknown: text('未曾出具', 'Not issued'),
  unknownMeaning: text(
    '本交易场所没有出具过此文件，文件里也没有可查到的编号。如果纸面上印有编号，请输入编号再比对。',
    'The exchange never issued this file, and no number in it is known. If a number is printed on it, type the number and compare again.',
  ),
  details: text('查看登记信息', 'See what was registered'),
  failed: text('检查未能完成，请稍后再试。', 'The check could not be completed; try again later.'),
  passed: text('通过', 'passed'),
  broken: text('不通过', 'failed'),
}

function Result() {
  const t = useWords()
  const words = Object.fromEntries(
    Object.entries(steps).map(([key, each]) => [
      `data-${key.replace(/[A-Z]/, sign => `-${sign.toLowerCase()}`)}`,
      t(each),
    ]),
  )
  return <section class="card card-body verdict" data-result hidden aria-live="polite" tabIndex={-1} {...words} />
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
      <h1 class="verdict-words">
        {t(verdict.words)} <Badge tone={verdict.tone}>{found.number}</Badge>
      </h1>
      <p class="lead mb-3">{t(verdict.meaning)}</p>
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
      <Result />
      <FileForm number={found.number} />
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
      '输入证书或回执上的编号，或检查文件本身。结果不显示价格和合同条款。',
      'Type the number on the certificate or receipt, or check the file itself. Price and terms are not shown.',
    ),
    status,
    scripts: ['verify.js'],
    body: (
      <>
        <Result />
        <div class="columns">
          <NumberForm {...(value !== undefined && { value })} {...(note && { note })} />
          <FileForm />
        </div>
        <Scanner />
      </>
    ),
  }))
}

/** Documents of the exchange have some hundred kilobytes; what is cut here is none of them. */
const maxPdfBytes = 8 * 2 ** 20

/** The number in a PDF's title, which lies there in plain or as UTF-16; as `verify.js` finds it. */
function numberIn(bytes: Buffer): string | undefined {
  const plain = bytes.toString('latin1').replaceAll('\0', '')
  return /\d{6}-[A-Z]{2}-\d{4}-\d{8}-[0-9A-Z]/.exec(plain)?.[0]
}

const unknown = text(
  '没有出具过这个编号。请对照证书逐字核对；末位是校验位。',
  'No such number was issued. Compare it letter by letter; the last one is a check character.',
)

export const routes: Route[] = [
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
    at: 'POST /verify',
    operation: 'verifyFile',
    permission: 'page.read',
    tag: 'pages',
    summary: text('查验文件（无脚本时）', 'Check a file, where no script runs'),
    isRoot: true,
    isHidden: true,
    isForm: true,
    async handle(request, reply, { engine, actor }) {
      const { source } = await sentFile(request, maxPdfBytes)
      const pieces: Buffer[] = []
      for await (const piece of source) pieces.push(piece as Buffer)
      const bytes = Buffer.concat(pieces)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const printed = numberIn(bytes)
      try {
        const number = await engine.read(actor, rx =>
          numberOfDocument(rx, sha256).catch(async error => {
            // an altered file still names its number: the answer is then that it is not what was issued
            if (!printed || !(error instanceof Problem)) throw error
            return (await verifyNumber(rx, printed, sha256).catch(() => Promise.reject(error))).number
          }),
        )
        return reply.redirect(`/verify/${number}?sha256=${sha256}`, 303)
      } catch (error) {
        if (error instanceof Problem && error.type.status === 404)
          return showForm(request, reply, undefined, error.detail, 404)
        throw error
      }
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
          scripts: ['verify.js'],
          body: <Verdict found={found} />,
        }))
      } catch (error) {
        if (error instanceof Problem && error.type.status === 404) return showForm(request, reply, number, unknown, 404)
        throw error
      }
    },
  }),
]
