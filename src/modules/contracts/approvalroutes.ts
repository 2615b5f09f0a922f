import { type Route, read, write } from '../../kernel/http/route.ts'
import { conflict, invalidInput, notFound, ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { approvalOf, approveContract, readSigningPolicy, setSigningPolicy } from './approval.ts'
import { alreadySigned } from './model.ts'
import { previewContract } from './preview.ts'
import { contractOf, readContract } from './queries.ts'
import {
  ApprovalShape,
  ApproveContractBody,
  ContractShape,
  PreviewQuery,
  PreviewShape,
  SigningPolicyBody,
  SigningPolicyShape,
  toApproval,
  toContract,
  toSigningPolicy,
} from './wire.ts'

const tag = 'contracts'

export const approvalRoutes: Route[] = [
  read({
    at: 'GET /contract-preview',
    operation: 'previewContract',
    permission: 'contract.preview',
    tag,
    summary: text('预览合同：不保存、不发出', 'What the contract would say; nothing is kept or sent'),
    query: PreviewQuery,
    reply: PreviewShape,
    problems: [notFound, ruleViolated, invalidInput],
    run: async (rx, { query }) => {
      const { terms, texts, template } = await previewContract(rx, query)
      return { terms: { ...terms }, texts, template }
    },
  }),
  write({
    at: 'POST /contracts/:id/approve',
    operation: 'approveContract',
    permission: 'contract.approve',
    tag,
    summary: text('批准本机构签署', 'Approve that a colleague signs'),
    params: IdParams,
    body: ApproveContractBody,
    reply: ContractShape,
    problems: [notFound, stateConflict, alreadySigned, conflict],
    run: async (cx, { params, body }) =>
      toContract(await contractOf(cx, (await approveContract(cx, params.id, body.note)).id)),
  }),
  read({
    at: 'GET /contracts/:id/approval',
    operation: 'readContractApproval',
    permission: 'contract.read',
    tag,
    summary: text('本机构的签署审批情况', 'How far the own organisation’s approval is'),
    params: IdParams,
    reply: ApprovalShape,
    problems: [notFound],
    run: async (rx, { params }) => toApproval(await approvalOf(rx, await readContract(rx, params.id))),
  }),
  read({
    at: 'GET /signing-policy',
    operation: 'readSigningPolicy',
    permission: 'signing-policy.read',
    tag,
    summary: text('本机构的签署审批规定', 'What the own organisation wants before it signs'),
    reply: SigningPolicyShape,
    run: async rx => toSigningPolicy(await readSigningPolicy(rx)),
  }),
  write({
    at: 'PUT /signing-policy',
    operation: 'setSigningPolicy',
    permission: 'signing-policy.set',
    tag,
    summary: text('设置签署审批规定', 'Say what is approved before it is signed'),
    body: SigningPolicyBody,
    reply: SigningPolicyShape,
    run: async (cx, { body }) => toSigningPolicy(await setSigningPolicy(cx, body)),
  }),
]
