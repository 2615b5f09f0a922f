import { and, desc, eq, inArray } from 'drizzle-orm'
import { dayOf } from '../../kernel/calendar.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { conflict, type FieldError, forbidden, invalidInput, notFound } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { mayPublishVoluntarily, organizationOf, requireOrganization, samePerson } from '../identity/index.ts'
import { whatIsMissing, whatIsWrong } from './completeness.ts'
import { indexOf } from './indexing.ts'
import { codeOf, type EntryState, entryIncomplete, entryMachine, nextDue, openStates } from './model.ts'
import { contentOfData, joinItems } from './prefill.ts'
import { attachment, type EntryRow, type EntryVersionRow, entry, entryVersion } from './schema.ts'
import type { ContentInput, CreateInput } from './wire.ts'

constraintMeans('entry_version_one_open', () =>
  conflict(text('该目录已有一个正在编制或审核的版本。', 'A version of this entry is in work already.')),
)
constraintMeans('entry_version_one_published', () =>
  conflict(text('该目录刚刚发布了另一个版本。', 'Another version of this entry was just published.')),
)

/** A version with its entry, as use cases and pages need them. */
export interface Versioned {
  readonly entry: EntryRow
  readonly version: EntryVersionRow
}

/** The version locked for a change, after its entry, so that two changes of an entry wait for each other. @throws not-found */
async function locked(cx: Cx, versionId: string): Promise<Versioned> {
  const [known] = await cx.tx.select().from(entryVersion).where(eq(entryVersion.id, versionId))
  if (!known) throw notFound()
  const [of] = await cx.tx.select().from(entry).where(eq(entry.id, known.entryId)).for('update')
  const [version] = await cx.tx.select().from(entryVersion).where(eq(entryVersion.id, versionId)).for('update')
  if (!of || !version) throw notFound()
  return { entry: of, version }
}

/** A version of the own institution. @throws not-found */
async function ownLocked(cx: Cx, versionId: string): Promise<Versioned> {
  const found = await locked(cx, versionId)
  if (found.entry.organizationId !== requireOrganization(cx.actor)) throw notFound()
  return found
}

/** The own institution's entry, locked. @throws not-found */
export async function ownEntry(cx: Cx, entryId: string): Promise<EntryRow> {
  const [row] = await cx.tx
    .select()
    .from(entry)
    .where(and(eq(entry.id, entryId), eq(entry.organizationId, requireOrganization(cx.actor))))
    .for('update')
  if (!row) throw notFound()
  return row
}

async function change(cx: Cx, id: string, set: Partial<EntryVersionRow>): Promise<EntryVersionRow> {
  const [row] = await cx.tx.update(entryVersion).set(set).where(eq(entryVersion.id, id)).returning()
  return row!
}

const moved = (cx: Cx, { entry: of, version }: Versioned, move: string, to: string) =>
  cx.emit('resources.entry-moved', { versionId: version.id, entryId: of.id, move, to })

async function nextCode(cx: Cx, classCode: string): Promise<string> {
  const [row] = await cx.sql<{ last: number }[]>`
    insert into resources.code_serial (class_code, last) values (${classCode}, 1)
    on conflict (class_code) do update set last = resources.code_serial.last + 1 returning last`
  return codeOf(classCode, row!.last)
}

/** Begins an entry of the own institution with its code; from a data version its name, grade and items are filled in. */
export async function createEntry(cx: Cx, input: CreateInput): Promise<Versioned> {
  const organizationId = requireOrganization(cx.actor)
  const { division } = await organizationOf(cx, organizationId)
  const filled = input.dataVersionId ? await contentOfData(cx, input.dataVersionId) : undefined
  const nameZh = input.nameZh ?? filled?.nameZh
  if (!nameZh)
    throw invalidInput(undefined, {
      errors: [
        {
          pointer: '/nameZh',
          message: text('请填写名称', 'is missing'),
          remedy: text('填写资源名称，或选择一个数据文件', 'give its name, or choose a data file'),
        },
      ],
    })
  const [of] = await cx.tx
    .insert(entry)
    .values({
      id: newId(),
      code: await nextCode(cx, input.classCode),
      organizationId,
      division,
      createdBy: cx.actor.personId!,
      createdAt: cx.now,
    })
    .returning()
  const [version] = await cx.tx
    .insert(entryVersion)
    .values({
      id: newId(),
      entryId: of!.id,
      versionNo: 1,
      state: entryMachine.initial,
      nameZh,
      ...(filled && { format: filled.format, grade: filled.grade, items: filled.items }),
      changedBy: cx.actor.personId!,
      changedAt: cx.now,
    })
    .returning()
  cx.audit('resource.create', ['resource', of!.id], { code: of!.code, nameZh, versionId: version!.id })
  return { entry: of!, version: version! }
}

function requireOpen(version: EntryVersionRow): void {
  const isOpen = (openStates as readonly string[]).includes(version.state)
  if (!isOpen) nextState(entryMachine, version.state as EntryState, 'submit')
}

const trimmed = (value: unknown): unknown => (typeof value === 'string' ? value.trim() || null : value)

/** Art 25: only a public service enterprise publishes what it is not mandated to. */
async function voluntaryErrors(cx: Cx, input: ContentInput): Promise<FieldError[]> {
  if (input.isVoluntary !== true) return []
  if (mayPublishVoluntarily(await organizationOf(cx, requireOrganization(cx.actor)))) return []
  return [
    {
      pointer: '/isVoluntary',
      message: text(
        '自愿提供仅限经确认的公共服务企业',
        'is only for public service enterprises whose kind is confirmed',
      ),
      remedy: text(
        '写明职责依据，或先由运营机构确认机构类别',
        'name the legal duty, or have the operator confirm the kind',
      ),
    },
  ]
}

/** Changes a version that is in work; what is absent stays as it is, null takes it back. @throws state-conflict, invalid-input */
export async function updateVersion(cx: Cx, versionId: string, input: ContentInput): Promise<Versioned> {
  const { entry: of, version } = await ownLocked(cx, versionId)
  requireOpen(version)
  const errors = [...whatIsWrong(input, rulesAt(cx.now)), ...(await voluntaryErrors(cx, input))]
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  const given = Object.fromEntries(Object.entries(input).map(([name, value]) => [name, trimmed(value)]))
  cx.audit('resource.update', ['resource', of.id], { versionId, ...given })
  return {
    entry: of,
    version: await change(cx, versionId, { ...given, changedBy: cx.actor.personId!, changedAt: cx.now }),
  }
}

/** Adds the columns of a data file as items; items that are there keep what was said of them. */
export async function fillItems(cx: Cx, versionId: string, dataVersionId: string): Promise<Versioned> {
  const { entry: of, version } = await ownLocked(cx, versionId)
  requireOpen(version)
  const filled = await contentOfData(cx, dataVersionId)
  const items = joinItems(version.items, filled.items)
  cx.audit('resource.fill', ['resource', of.id], { versionId, dataVersionId, items: items.length })
  const set = {
    items,
    grade: version.grade ?? filled.grade,
    format: version.format ?? filled.format,
    changedBy: cx.actor.personId!,
    changedAt: cx.now,
  }
  return { entry: of, version: await change(cx, versionId, set) }
}

/** Hands a complete version in for review. @throws entry-incomplete naming each field, state-conflict */
export async function submitVersion(cx: Cx, versionId: string): Promise<Versioned> {
  const { entry: of, version } = await ownLocked(cx, versionId)
  const state = nextState(entryMachine, version.state as EntryState, 'submit')
  const errors = whatIsMissing(version)
  if (errors.length > 0) throw entryIncomplete(undefined, { errors })
  const set = {
    state,
    reason: null,
    submittedBy: cx.actor.personId!,
    submittedAt: cx.now,
    rulePack: rulesAt(cx.now).ref,
  }
  cx.audit('resource.submit', ['resource', of.id], { versionId, items: version.items, nameZh: version.nameZh })
  const found = { entry: of, version: await change(cx, versionId, set) }
  moved(cx, found, 'submit', state)
  return found
}

/** An institution never reviews its own entries, even where one person belongs to both. @throws forbidden, same-person */
function requireReviewer(cx: Cx, { entry: of, version }: Versioned): string {
  const organizationId = requireOrganization(cx.actor)
  if (organizationId === of.organizationId)
    throw forbidden(text('目录须由其他机构的人员审核。', 'Another organisation reviews an entry.'))
  if (version.submittedBy === cx.actor.personId) throw samePerson()
  return organizationId
}

/** A reviewer takes a submitted version up. @throws state-conflict, same-person */
export async function reviewVersion(cx: Cx, versionId: string): Promise<Versioned> {
  const found = await locked(cx, versionId)
  const state = nextState(entryMachine, found.version.state as EntryState, 'review')
  const reviewerOrganizationId = requireReviewer(cx, found)
  cx.audit('resource.review', ['resource', found.entry.id], { versionId })
  return { ...found, version: await change(cx, versionId, { state, reviewerOrganizationId }) }
}

/** Sends a version back with what is to be mended. @throws state-conflict, same-person */
export async function returnVersion(cx: Cx, versionId: string, reason: string): Promise<Versioned> {
  const found = await locked(cx, versionId)
  const state = nextState(entryMachine, found.version.state as EntryState, 'return')
  const reviewerOrganizationId = requireReviewer(cx, found)
  cx.audit('resource.return', ['resource', found.entry.id], { versionId, reason })
  const set = { state, reason, reviewedBy: cx.actor.personId, reviewerOrganizationId }
  const back = { ...found, version: await change(cx, versionId, set) }
  moved(cx, back, 'return', state)
  return back
}

async function latestAttachedAt(rx: Rx, entryId: string): Promise<Date | undefined> {
  const [row] = await rx.tx
    .select({ at: attachment.attachedAt })
    .from(attachment)
    .where(eq(attachment.entryId, entryId))
    .orderBy(desc(attachment.sequenceNo))
    .limit(1)
  return row?.at
}

/** Publishes a reviewed version; the one before stays readable as superseded. @throws entry-incomplete, same-person, state-conflict */
export async function publishVersion(cx: Cx, versionId: string): Promise<Versioned> {
  const found = await locked(cx, versionId)
  const { entry: of, version } = found
  const state = nextState(entryMachine, version.state as EntryState, 'publish')
  const reviewerOrganizationId = requireReviewer(cx, found)
  const errors = whatIsMissing(version)
  if (errors.length > 0) throw entryIncomplete(undefined, { errors })
  await cx.tx
    .update(entryVersion)
    .set({ state: 'superseded' })
    .where(and(eq(entryVersion.entryId, of.id), eq(entryVersion.state, 'published')))
  const updatedOn = dayOf((await latestAttachedAt(cx, of.id)) ?? cx.now)
  const dueOn = nextDue(version.updateCycle!, updatedOn)
  await cx.tx.update(entry).set({ updatedOn, dueOn }).where(eq(entry.id, of.id))
  const { words, tokens } = await indexOf(cx, of, version)
  await cx.sql`update resources.entry_version set words = ${words}, document = array_to_tsvector(${tokens}::text[])
    where id = ${versionId}`
  const set = { state, reviewedBy: cx.actor.personId, reviewerOrganizationId, publishedAt: cx.now, reason: null }
  cx.audit('resource.publish', ['resource', of.id], { versionId, code: of.code, nameZh: version.nameZh, dueOn })
  const after = { entry: { ...of, updatedOn, dueOn }, version: await change(cx, versionId, set) }
  moved(cx, after, 'publish', state)
  return after
}

/** Gives a version up before it is published. @throws state-conflict */
export async function discardVersion(cx: Cx, versionId: string): Promise<Versioned> {
  const { entry: of, version } = await ownLocked(cx, versionId)
  const state = nextState(entryMachine, version.state as EntryState, 'discard')
  cx.audit('resource.discard', ['resource', of.id], { versionId })
  return { entry: of, version: await change(cx, versionId, { state }) }
}

/**
 * Who gives a reason for a withdrawal, and who may withdraw: what is mandated takes a reason and a checker; what an
 * enterprise provides voluntarily it takes back at will (Art 25). @throws forbidden, invalid-input
 */
function withdrawalReason(cx: Cx, version: EntryVersionRow, given: string | undefined): string {
  const { roles, duties } = cx.actor
  const isAtWill = version.isVoluntary && !roles.includes('operator')
  if (!isAtWill && !duties.includes('checker') && !duties.includes('administrator'))
    throw forbidden(
      text(
        '撤回依职责发布的目录，须由复核人员或管理员办理。',
        'A checker or administrator withdraws what is mandated.',
      ),
    )
  if (given !== undefined) return given
  if (isAtWill) return '提供企业撤回自愿提供的目录'
  throw invalidInput(undefined, {
    errors: [
      {
        pointer: '/reason',
        message: text('请写明撤回理由', 'is missing'),
        remedy: text('理由会向社会公开', 'say why; everyone reads it'),
      },
    ],
  })
}

/** Takes what is published out of the catalog; its page stays and says why. @throws state-conflict, not-found, forbidden */
export async function withdrawEntry(cx: Cx, entryId: string, given: string | undefined): Promise<Versioned> {
  const [of] = await cx.tx.select().from(entry).where(eq(entry.id, entryId)).for('update')
  const isOperator = cx.actor.roles.includes('operator')
  if (!of || (!isOperator && of.organizationId !== requireOrganization(cx.actor))) throw notFound()
  const version = await inForce(cx, entryId)
  if (!version)
    throw conflict(text('该目录当前没有已发布的版本。', 'No version of this entry is published at present.'))
  const reason = withdrawalReason(cx, version, given)
  const state = nextState(entryMachine, version.state as EntryState, 'withdraw')
  await cx.tx.update(entry).set({ dueOn: null }).where(eq(entry.id, entryId))
  cx.audit('resource.withdraw', ['resource', entryId], { versionId: version.id, reason })
  const after = { entry: { ...of, dueOn: null }, version: await change(cx, version.id, { state, reason }) }
  moved(cx, after, 'withdraw', state)
  return after
}

/** The published version of an entry; undefined where there is none. */
export async function inForce(rx: Rx, entryId: string): Promise<EntryVersionRow | undefined> {
  const [row] = await rx.tx
    .select()
    .from(entryVersion)
    .where(and(eq(entryVersion.entryId, entryId), eq(entryVersion.state, 'published')))
  return row
}

/** Begins the next version as a copy of the last public one, which stays in force meanwhile. @throws conflict while another is in work */
export async function reviseEntry(cx: Cx, entryId: string): Promise<Versioned> {
  const of = await ownEntry(cx, entryId)
  const [last] = await cx.tx
    .select()
    .from(entryVersion)
    .where(and(eq(entryVersion.entryId, entryId), inArray(entryVersion.state, ['published', 'withdrawn'])))
    .orderBy(desc(entryVersion.versionNo))
    .limit(1)
  if (!last) throw conflict(text('该目录还没有发布过。', 'Nothing of this entry has been published yet.'))
  const [newest] = await cx.tx
    .select({ no: entryVersion.versionNo })
    .from(entryVersion)
    .where(eq(entryVersion.entryId, entryId))
    .orderBy(desc(entryVersion.versionNo))
    .limit(1)
  const [version] = await cx.tx
    .insert(entryVersion)
    .values({
      ...last,
      id: newId(),
      versionNo: newest!.no + 1,
      state: entryMachine.initial,
      changedBy: cx.actor.personId!,
      changedAt: cx.now,
      submittedBy: null,
      submittedAt: null,
      reviewedBy: null,
      reviewerOrganizationId: null,
      publishedAt: null,
      reason: null,
      rulePack: null,
      words: null,
      document: null,
    })
    .returning()
  cx.audit('resource.revise', ['resource', entryId], { versionId: version!.id, from: last.id })
  return { entry: of, version: version! }
}
