import { and, asc, desc, eq, gt, inArray, like, lt, ne, type SQL, sql } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { stemOf } from '../../kernel/division.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { type Waiting, type WaitingRow, waitingOf } from '../../kernel/workload.ts'
import { type Organization, organizationOf, organizationsOf, requireOrganization } from '../identity/index.ts'
import { type ComparedField, compareForm, fieldsOf } from './comparing.ts'
import { breachReport, type FieldRow, type FormRow, plannedField, plannedForm, type ReportRow } from './schema.ts'

interface PageInput {
  readonly state?: string | undefined
  readonly limit?: number | undefined
  readonly after?: string | undefined
}

const isOperator = (rx: Rx): boolean => rx.actor.roles.includes('operator')
const isAuthority = (rx: Rx): boolean => rx.actor.roles.includes('authority')
const publicStates = ['registered', 'ended']
const reviewStates = ['submitted', 'reviewing', 'returned', 'registered', 'ended']

/** A form with its institution and how many of its fields are asked, dropped, unanswered. */
export interface ListedForm {
  readonly form: FormRow
  readonly institution: Organization
  readonly asked: number
  readonly dropped: number
  readonly open: number
}

async function listed(rx: Rx, forms: readonly FormRow[]): Promise<ListedForm[]> {
  if (forms.length === 0) return []
  const ids = forms.map(form => form.id)
  const rows = await rx.sql<{ form_id: string; asked: number; dropped: number; open: number }[]>`
    select form_id, count(*) filter (where answer is distinct from 'dropped')::int as asked,
      count(*) filter (where answer = 'dropped')::int as dropped,
      count(*) filter (where answer is distinct from 'dropped' and not (hits <@ answered_hits))::int as open
    from collection.planned_field where form_id = any (${ids}::uuid[]) group by form_id`
  const counts = new Map(rows.map(row => [row.form_id, row]))
  const institutions = await organizationsOf(rx, [...new Set(forms.map(form => form.organizationId))])
  return forms.map(form => {
    const { asked = 0, dropped = 0, open = 0 } = counts.get(form.id) ?? {}
    return { form, institution: institutions.get(form.organizationId)!, asked, dropped, open }
  })
}

async function pageOfForms(rx: Rx, query: PageInput, where: SQL | undefined, isQueue: boolean) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)?.map(String)[0]
  const rows = await rx.tx
    .select()
    .from(plannedForm)
    .where(and(where, after ? (isQueue ? gt(plannedForm.id, after) : lt(plannedForm.id, after)) : undefined))
    .orderBy(isQueue ? asc(plannedForm.id) : desc(plannedForm.id))
    .limit(limit + 1)
  const { items, next } = toPage<FormRow, FormRow>(
    rows,
    limit,
    row => [row.id],
    row => row,
  )
  return { items: await listed(rx, items), next }
}

/** The own institution's forms newest first; for reviewers what was submitted, oldest first. */
export const listForms = (rx: Rx, query: PageInput) =>
  pageOfForms(
    rx,
    query,
    and(
      isOperator(rx)
        ? inArray(plannedForm.state, reviewStates)
        : eq(plannedForm.organizationId, requireOrganization(rx.actor)),
      query.state ? eq(plannedForm.state, query.state) : ne(plannedForm.state, 'discarded'),
    ),
    isOperator(rx),
  )

/** What everybody may know of: registered collections, newest first, by words of their titles, purposes and fields. */
export const listRegistered = (rx: Rx, query: PageInput & { readonly q?: string | undefined }) => {
  const word = query.q?.trim()
  const pattern = `%${(word ?? '').replaceAll(/[\\%_]/g, '\\$&')}%`
  return pageOfForms(
    rx,
    query,
    and(
      query.state && publicStates.includes(query.state)
        ? eq(plannedForm.state, query.state)
        : inArray(plannedForm.state, publicStates),
      word
        ? sql`(${plannedForm.title} ilike ${pattern} or ${plannedForm.purpose} ilike ${pattern} or ${plannedForm.number} ilike ${pattern}
            or exists (select 1 from ${plannedField} f where f.form_id = ${plannedForm.id} and f.name_zh ilike ${pattern}))`
        : undefined,
    ),
    false,
  )
}

/** A form with what the catalog has of each field now. */
export interface FormFile {
  readonly form: FormRow
  readonly institution: Organization
  readonly fields: readonly ComparedField[]
}

/** A form: the own institution's, or for reviewers what was submitted. @throws not-found */
export async function readForm(rx: Rx, id: string): Promise<FormFile> {
  const [form] = await rx.tx.select().from(plannedForm).where(eq(plannedForm.id, id))
  if (!form) throw notFound()
  const mayRead = isOperator(rx)
    ? reviewStates.includes(form.state)
    : form.organizationId === requireOrganization(rx.actor)
  if (!mayRead) throw notFound()
  return { form, institution: await organizationOf(rx, form.organizationId), fields: await compareForm(rx, form) }
}

/** A registered collection as everybody may read it. @throws not-found */
export async function readRegistered(
  rx: Rx,
  id: string,
): Promise<{ form: FormRow; institution: Organization; fields: FieldRow[] }> {
  const [form] = await rx.tx.select().from(plannedForm).where(eq(plannedForm.id, id))
  if (!form || !publicStates.includes(form.state)) throw notFound()
  return { form, institution: await organizationOf(rx, form.organizationId), fields: await fieldsOf(rx, id) }
}

/** The row of a form, for notices. @throws not-found */
export async function formOf(rx: Rx, id: string): Promise<FormRow> {
  const [form] = await rx.tx.select().from(plannedForm).where(eq(plannedForm.id, id))
  if (!form) throw notFound()
  return form
}

/** How many forms are in each state: the own institution's, or all that reviewers may see. */
export async function countForms(rx: Rx): Promise<ReadonlyMap<string, number>> {
  const mine = isOperator(rx) ? rx.sql`true` : rx.sql`organization_id = ${requireOrganization(rx.actor)}`
  const rows = await rx.sql<{ state: string; n: number }[]>`
    select state, count(*)::int4 as n from collection.planned_form where ${mine} group by state`
  return new Map(rows.map(row => [row.state, row.n]))
}

/** A report with whom it is about. */
export interface ListedReport {
  readonly report: ReportRow
  readonly reported: Organization
}

/** Which reports an actor reaches: an authority its division's, anybody their own. */
function reach(rx: Rx): SQL | undefined {
  const own = eq(breachReport.reporterId, rx.actor.personId!)
  return isAuthority(rx) ? like(breachReport.division, `${stemOf(rx.actor.division ?? 'none')}%`) : own
}

async function pageOfReports(rx: Rx, query: PageInput, where: SQL | undefined, isQueue: boolean) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)?.map(String)[0]
  const rows = await rx.tx
    .select()
    .from(breachReport)
    .where(
      and(
        where,
        query.state ? eq(breachReport.state, query.state) : undefined,
        after ? (isQueue ? gt(breachReport.id, after) : lt(breachReport.id, after)) : undefined,
      ),
    )
    .orderBy(isQueue ? asc(breachReport.id) : desc(breachReport.id))
    .limit(limit + 1)
  const page = toPage<ReportRow, ReportRow>(
    rows,
    limit,
    row => [row.id],
    row => row,
  )
  const reported = await organizationsOf(rx, [...new Set(page.items.map(row => row.reportedId))])
  return {
    items: page.items.map(report => ({ report, reported: reported.get(report.reportedId)! })),
    next: page.next,
  }
}

/** The authority's queue, oldest first; for everybody else their own reports, newest first. */
export const listReports = (rx: Rx, query: PageInput) => pageOfReports(rx, query, reach(rx), isAuthority(rx))

/** A person's own reports, whatever else they may see. */
export const ownReports = (rx: Rx, query: PageInput) =>
  pageOfReports(rx, query, eq(breachReport.reporterId, rx.actor.personId!), false)

/** One report: the reporter's own, or one in the authority's division. @throws not-found */
export async function readReport(rx: Rx, id: string): Promise<ListedReport> {
  const [report] = await rx.tx.select().from(breachReport).where(eq(breachReport.id, id))
  const isOwn = report?.reporterId === rx.actor.personId
  const isTheirs = isAuthority(rx) && report?.division.startsWith(stemOf(rx.actor.division ?? 'none'))
  if (!report || !(isOwn || isTheirs)) throw notFound()
  return { report, reported: await organizationOf(rx, report.reportedId) }
}

/** The row of a report, for notices. @throws not-found */
export async function reportOf(rx: Rx, id: string): Promise<ReportRow> {
  const [row] = await rx.tx.select().from(breachReport).where(eq(breachReport.id, id))
  if (!row) throw notFound()
  return row
}

/** What was found true of the own institution: never who reported it. */
export interface Demand {
  readonly id: string
  readonly number: string
  readonly fields: readonly string[]
  readonly reason: string
  readonly demand: string
  readonly decidedAt: Date
  readonly formId: string | null
}

/** Substantiated reports about the own institution, newest first; the reporter is not among what is read. */
export const demandsOn = (rx: Rx): Promise<Demand[]> =>
  rx.tx
    .select({
      id: breachReport.id,
      number: breachReport.number,
      fields: breachReport.fields,
      reason: sql<string>`${breachReport.reason}`,
      demand: sql<string>`${breachReport.demand}`,
      decidedAt: sql<Date>`${breachReport.decidedAt}`.mapWith(breachReport.decidedAt),
      formId: breachReport.formId,
    })
    .from(breachReport)
    .where(and(eq(breachReport.reportedId, requireOrganization(rx.actor)), eq(breachReport.state, 'substantiated')))
    .orderBy(desc(breachReport.decidedAt))
    .limit(20)

/** Reports by state: for everybody's statistics, or an authority's queue. */
export async function countReports(rx: Rx, scope: 'all' | 'mine'): Promise<ReadonlyMap<string, number>> {
  const where = scope === 'all' ? rx.sql`true` : rx.sql`division like ${`${stemOf(rx.actor.division ?? 'none')}%`}`
  const rows = await rx.sql<{ state: string; n: number }[]>`
    select state, count(*)::int4 as n from collection.breach_report where ${where} group by state`
  return new Map(rows.map(row => [row.state, row.n]))
}

/** What of collections waits for reviewers. */
export async function collectionsWaiting(rx: Rx): Promise<Waiting[]> {
  const rows = await rx.sql<WaitingRow[]>`
    select state, count(*)::int4 as n, min(submitted_at) as oldest, 0 as overdue
    from collection.planned_form where state in ('submitted', 'reviewing') group by state`
  return waitingOf(rows, { submitted: 'collection.review', reviewing: 'collection.register' })
}

/** Public institutions that may be reported, by name. */
export async function reportableInstitutions(rx: Rx): Promise<{ id: string; nameZh: string; nameEn: string | null }[]> {
  return rx.sql<{ id: string; nameZh: string; nameEn: string | null }[]>`
    select id, name_zh as "nameZh", name_en as "nameEn" from identity.organization
    where state = 'verified' and 'institution' = any (roles) order by name_zh limit 500`
}

/** By when the first of the actor's authority's open reports is to be checked. */
export async function firstReportDue(rx: Rx): Promise<Date | null> {
  const [row] = await rx.sql<{ due: string | null }[]>`
    select min(due_at) as due from collection.breach_report
    where state in ('received', 'checking') and division like ${`${stemOf(rx.actor.division ?? 'none')}%`}`
  return row?.due ? new Date(row.due) : null
}
