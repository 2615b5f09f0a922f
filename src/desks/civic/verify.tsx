import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type Route, raw } from '../../kernel/http/route.ts'
import { sentFile } from '../../kernel/http/sent.ts'
import { Problem } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { closed, Sha256 } from '../../kernel/wire.ts'
import { sendPage } from '../../web/layout.tsx'
import { FileForm, NumberForm, Result, Scanner } from './checking.tsx'
import { Verdict } from './verdict.tsx'
import { isVerifiable, numberOfDocument, verifyNumber } from './verification.ts'

function showForm(
  request: FastifyRequest,
  reply: Parameters<typeof sendPage>[1],
  value?: string,
  note?: Text,
  status = 200,
) {
  return sendPage(request, reply, () => ({
    title: text('这份文件是真的吗？', 'Is this document genuine?'),
    lead: text(
      '输入证书、合同或回执上的编号，扫描二维码，或检查文件本身。结果不显示价格和合同条款。',
      'Type the number on the certificate, contract or receipt, scan its QR code, or check the file itself. Price and terms are not shown.',
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

const inPdf = /\d{6}-(?:RG|BA|CT|DD)-\d{4}-\d{8}-[0-9A-Z](?:-R\d+)?/

/** The number in a PDF's title, which lies there in plain or as UTF-16; as `verify.js` finds it. */
function numberIn(bytes: Buffer): string | undefined {
  const plain = bytes.toString('latin1').replaceAll('\0', '')
  return inPdf.exec(plain)?.[0]
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
      if (!isVerifiable(given)) return showForm(request, reply, given, unknown, 404)
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
