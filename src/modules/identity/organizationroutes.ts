import { Type } from 'typebox'
import type { Cx, Rx } from '../../kernel/command.ts'
import { isWithin } from '../../kernel/division.ts'
import { type Route, read, write } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { closed, IdParams } from '../../kernel/wire.ts'
import { completeInstitutionKind, confirmInstitutionKind, declineInstitutionKind } from './kinds.ts'
import { organizationMachine, samePerson } from './model.ts'
import { listOrganizations, organizationOf } from './queries.ts'
import {
  acceptOrganization,
  registerOrganization,
  reinstateOrganization,
  resubmitOrganization,
  returnOrganization,
  suspendOrganization,
  verifyOrganization,
} from './service.ts'
import {
  InstitutionKindBody,
  OrganizationBody,
  OrganizationPage,
  OrganizationShape,
  ReasonBody,
  toOrganization,
} from './wire.ts'

const tag = 'organizations'

/** Own members, the operator and the authority of its division see an organisation; to anyone else it does not exist. */
async function readable(rx: Rx, id: string) {
  const { organizationId, roles, division } = rx.actor
  const found = await organizationOf(rx, id)
  const isOverseen = roles.includes('authority') && isWithin(found.division, division ?? '')
  if (organizationId !== id && !roles.includes('operator') && !isOverseen) throw notFound()
  return toOrganization(found)
}

/** A move by the operator without further input. */
const plain = (
  name: string,
  operation: string,
  summary: Text,
  useCase: (cx: Cx, id: string) => Promise<{ id: string }>,
) =>
  write({
    at: `POST /organizations/:id/${name}`,
    operation,
    permission: `organization.${name}`,
    tag,
    summary,
    params: IdParams,
    reply: OrganizationShape,
    problems: [samePerson],
    run: async (cx, { params }) => toOrganization(await organizationOf(cx, (await useCase(cx, params.id)).id)),
  })

/** A move by the operator that needs a reason. */
const reasoned = (
  name: string,
  operation: string,
  summary: Text,
  useCase: (cx: Cx, id: string, reason: string) => Promise<{ id: string }>,
) =>
  write({
    at: `POST /organizations/:id/${name}`,
    operation,
    permission: `organization.${name}`,
    tag,
    summary,
    params: IdParams,
    body: ReasonBody,
    reply: OrganizationShape,
    run: async (cx, { params, body }) =>
      toOrganization(await organizationOf(cx, (await useCase(cx, params.id, body.reason)).id)),
  })

export const organizationRoutes: Route[] = [
  write({
    at: 'POST /organizations',
    operation: 'registerOrganization',
    permission: 'organization.register',
    tag,
    summary: text('注册机构', 'Register an organisation'),
    body: OrganizationBody,
    reply: OrganizationShape,
    status: 201,
    run: async (cx, { body }) => toOrganization(await organizationOf(cx, (await registerOrganization(cx, body)).id)),
  }),
  read({
    at: 'GET /organizations',
    operation: 'listOrganizations',
    permission: 'organization.list',
    tag,
    summary: text('机构列表（按状态）', 'Organisations by state'),
    query: closed({
      ...PageQuery,
      state: Type.Optional(Type.String({ enum: Object.keys(organizationMachine.states) })),
    }),
    reply: OrganizationPage,
    run: async (rx, { query }) => {
      const page = await listOrganizations(rx, query)
      return { ...page, items: page.items.map(toOrganization) }
    },
  }),
  read({
    at: 'GET /organizations/:id',
    operation: 'readOrganization',
    permission: 'organization.read',
    tag,
    summary: text('机构详情', 'One organisation'),
    params: IdParams,
    reply: OrganizationShape,
    run: (rx, { params }) => readable(rx, params.id),
  }),
  write({
    at: 'POST /organizations/:id/resubmit',
    operation: 'resubmitOrganization',
    permission: 'organization.resubmit',
    tag,
    summary: text('补正后重新提交', 'Mend and submit again'),
    params: IdParams,
    body: OrganizationBody,
    reply: OrganizationShape,
    run: async (cx, { params, body }) =>
      toOrganization(await organizationOf(cx, (await resubmitOrganization(cx, params.id, body)).id)),
  }),
  write({
    at: 'POST /organizations/:id/institution-kind',
    operation: 'completeInstitutionKind',
    permission: 'organization.complete-kind',
    tag,
    summary: text('填写机构类别', 'Say what kind of institution it is'),
    params: IdParams,
    body: InstitutionKindBody,
    reply: OrganizationShape,
    run: async (cx, { params, body }) =>
      toOrganization(await organizationOf(cx, (await completeInstitutionKind(cx, params.id, body)).id)),
  }),
  plain('confirm-kind', 'confirmInstitutionKind', text('确认机构类别', 'Confirm the kind'), confirmInstitutionKind),
  reasoned(
    'decline-kind',
    'declineInstitutionKind',
    text('不同意机构类别', 'Decline the kind'),
    declineInstitutionKind,
  ),
  plain('accept', 'acceptOrganization', text('受理', 'Accept for verification'), acceptOrganization),
  plain('verify', 'verifyOrganization', text('核验通过', 'Verify'), verifyOrganization),
  reasoned('return', 'returnOrganization', text('退回补正', 'Return for correction'), returnOrganization),
  reasoned('suspend', 'suspendOrganization', text('停用', 'Suspend'), suspendOrganization),
  plain('reinstate', 'reinstateOrganization', text('恢复', 'Reinstate'), reinstateOrganization),
]
