import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { type Route, raw, read } from '../../kernel/http/route.ts'
import { entityTag, reprDigest, sendPdf } from '../../kernel/http/stored.ts'
import { notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { operatorOrganization } from '../identity/index.ts'
import { notSealed } from './model.ts'
import { listModelContracts, modelContractOf, sourceOf } from './modelcontract.ts'
import { frozenText, listContracts, listProposals, readContract } from './queries.ts'
import { renderText } from './service.ts'
import {
  ContractListQuery,
  ContractPage,
  ContractShape,
  ModelContractList,
  ModelContractParams,
  ModelContractShape,
  PdfQuery,
  ProposalShape,
  SealCertificateShape,
  SignatureListShape,
  TextQuery,
  toContract,
  toContractBrief,
  toModelContractBrief,
  toProposal,
  toSignature,
} from './wire.ts'

const tag = 'contracts'

async function textOf(rx: Rx, id: string, language: 'zh-CN' | 'en'): Promise<string> {
  const facts = await readContract(rx, id)
  const frozen = language === 'zh-CN' ? await frozenText(rx, id) : null
  return frozen ?? renderText(rx, facts, language)
}

const documents: Route[] = [
  raw({
    at: 'GET /contracts/:id/text',
    operation: 'readContractText',
    permission: 'contract.read',
    tag,
    summary: text(
      '合同文本（Markdown；定稿后其摘要即签署对象）',
      'The text; once agreed its SHA-256 is what is signed',
    ),
    params: IdParams,
    query: TextQuery,
    produces: { type: 'text/markdown; charset=utf-8', description: 'the Chinese text, or its English translation' },
    handle: async (request, reply, { engine, actor }) => {
      const { language = 'zh-CN' } = request.query as { language?: 'zh-CN' | 'en' }
      const body = await engine.read(actor, rx => textOf(rx, (request.params as { id: string }).id, language))
      const digest = createHash('sha256').update(body).digest('hex')
      return reply
        .header('content-language', language)
        .header('cache-control', 'private, no-cache')
        .header('etag', entityTag(digest))
        .header('repr-digest', reprDigest(digest))
        .type('text/markdown; charset=utf-8')
        .send(body)
    },
  }),
  raw({
    at: 'GET /contracts/:id/pdf',
    operation: 'readContractPdf',
    permission: 'contract.read',
    tag,
    summary: text('签章合同（PDF）', 'The sealed contract'),
    params: IdParams,
    query: PdfQuery,
    problems: [notFound, notSealed],
    produces: { type: 'application/pdf', description: 'PDF with the exchange’s PAdES seal' },
    handle: async (request, reply, { engine, actor }) => {
      const facts = await engine.read(actor, rx => readContract(rx, (request.params as { id: string }).id))
      if (facts.pdfSha256 === null) throw notSealed()
      const { isInline = false } = request.query as { isInline?: boolean }
      const file = { sha256: facts.pdfSha256, fileName: `contract-${facts.number}.pdf`, isInline }
      return sendPdf(request, reply, engine.kit.files, file)
    },
  }),
]

const reads: Route[] = [
  read({
    at: 'GET /contracts',
    operation: 'listContracts',
    permission: 'contract.list',
    tag,
    summary: text('合同列表', 'Contracts'),
    query: ContractListQuery,
    reply: ContractPage,
    run: async (rx, { query }) => {
      const page = await listContracts(rx, query)
      return { items: page.items.map(toContractBrief), next: page.next }
    },
  }),
  read({
    at: 'GET /contracts/:id',
    operation: 'readContract',
    permission: 'contract.read',
    tag,
    summary: text('合同', 'One contract'),
    params: IdParams,
    reply: ContractShape,
    problems: [notFound],
    run: async (rx, { params }) => toContract(await readContract(rx, params.id)),
  }),
  read({
    at: 'GET /contracts/:id/proposals',
    operation: 'listProposals',
    permission: 'contract.read',
    tag,
    summary: text('磋商记录', 'The rounds of the negotiation'),
    params: IdParams,
    reply: Type.Array(ProposalShape),
    problems: [notFound],
    run: async (rx, { params }) => (await listProposals(rx, params.id)).map(toProposal),
  }),
  read({
    at: 'GET /contracts/:id/signatures',
    operation: 'readContractSignatures',
    permission: 'contract.read',
    tag,
    summary: text('签名及验证材料', 'The signatures with all that is needed to check them'),
    params: IdParams,
    reply: SignatureListShape,
    problems: [notFound],
    run: async (rx, { params }) => {
      const facts = await readContract(rx, params.id)
      return {
        contract: facts.number,
        textHash: facts.textHash,
        algorithm: 'Ed25519' as const,
        signatures: facts.signatures.map(toSignature),
      }
    },
  }),
  read({
    at: 'GET /seal-certificate',
    operation: 'readSealCertificate',
    permission: 'seal-certificate.read',
    tag,
    summary: text('交易服务机构的电子签章证书', 'The certificate of the exchange’s seal, to compare with a document’s'),
    reply: SealCertificateShape,
    run: async rx => {
      const { nameZh } = await operatorOrganization(rx)
      return { organization: nameZh, ...(await rx.kit.sealer.certificate(nameZh, rx.now)) }
    },
  }),
  read({
    at: 'GET /model-contracts',
    operation: 'listModelContracts',
    permission: 'model-contract.read',
    tag,
    summary: text('合同示范文本', 'Model contracts'),
    reply: ModelContractList,
    run: async () => ({ items: (await listModelContracts()).map(toModelContractBrief) }),
  }),
  read({
    at: 'GET /model-contracts/:code/:version',
    operation: 'readModelContract',
    permission: 'model-contract.read',
    tag,
    summary: text('合同示范文本的文本、要素定义和摘要', 'A model contract: text, schema of its terms, hash'),
    params: ModelContractParams,
    reply: ModelContractShape,
    problems: [notFound],
    run: async (_rx, { params }) => {
      const template = await modelContractOf(params.code, params.version)
      return { ...toModelContractBrief(template), texts: await sourceOf(template), termsSchema: template.schema }
    },
  }),
]

export const readingRoutes: Route[] = [...reads, ...documents]
