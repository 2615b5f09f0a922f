import type { Cx } from '../../kernel/command.ts'
import { type Route, write } from '../../kernel/http/route.ts'
import { invalidInput, notFound, ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { passwordWrong, ReasonBody } from '../identity/index.ts'
import { alreadySigned, sameSigner } from './model.ts'
import { annulContract, resumeContract, suspendContract, terminateContract } from './performance.ts'
import { contractOf } from './queries.ts'
import { agreeContract, type ContractRow, counterContract, createContract, withdrawContract } from './service.ts'
import { signContract } from './signing.ts'
import { ContractShape, CounterContractBody, CreateContractBody, SignContractBody, toContract } from './wire.ts'

const tag = 'contracts'

const answer = async (cx: Cx, row: ContractRow) => toContract(await contractOf(cx, row.id))

/** A move that takes nothing but its reason. */
const reasoned = (
  verb: string,
  summary: Text,
  run: (cx: Cx, id: string, reason: string) => Promise<ContractRow>,
): Route =>
  write({
    at: `POST /contracts/:id/${verb}`,
    operation: `${verb}Contract`,
    permission: `contract.${verb}`,
    tag,
    summary,
    params: IdParams,
    body: ReasonBody,
    reply: ContractShape,
    problems: [notFound, stateConflict],
    run: async (cx, { params, body }) => answer(cx, await run(cx, params.id, body.reason)),
  })

export const movingRoutes: Route[] = [
  write({
    at: 'POST /contracts',
    operation: 'createContract',
    permission: 'contract.create',
    tag,
    summary: text('购买申请：由示范文本生成合同并向供方发出', 'Ask to buy: draft the contract and offer it'),
    body: CreateContractBody,
    reply: ContractShape,
    status: 201,
    problems: [notFound, ruleViolated, invalidInput],
    run: async (cx, { body }) => answer(cx, await createContract(cx, body)),
  }),
  write({
    at: 'POST /contracts/:id/counter',
    operation: 'counterContract',
    permission: 'contract.counter',
    tag,
    summary: text('提出不同的条款（逐项列为差异）', 'Propose other terms; each is listed as a deviation'),
    params: IdParams,
    body: CounterContractBody,
    reply: ContractShape,
    problems: [notFound, stateConflict, invalidInput],
    run: async (cx, { params, body: { note, ...changes } }) =>
      answer(cx, await counterContract(cx, params.id, changes, note)),
  }),
  write({
    at: 'POST /contracts/:id/agree',
    operation: 'agreeContract',
    permission: 'contract.agree',
    tag,
    summary: text('同意条款，合同定稿', 'Accept the terms; the text is frozen'),
    params: IdParams,
    reply: ContractShape,
    problems: [notFound, stateConflict, ruleViolated],
    run: async (cx, { params }) => answer(cx, await agreeContract(cx, params.id)),
  }),
  write({
    at: 'POST /contracts/:id/sign',
    operation: 'signContract',
    permission: 'contract.sign',
    tag,
    summary: text('签署（须重新输入密码）', 'Sign for the own organisation; asks for the password again'),
    params: IdParams,
    body: SignContractBody,
    secrets: ['password'],
    reply: ContractShape,
    problems: [notFound, stateConflict, alreadySigned, sameSigner, passwordWrong],
    run: async (cx, { params, body }) => answer(cx, await signContract(cx, params.id, body)),
  }),
  reasoned('withdraw', text('撤回或拒绝', 'Withdraw or decline'), withdrawContract),
  reasoned('suspend', text('中止履行', 'Suspend performance'), suspendContract),
  reasoned('resume', text('恢复履行', 'Resume performance'), resumeContract),
  reasoned('terminate', text('解除合同', 'Terminate the contract'), terminateContract),
  reasoned('annul', text('依裁判或决定认定无效', 'Record that it was found void'), annulContract),
]
