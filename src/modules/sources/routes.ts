import { type Route, read, write } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { closed, IdParams } from '../../kernel/wire.ts'
import { ReasonBody } from '../identity/index.ts'
import { confirmItem, elementByCode, registerElement } from './carrying.ts'
import { adoptSource, awardSource, refuseSource } from './deciding.ts'
import { deciderNotIndependent, itemNotPublished } from './model.ts'
import { carriersOf, itemSources, listSources, readSource, sourceLines } from './queries.ts'
import { searchElements } from './register.ts'
import { answerDispute, disputeSource, proposeSource, withdrawSource } from './service.ts'
import {
  AnswerBody,
  AwardBody,
  CarrierPage,
  CodeParams,
  ConfirmBody,
  DecideBody,
  DisputeBody,
  DisputeShape,
  ElementFileShape,
  ElementQuery,
  FileShape,
  LinePage,
  MovedShape,
  ProposeBody,
  RegisterBody,
  RegisterShape,
  SourceQuery,
  toCarrier,
  toDispute,
  toElement,
  toFile,
  toLine,
  toMoved,
  toStanding,
} from './wire.ts'

const tag = 'sources'

/** Ended sources of an element that its page shows; the rest is listed by the API. */
const historyLength = 50

const reading: Route[] = [
  read({
    at: 'GET /data-elements',
    operation: 'searchDataElements',
    permission: 'data-element.read',
    tag,
    summary: text('数据元与权威来源', 'Data elements and their authoritative sources'),
    query: closed({ ...PageQuery, ...ElementQuery }),
    reply: RegisterShape,
    run: async (rx, { query }) => {
      const found = await searchElements(rx, query)
      return { ...found, items: found.items.map(toStanding) }
    },
  }),
  read({
    at: 'GET /data-elements/:code',
    operation: 'readDataElement',
    permission: 'data-element.read',
    tag,
    summary: text('数据元及其各辖区的权威来源', 'A data element with its sources by jurisdiction'),
    params: CodeParams,
    reply: ElementFileShape,
    run: async (rx, { params }) => {
      const element = await elementByCode(rx, params.code)
      const live = await sourceLines(rx, { element: params.code, state: 'in_force' }, { limit: 5000 })
      const open = await sourceLines(rx, { element: params.code, isOpen: true }, { limit: 5000 })
      const history = await sourceLines(rx, { element: params.code, isEnded: true }, { limit: historyLength })
      return { ...toElement(element), sources: [...live, ...open].map(toLine), history: history.map(toLine) }
    },
  }),
  read({
    at: 'GET /data-elements/:code/items',
    operation: 'listDataElementItems',
    permission: 'data-element.read',
    tag,
    summary: text('含该数据元的信息项', 'Published items that carry a data element'),
    params: CodeParams,
    query: closed({ ...PageQuery, division: SourceQuery.division }),
    reply: CarrierPage,
    run: async (rx, { params, query }) => {
      const { items, next } = await carriersOf(rx, { ...query, element: params.code })
      return { items: items.map(toCarrier), next }
    },
  }),
  read({
    at: 'GET /resources/:id/sources',
    operation: 'listResourceSources',
    permission: 'data-element.read',
    tag,
    summary: text('目录信息项的权威来源', 'Items of an entry with their authoritative sources'),
    params: IdParams,
    reply: CarrierPage,
    run: async (rx, { params }) => ({ items: (await itemSources(rx, params.id)).map(toCarrier), next: null }),
  }),
  read({
    at: 'GET /sources',
    operation: 'listSources',
    permission: 'source.list',
    tag,
    summary: text('权威来源申报', 'Proposals and sources that concern one'),
    query: closed(SourceQuery),
    reply: LinePage,
    run: async (rx, { query }) => {
      const { items, next } = await listSources(rx, query)
      return { items: items.map(toLine), next }
    },
  }),
  read({
    at: 'GET /sources/:id',
    operation: 'readSource',
    permission: 'source.list',
    tag,
    summary: text('权威来源申报材料', 'A proposal with its objections'),
    params: IdParams,
    reply: FileShape,
    run: async (rx, { params }) => toFile(await readSource(rx, params.id)),
  }),
]

const elements: Route[] = [
  write({
    at: 'POST /data-elements',
    operation: 'registerDataElement',
    permission: 'data-element.register',
    tag,
    summary: text('登记数据元', 'Register a data element'),
    body: RegisterBody,
    reply: ElementFileShape,
    status: 201,
    run: async (cx, { body }) => ({ ...toElement(await registerElement(cx, body)), sources: [], history: [] }),
  }),
  write({
    at: 'POST /data-elements/confirm',
    operation: 'confirmDataElement',
    permission: 'data-element.confirm',
    tag,
    summary: text('确认信息项是否为某数据元', 'Say whether an item carries a data element'),
    body: ConfirmBody,
    reply: ConfirmBody,
    problems: [itemNotPublished],
    run: (cx, { body }) => confirmItem(cx, body),
  }),
]

const proposing: Route[] = [
  write({
    at: 'POST /sources',
    operation: 'proposeSource',
    permission: 'source.propose',
    tag,
    summary: text('申报权威来源', 'Propose an authoritative source'),
    body: ProposeBody,
    reply: MovedShape,
    status: 201,
    problems: [itemNotPublished],
    run: async (cx, { body }) => toMoved(await proposeSource(cx, body)),
  }),
  write({
    at: 'POST /sources/:id/dispute',
    operation: 'disputeSource',
    permission: 'source.dispute',
    tag,
    summary: text('提出异议', 'Object to a proposal'),
    params: IdParams,
    body: DisputeBody,
    reply: DisputeShape,
    status: 201,
    problems: [stateConflict, itemNotPublished],
    run: async (cx, { params, body }) => toDispute(await disputeSource(cx, params.id, body)),
  }),
  write({
    at: 'POST /source-disputes/:id/answer',
    operation: 'answerSourceDispute',
    permission: 'source.answer',
    tag,
    summary: text('答复异议', 'Answer an objection'),
    params: IdParams,
    body: AnswerBody,
    reply: DisputeShape,
    problems: [stateConflict],
    run: async (cx, { params, body }) => toDispute(await answerDispute(cx, params.id, body.answer)),
  }),
  write({
    at: 'POST /sources/:id/withdraw',
    operation: 'withdrawSource',
    permission: 'source.withdraw',
    tag,
    summary: text('撤回申报或放弃权威来源', 'Withdraw a proposal, or give up being the source'),
    params: IdParams,
    body: ReasonBody,
    reply: MovedShape,
    problems: [stateConflict],
    run: async (cx, { params, body }) => toMoved(await withdrawSource(cx, params.id, body.reason)),
  }),
]

const deciding: Route[] = [
  write({
    at: 'POST /sources/:id/adopt',
    operation: 'adoptSource',
    permission: 'source.decide',
    tag,
    summary: text('认定为权威来源', 'Decide that it is the authoritative source'),
    params: IdParams,
    body: DecideBody,
    reply: MovedShape,
    problems: [stateConflict, deciderNotIndependent],
    run: async (cx, { params, body }) => toMoved(await adoptSource(cx, params.id, body)),
  }),
  write({
    at: 'POST /sources/:id/refuse',
    operation: 'refuseSource',
    permission: 'source.decide',
    tag,
    summary: text('不予认定', 'Decide that it does not become the source'),
    params: IdParams,
    body: ReasonBody,
    reply: MovedShape,
    problems: [stateConflict, deciderNotIndependent],
    run: async (cx, { params, body }) => toMoved(await refuseSource(cx, params.id, body.reason)),
  }),
  write({
    at: 'POST /sources/:id/award',
    operation: 'awardSource',
    permission: 'source.decide',
    tag,
    summary: text('认定异议机构为权威来源', 'Decide that the institution that objected is the source'),
    params: IdParams,
    body: AwardBody,
    reply: MovedShape,
    problems: [stateConflict, deciderNotIndependent, itemNotPublished],
    run: async (cx, { params, body }) => toMoved(await awardSource(cx, params.id, body)),
  }),
]

export const routes: Route[] = [...reading, ...elements, ...proposing, ...deciding]
