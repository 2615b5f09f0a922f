import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { eq } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Cx, Rx } from '../../kernel/command.ts'
import type { RawContext } from '../../kernel/http/route.ts'
import { type FieldError, invalidInput } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { requireOrganization } from '../identity/index.ts'
import { makeExport } from './engine/lanes.ts'
import type { Masking } from './engine/masking.ts'
import type { ExportFormat } from './engine/plan.ts'
import { type Column, type ColumnNote, type MaskedColumn, type MaskMethod, tidyFileName } from './model.ts'
import { ownQuota, requireRoom } from './quota.ts'
import { type OpenedVersion, openOwnVersion, ownerOf, tableOf } from './rows.ts'
import { dataMaskingKey } from './schema.ts'
import { openVersion } from './service.ts'
import { profileNowOrSoon } from './upload.ts'

/** What is asked for one column; `keep` leaves it as it is. */
export interface GivenMask {
  readonly name: string
  readonly method: MaskMethod | 'keep'
}

const mostRanges = 10

/** A width of 1, 2 or 5 times a power of ten, that puts the values into about ten ranges. */
export function rangeWidth(min: number, max: number): number {
  const wanted = (max - min) / mostRanges
  if (!(wanted > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(wanted))
  const factor = [1, 2, 5, 10].find(each => each * power >= wanted) ?? 10
  return Number((factor * power).toPrecision(1))
}

const isDivision = (value: string | null) => value !== null && /^\d{6}$/.test(value)

/** Whether the values of a column can be made coarser: numbers, days and codes of divisions can. */
export const canGeneralise = ({ type, min, max, example }: Column): boolean =>
  ['integer', 'decimal', 'date', 'timestamp'].includes(type) ||
  (type === 'text' && isDivision(example) && (min === null || isDivision(min)) && (max === null || isDivision(max)))

function maskErrors(columns: readonly Column[], given: readonly GivenMask[]): FieldError[] {
  const seen = new Set<string>()
  const errors = given.flatMap(({ name, method }, i): FieldError[] => {
    const column = columns.find(each => each.name === name)
    const wrong = (
      part: 'name' | 'method',
      message: FieldError['message'],
      remedy: NonNullable<FieldError['remedy']>,
    ) => [{ pointer: `/columns/${i}/${part}`, message, remedy }]
    if (!column)
      return wrong(
        'name',
        text(`没有“${name}”这一列`, `there is no column “${name}”`),
        text('使用文件中的列名', 'use a name of the file'),
      )
    if (seen.has(name))
      return wrong(
        'name',
        text(`“${name}”重复出现`, `“${name}” is there twice`),
        text('每列只写一次', 'name each once'),
      )
    seen.add(name)
    if (method === 'generalise' && !canGeneralise(column))
      return wrong(
        'method',
        text(`“${name}”是一般文本，无法泛化`, `“${name}” is free text and cannot be generalised`),
        text('改用遮盖、加密散列或删除', 'cover it, hash it or remove it'),
      )
    return []
  })
  if (errors.length > 0) return errors
  const changed = given.filter(({ method }) => method !== 'keep')
  if (changed.length === 0)
    return [
      {
        pointer: '/columns',
        message: text('没有选择要处理的列', 'no column is to be changed'),
        remedy: text('至少为一列选择处理方式', 'choose what to do with at least one column'),
      },
    ]
  if (changed.filter(({ method }) => method === 'remove').length < columns.length) return []
  return [
    {
      pointer: '/columns',
      message: text('不能删除全部列', 'not all columns can be removed'),
      remedy: text('至少保留一列', 'keep at least one'),
    },
  ]
}

/** The masked file has the source's format, its text in UTF-8 whatever the source's encoding was; JSON with a record a line keeps that too. */
function formatOfMasked(format: string | null, fileName: string): ExportFormat {
  if (format === 'parquet') return 'parquet'
  if (format !== 'json') return 'csv'
  return /\.(ndjson|jsonl)$/i.test(fileName) ? 'ndjson' : 'json'
}

const maskedName = (fileName: string, format: ExportFormat) =>
  tidyFileName(`${fileName.replace(/\.[^.]*$/, '').replace(/-脱敏$/, '')}-脱敏.${format}`)

/** Everything that the engine is told; no values, only what to do. */
function planOf({ version }: OpenedVersion, given: readonly GivenMask[]) {
  const { columns } = version
  const changed = given.filter((each): each is MaskedColumn => each.method !== 'keep')
  const place = (name: string) => columns.findIndex(column => column.name === name)
  const removed = new Set(changed.filter(({ method }) => method === 'remove').map(({ name }) => place(name)))
  const masks = changed.flatMap(({ name, method }): Masking[] => {
    if (method === 'remove') return []
    const { min, max } = columns[place(name)]!
    return [{ column: place(name), method, width: rangeWidth(Number(min), Number(max)) }]
  })
  return {
    derivation: changed.map(({ name, method }) => ({ name, method })),
    kept: columns.map((_, i) => i).filter(i => !removed.has(i)),
    masks,
  }
}

/** What the owner said of the columns that stay; whether a masked one is still sensitive is asked anew. */
function notesOf(columns: readonly Column[], changed: readonly MaskedColumn[]): Record<string, ColumnNote> {
  const methods = new Map(changed.map(({ name, method }) => [name, method]))
  return Object.fromEntries(
    columns
      .filter(({ name }) => methods.get(name) !== 'remove')
      .map(({ name, unit, meaning, isSensitive }) => [
        name,
        {
          ...(unit && !methods.has(name) && { unit }),
          ...(meaning && { meaning }),
          ...(isSensitive !== undefined && !methods.has(name) && { isSensitive }),
        },
      ]),
  )
}

const label = (organizationId: string) => `data-masking-key/${organizationId}`

async function keyOf(rx: Rx, organizationId: string): Promise<Buffer | undefined> {
  const [row] = await rx.tx.select().from(dataMaskingKey).where(eq(dataMaskingKey.organizationId, organizationId))
  return row && rx.kit.keyring.open(row.sealedKey, label(organizationId))
}

/** The organisation's secret for keyed hashes, made when it is first needed; the same value always gives the same hash. */
async function makeKey(cx: Cx, organizationId: string): Promise<Buffer> {
  const made = randomBytes(32)
  const sealedKey = cx.kit.keyring.seal(made, label(organizationId))
  await cx.tx.insert(dataMaskingKey).values({ organizationId, sealedKey, createdAt: cx.now }).onConflictDoNothing()
  cx.audit('masking-key.create', ['organization', organizationId], {})
  return (await keyOf(cx, organizationId)) ?? made
}

async function secretOf({ engine, actor }: RawContext): Promise<Buffer> {
  const organizationId = requireOrganization(actor)
  const present = await engine.read(actor, rx => keyOf(rx, organizationId))
  if (present) return present
  const written = await engine.write(actor, { operation: 'makeMaskingKey' }, cx => makeKey(cx, organizationId))
  if (written.isReplay) throw new Error('the making of a key has no idempotency key')
  return written.value
}

/**
 * Makes a new version of the owner's from another by changing or leaving out columns. The engine's own process writes
 * the file from the version's copy, in bounded memory; what was done is the new version's lineage and audited. The same
 * request gives the same version.
 * @throws invalid-input naming the column, state-conflict while nothing was read, quota-exceeded, query-too-heavy
 */
export async function maskDataVersion(
  request: FastifyRequest,
  context: RawContext,
  id: string,
  given: readonly GivenMask[],
) {
  const { engine, actor } = context
  const { kit } = engine
  const source = await engine.read(actor, async rx => {
    const opened = await openOwnVersion(rx, id)
    const errors = maskErrors(opened.version.columns, given)
    if (errors.length > 0) throw invalidInput(undefined, { errors })
    requireRoom(await ownQuota(rx), 1)
    return opened
  })
  const { version } = source
  const { derivation, kept, masks } = planOf(source, given)
  const format = formatOfMasked(version.format, version.fileName)
  const made = await makeExport(ownerOf(actor), {
    kind: 'export',
    table: await tableOf(kit, source),
    conditions: [],
    sorts: [],
    columns: kept,
    format,
    isSafe: false,
    masks,
    ...(masks.some(({ method }) => method === 'hash') && { key: (await secretOf(context)).toString('hex') }),
  })
  const stored = await kit.files
    .put(createReadStream(made.path), { maxBytes: Number.MAX_SAFE_INTEGER })
    .finally(() => made.discard())
  const derived = { derivedFromId: id, derivation, notes: notesOf(version.columns, derivation) }
  const file = { ...stored, fileName: maskedName(version.fileName, format) }
  const opened = await engine.write(actor, { operation: 'maskDataVersion' }, cx => openVersion(cx, file, { derived }))
  if (opened.isReplay) throw new Error('a masking has no idempotency key: its outcome is one')
  const { row, isNew, isToRead } = opened.value
  const around = { engine, actor, log: request.log as Pick<Logger, 'error'> }
  return { row: isToRead ? await profileNowOrSoon(around, row) : row, isNew }
}
