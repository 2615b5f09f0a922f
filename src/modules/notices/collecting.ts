import type { Cx } from '../../kernel/command.ts'
import type { Payload } from '../../kernel/events.ts'
import { type FormRow, formOf, reportOf } from '../collection/index.ts'
import { organizationOf } from '../identity/index.ts'
import { authorityId, type Draft, type Hear, idIn, named, operatorId } from './draft.ts'
import type { Kind, Params } from './words.ts'

const about = ({ title, number, reason }: FormRow): Params => ({
  product: title,
  ...(number !== null && { number }),
  reason,
})

const toOwner = (form: FormRow, kind: Kind): Draft => ({
  kind,
  to: form.organizationId,
  subject: ['collection', form.id],
  href: `/institution/collections/${form.id}`,
  params: about(form),
})

const ownerKinds: Readonly<Record<string, Kind>> = {
  return: 'collection.returned',
  register: 'collection.registered',
}

const formMoved: Hear = async (cx, payload) => {
  const form = await formOf(cx, idIn(payload, 'formId'))
  if (form.state !== payload.to) return []
  const kind = ownerKinds[String(payload.move)]
  if (kind) return [toOwner(form, kind)]
  if (payload.move !== 'submit') return []
  const other = named(await organizationOf(cx, form.organizationId))
  return [
    {
      kind: 'collection.submitted',
      to: await operatorId(cx),
      subject: ['collection', form.id],
      href: `/operator/collections/${form.id}`,
      params: { ...about(form), ...other },
    },
  ]
}

/** The reporter as a person, whatever they are a member of; the reported institution never hears who it was. */
const reportMoved: Hear = async (cx, payload) => {
  const report = await reportOf(cx, idIn(payload, 'reportId'))
  const { id, number, reporterId, reason, demand, state } = report
  if (state !== payload.to || (state !== 'substantiated' && state !== 'unsubstantiated')) return []
  const subject = ['breach-report', id] as const
  const told: Draft = {
    kind: `breach-report.${state}`,
    to: null,
    people: [reporterId],
    subject,
    href: `/collections/reports/${id}`,
    params: { number, reason },
  }
  if (state === 'unsubstantiated') return [told]
  const href = '/institution/collections#demands'
  const params = { number, reason: demand }
  // its subject is not the report: with its id the log's entries would say for which organisation it was sent
  const about = ['organization', report.reportedId] as const
  return [told, { kind: 'breach-report.demanded', to: report.reportedId, subject: about, href, params }]
}

async function reported(cx: Cx, payload: Payload): Promise<Draft[]> {
  const { id, number, division, reportedId, dueAt } = await reportOf(cx, idIn(payload, 'reportId'))
  const to = await authorityId(cx, division)
  if (to === undefined) return []
  const params = { number, dueAt: dueAt?.toISOString() ?? null, ...named(await organizationOf(cx, reportedId)) }
  return [{ kind: 'breach-report.filed', to, subject: ['breach-report', id], href: `/regulator/reports/${id}`, params }]
}

/** What happens to planned collections and reports, as people hear of it. */
export const collecting: Readonly<Record<string, Hear>> = {
  'collection.form-moved': formMoved,
  'collection.form-overtaken': async (cx, payload) => [
    toOwner(await formOf(cx, idIn(payload, 'formId')), 'collection.overtaken'),
  ],
  'collection.breach-reported': reported,
  'collection.breach-moved': reportMoved,
}
