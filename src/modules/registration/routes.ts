import type { Cx } from '../../kernel/command.ts'
import { type Route, read, write } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { type Text, text } from '../../kernel/text.ts'
import { closed, IdParams } from '../../kernel/wire.ts'
import { samePerson } from '../identity/index.ts'
import { listPublicities, listRegistrations, readRegistration } from './queries.ts'
import {
  acceptRegistration,
  cancelRegistration,
  decideObjection,
  objectToRegistration,
  passRegistration,
  type Registration,
  refuseRegistration,
  rejectRegistration,
  renewRegistration,
  resubmitRegistration,
  returnRegistration,
  revokeRegistration,
} from './service.ts'
import { readPublicStatistics } from './statistics.ts'
import { PublicStatisticsShape, toPublicStatistics } from './supervisionwire.ts'
import {
  DecideBody,
  GroundsBody,
  ListQueryShape,
  ObjectionShape,
  PublicityPage,
  ReasonBody,
  RegistrationDetail,
  RegistrationPage,
  RegistrationShape,
  RemarksBody,
  toObjection,
  toPublicity,
  toRegistration,
  toRegistrationDetail,
} from './wire.ts'

const tag = 'registration'

const plain = (
  name: string,
  operation: string,
  summary: Text,
  useCase: (cx: Cx, id: string) => Promise<Registration>,
): Route =>
  write({
    at: `POST /registrations/:id/${name}`,
    operation,
    permission: `registration.${name}`,
    tag,
    summary,
    params: IdParams,
    reply: RegistrationShape,
    problems: [samePerson],
    run: async (cx, { params }) => toRegistration(await useCase(cx, params.id), cx.now),
  })

const reasoned = (
  name: string,
  operation: string,
  summary: Text,
  useCase: (cx: Cx, id: string, reason: string) => Promise<Registration>,
): Route =>
  write({
    at: `POST /registrations/:id/${name}`,
    operation,
    permission: `registration.${name}`,
    tag,
    summary,
    params: IdParams,
    body: ReasonBody,
    reply: RegistrationShape,
    run: async (cx, { params, body }) => toRegistration(await useCase(cx, params.id, body.reason), cx.now),
  })

const reads: Route[] = [
  read({
    at: 'GET /registrations',
    operation: 'listRegistrations',
    permission: 'registration.list',
    tag,
    summary: text('交易登记列表', 'Trade registrations'),
    query: ListQueryShape,
    reply: RegistrationPage,
    run: async (rx, { query }) => {
      const page = await listRegistrations(rx, query)
      return { ...page, items: page.items.map(row => toRegistration(row, rx.now)) }
    },
  }),
  read({
    at: 'GET /publicities',
    operation: 'listPublicities',
    permission: 'publicity.list',
    tag,
    summary: text('公示中的交易登记', 'Registrations in publicity (public)'),
    query: closed(PageQuery),
    reply: PublicityPage,
    run: async (rx, { query }) => {
      const page = await listPublicities(rx, query)
      return { ...page, items: page.items.map(toPublicity) }
    },
  }),
  read({
    at: 'GET /registrations/:id',
    operation: 'readRegistration',
    permission: 'registration.read',
    tag,
    summary: text('交易登记详情', 'One trade registration'),
    params: IdParams,
    reply: RegistrationDetail,
    run: async (rx, { params }) => toRegistrationDetail(await readRegistration(rx, params.id), rx.now),
  }),
  read({
    at: 'GET /statistics',
    operation: 'readPublicStatistics',
    permission: 'statistics.read',
    tag: 'statistics',
    summary: text('交易公开统计', 'Public statistics of trades'),
    reply: PublicStatisticsShape,
    run: async rx => toPublicStatistics(await readPublicStatistics(rx)),
  }),
]

const moves: Route[] = [
  plain('accept', 'acceptRegistration', text('受理登记', 'Accept for formal review'), acceptRegistration),
  reasoned('return', 'returnRegistration', text('退回补正', 'Ask for a supplement'), returnRegistration),
  write({
    at: 'POST /registrations/:id/resubmit',
    operation: 'resubmitRegistration',
    permission: 'registration.resubmit',
    tag,
    summary: text('补正后重新提交', 'Answer a supplement'),
    params: IdParams,
    body: RemarksBody,
    reply: RegistrationShape,
    run: async (cx, { params, body }) =>
      toRegistration(await resubmitRegistration(cx, params.id, body.remarks), cx.now),
  }),
  reasoned('refuse', 'refuseRegistration', text('不予受理', 'Refuse'), refuseRegistration),
  plain('pass', 'passRegistration', text('形式审核通过', 'Pass the formal review'), passRegistration),
  reasoned('reject', 'rejectRegistration', text('不予登记', 'Reject'), rejectRegistration),
  write({
    at: 'POST /registrations/:id/object',
    operation: 'objectToRegistration',
    permission: 'registration.object',
    tag,
    summary: text('公示期提出异议', 'Object during publicity'),
    params: IdParams,
    body: GroundsBody,
    reply: ObjectionShape,
    run: async (cx, { params, body }) => toObjection(await objectToRegistration(cx, params.id, body.grounds)),
  }),
  write({
    at: 'POST /registrations/:id/decide-objection',
    operation: 'decideObjection',
    permission: 'registration.decide-objection',
    tag,
    summary: text('处理异议', 'Decide an objection'),
    params: IdParams,
    body: DecideBody,
    reply: RegistrationShape,
    run: async (cx, { params, body }) => toRegistration(await decideObjection(cx, params.id, body), cx.now),
  }),
  reasoned('cancel', 'cancelRegistration', text('注销登记', 'Cancel (by the vendor)'), cancelRegistration),
  reasoned('revoke', 'revokeRegistration', text('撤销登记', 'Revoke (by the authority)'), revokeRegistration),
  plain('renew', 'renewRegistration', text('续展', 'Renew'), renewRegistration),
]

export const registrationRoutes: Route[] = [...reads, ...moves]
