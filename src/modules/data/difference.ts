import type { Actor } from '../../kernel/actor.ts'
import type { Kit } from '../../kernel/kit.ts'
import { type FieldError, invalidInput } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { IDENTIFIER_NAME } from './engine/columns.ts'
import { askHeavy } from './engine/lanes.ts'
import type { Cells, CompareRequest } from './engine/plan.ts'
import { type OpenedVersion, ownerOf, tableOf } from './rows.ts'

const samples = 20
/** Keys that are tried at most, each of which reads its columns of both versions. */
const mostKeys = 5

export interface Difference {
  readonly schema: {
    readonly added: readonly { readonly name: string; readonly type: string }[]
    readonly removed: readonly { readonly name: string; readonly type: string }[]
    readonly changed: readonly { readonly name: string; readonly from: string; readonly to: string }[]
  }
  /** columns that both have: rows are compared by them */
  readonly columns: readonly string[]
  /** columns by which rows were taken for the same; none: each whole row stood for itself */
  readonly key: readonly string[]
  readonly rows: {
    readonly from: number
    readonly to: number
    readonly added: number
    readonly removed: number
    readonly changed: number
    readonly same: number
  }
  readonly addedSample: readonly Cells[]
  readonly removedSample: readonly Cells[]
  readonly changedSample: readonly {
    readonly key: readonly (string | null)[]
    readonly cells: readonly { readonly column: string; readonly from: string | null; readonly to: string | null }[]
  }[]
}

type Columns = OpenedVersion['version']['columns']

function schemaOf(before: Columns, after: Columns): Difference['schema'] {
  const plain = ({ name, type }: Columns[number]) => ({ name, type })
  const old = new Map(before.map(column => [column.name, column]))
  const names = new Set(after.map(({ name }) => name))
  return {
    added: after.filter(({ name }) => !old.has(name)).map(plain),
    removed: before.filter(({ name }) => !names.has(name)).map(plain),
    changed: after.flatMap(({ name, type }) => {
      const from = old.get(name)?.type
      return from !== undefined && from !== type ? [{ name, from, to: type }] : []
    }),
  }
}

/** Columns that could tell rows apart, judged by what was read of both versions: those named as identifiers first. */
function likelyKeys(common: CompareRequest['common'], before: OpenedVersion, after: OpenedVersion): number[][] {
  const isLikely = (of: OpenedVersion['version'], place: number) => {
    const column = of.columns[place]
    // beyond 50,000 rows the number of different values is an estimate
    return column !== undefined && column.nullCount === 0 && column.distinctCount >= 0.9 * (of.rows ?? 0)
  }
  return common
    .flatMap((each, i) =>
      isLikely(before.version, each.before) && isLikely(after.version, each.after)
        ? [{ i, isNamed: IDENTIFIER_NAME.test(each.name) }]
        : [],
    )
    .sort((a, b) => Number(b.isNamed) - Number(a.isNamed) || a.i - b.i)
    .slice(0, mostKeys)
    .map(({ i }) => [i])
}

function namedKey(names: readonly string[], common: CompareRequest['common']): number[] {
  const errors: FieldError[] = []
  const places = names.flatMap((name, i) => {
    const place = common.findIndex(each => each.name === name)
    if (place >= 0) return [place]
    errors.push({
      pointer: `/key/${i}`,
      message: text('两个版本并不都有这一列', 'is no column that both versions have'),
      remedy: text(
        `共有的列：${common
          .slice(0, 20)
          .map(each => each.name)
          .join(', ')}`,
        `both have: ${common
          .slice(0, 20)
          .map(each => each.name)
          .join(', ')}`,
      ),
    })
    return []
  })
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  return places
}

const repeatedKey = (repeated: { readonly before: number; readonly after: number }) =>
  invalidInput(undefined, {
    errors: [
      {
        pointer: '/key',
        message: text(
          `这些列不能区分每一行：旧版有 ${repeated.before} 行、新版有 ${repeated.after} 行重复或缺失`,
          `do not tell rows apart: ${repeated.before} rows of the old and ${repeated.after} of the new version repeat or lack them`,
        ),
        remedy: text('再加一列，或不指定，由系统寻找或按整行比较', 'add a column, or leave the key out'),
      },
    ],
  })

/**
 * What changed from one version to another: columns added, removed and of another type; rows added, removed and changed,
 * with samples. Rows are the same by the named key, else by a column found to tell rows apart in both, else as wholes.
 * @throws invalid-input for a key that is not in both or does not tell rows apart, query-too-heavy, too-many-requests
 */
export async function diffVersions(
  kit: Kit,
  actor: Actor,
  { from, to, key: named = [] }: { from: OpenedVersion; to: OpenedVersion; key?: readonly string[] },
): Promise<Difference> {
  const common = to.version.columns.flatMap(({ name }, after) => {
    const before = from.version.columns.findIndex(column => column.name === name)
    return before < 0 ? [] : [{ name, before, after }]
  })
  const isKeyNamed = named.length > 0
  const found = await askHeavy(ownerOf(actor), {
    kind: 'compare',
    before: await tableOf(kit, from),
    after: await tableOf(kit, to),
    common,
    keys: isKeyNamed ? [namedKey(named, common)] : likelyKeys(common, from, to),
    isKeyNamed,
    samples,
  })
  if (found.repeated) throw repeatedKey(found.repeated)
  const nameOf = (place: number) => common[place]?.name ?? ''
  const { key, added, removed, changed, same, addedSample, removedSample } = found
  return {
    schema: schemaOf(from.version.columns, to.version.columns),
    columns: common.map(({ name }) => name),
    key: key.map(nameOf),
    rows: { from: from.version.rows ?? 0, to: to.version.rows ?? 0, added, removed, changed, same },
    addedSample,
    removedSample,
    changedSample: found.changedSample.map(({ before, after }) => ({
      key: key.map(place => after[place] ?? null),
      cells: after.flatMap((value, i) =>
        value === before[i] ? [] : [{ column: nameOf(i), from: before[i] ?? null, to: value }],
      ),
    })),
  }
}
