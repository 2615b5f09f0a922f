import { begin } from '../../kernel/db/begin.ts'
import type { Client, RawTx } from '../../kernel/db/client.ts'
import type { Kit } from '../../kernel/kit.ts'
import { type OpenCheckpoint, openCheckpoint } from '../../kernel/log/checkpoint.ts'
import { LogError, toBase64 } from '../../kernel/log/encoding.ts'
import { appendLeaf, emptyFrontier, type Frontier, frontierRoot, leafHash } from '../../kernel/log/merkle.ts'
import { parseVkey, type Verifier } from '../../kernel/log/note.ts'
import { type Text, text } from '../../kernel/text.ts'
import { deriveTile, filesBetween } from './derivation.ts'
import { type AuditedLeaf, checkpointsOf, leavesAfter, queueFaults } from './evidence.ts'
import { differenceOf } from './model.ts'
import { logVerifier, type SignedHead } from './standing.ts'
import { type LogStore, openLogStore } from './store.ts'
import { createTileCheck, type Disagreement, type TileCheck } from './tilecheck.ts'

/** Something that is not as it was logged. */
export interface Finding {
  /** `record`: what the exchange did; `signature`: what the log signed; `file`: a published file that rows restore. */
  readonly kind: 'record' | 'signature' | 'file'
  /** Its place in the log, where one is known. */
  readonly index?: number | undefined
  readonly id?: string | undefined
  readonly action?: string | undefined
  readonly what: Text
}

export interface Report {
  readonly vkey: string
  /** Entries under the published checkpoint, and under the latest signed one. */
  readonly published: number
  readonly size: number
  /** The root that the rows lead to, base64 as in a checkpoint. */
  readonly root: string
  readonly checks: number
  /** Altered records first, in the order of the log; then signatures; then files. */
  readonly findings: readonly Finding[]
}

/** What is carried through one pass over the log. */
interface Pass {
  readonly verifier: Verifier
  readonly findings: Finding[]
  readonly tiles: TileCheck
  checks: number
  frontier: Frontier
  /** The first signed size whose root the rows do not have, and the signed size before it. */
  fork: { readonly from: number; readonly to: number } | undefined
}

const signature = (what: Text): Finding => ({ kind: 'signature', what })

function checkEntry(pass: Pass, row: AuditedLeaf): void {
  const { entry } = row
  const at = { kind: 'record', index: row.leafIndex, id: row.auditId, action: entry?.action } as const
  const found = (zh: string, en: string) => pass.findings.push({ ...at, what: text(zh, en) })
  pass.checks += 4
  if (row.leafIndex !== pass.frontier.size)
    found(`其前第 ${pass.frontier.size} 条缺失`, `entry ${pass.frontier.size} before it is missing`)
  if (!entry) return void found('条目已被删除', 'the entry was deleted')
  const difference = differenceOf(entry)
  if (difference) found(`与其叶子不符：${difference}`, `its row differs from its leaf in: ${difference}`)
  if (!leafHash(Buffer.from(entry.leaf)).equals(row.hash))
    found('叶子文本与其散列不符', 'the text of its leaf has another hash than was logged')
}

function opened(
  pass: Pick<Pass, 'verifier' | 'findings'>,
  note: string | Buffer,
  name: string,
): OpenCheckpoint | undefined {
  try {
    return openCheckpoint(note, pass.verifier)
  } catch (error) {
    if (!(error instanceof LogError)) throw error
    pass.findings.push(signature(text(`${name}：${error.detail.zh}`, `${name}: ${error.detail.en}`)))
    return undefined
  }
}

/** One signed checkpoint against the leaves up to it: that all hold is what makes them consistent with each other. */
function checkCheckpoint(pass: Pass, kept: SignedHead, previous: number): void {
  const signed = opened(pass, kept.note, `checkpoint ${kept.size}`)
  if (signed && (signed.size !== kept.size || Buffer.compare(signed.root, kept.root) !== 0))
    pass.findings.push(
      signature(text(`检查点 ${kept.size} 与其签名文本不符`, `checkpoint ${kept.size} is not what its note says`)),
    )
  const root = signed?.root ?? kept.root
  const isSame = pass.frontier.size === kept.size && Buffer.compare(frontierRoot(pass.frontier), root) === 0
  pass.checks += 3
  if (!isSame) pass.fork ??= { from: previous, to: kept.size }
}

/** Reads every leaf once, in order: its row, its place, the checkpoints as they are reached, the files as they fill. */
async function walk(sql: RawTx, pass: Pass, checkpoints: readonly SignedHead[]): Promise<void> {
  let next = 0
  const reach = (size: number) => {
    for (; next < checkpoints.length && checkpoints[next]!.size <= size; next++)
      checkCheckpoint(pass, checkpoints[next]!, checkpoints[next - 1]?.size ?? 0)
  }
  for (let after = -1, isMore = true; isMore; ) {
    const { rows, isFull } = await leavesAfter(sql, after)
    for (const row of rows) {
      checkEntry(pass, row)
      pass.frontier = appendLeaf(pass.frontier, row.hash)
      const { leafIndex, auditId, hash, entry } = row
      await pass.tiles.add({ leafIndex, auditId, hash, action: entry?.action ?? '', leaf: entry?.leaf })
      reach(pass.frontier.size)
    }
    after = rows.at(-1)?.leafIndex ?? after
    isMore = isFull
  }
  reach(Number.MAX_SAFE_INTEGER)
  await pass.tiles.end()
  const signed = checkpoints.at(-1)?.size ?? 0
  if (pass.frontier.size > signed)
    pass.findings.push(
      signature(text(`第 ${signed} 条起无人签署`, `no checkpoint signs the entries from ${signed} on`)),
    )
}

const toFinding = ({ entry, what }: Disagreement, kind: Finding['kind']): Finding => ({
  kind,
  index: entry?.leafIndex,
  id: entry?.auditId,
  action: entry?.action,
  what,
})

/**
 * Settles who is wrong where rows and files differ. The signed root decides: if the rows lead to it, the file was
 * damaged; if not, the record was altered, and the file that still has the old hash names it.
 */
function settle(pass: Pass): void {
  const { fork, tiles, findings } = pass
  const named = tiles.disagreements.filter(d => fork && d.entry && d.entry.leafIndex >= fork.from)
  const seen = new Set(findings.map(finding => finding.index))
  for (const disagreement of tiles.disagreements) {
    const isRecord = named.includes(disagreement)
    if (disagreement.entry && seen.has(disagreement.entry.leafIndex)) continue
    seen.add(disagreement.entry?.leafIndex)
    findings.push(toFinding(disagreement, isRecord ? 'record' : 'file'))
  }
  if (!fork) return
  const { from, to } = fork
  const what = text(
    `第 ${from} 至 ${to - 1} 条不是检查点 ${to} 所签署的内容`,
    `entries ${from} to ${to - 1} are not what checkpoint ${to} signed`,
  )
  const isNamed = findings.some(f => f.kind === 'record' && f.index !== undefined && f.index >= from && f.index < to)
  findings.push(isNamed ? signature(what) : { kind: 'record', index: from, what })
}

/** The published checkpoint against those that the database keeps. */
function checkPublished(pass: Pass, published: OpenCheckpoint, checkpoints: readonly SignedHead[]): void {
  pass.checks += 1
  const kept = checkpoints.find(checkpoint => checkpoint.size === published.size)
  const latest = checkpoints.at(-1)?.size ?? 0
  if (published.size > latest)
    pass.findings.push(
      signature(
        text(
          `已发布 ${published.size} 条，而数据库只有 ${latest} 条：数据库由旧备份恢复或被截断`,
          `${published.size} entries are published, the database knows ${latest}: it was restored from an older backup or cut`,
        ),
      ),
    )
  else if (!kept || Buffer.compare(kept.root, published.root) !== 0)
    pass.findings.push(
      signature(
        text(
          `已发布的检查点 ${published.size} 与数据库签署的不同`,
          `the published checkpoint ${published.size} is not the one that was signed`,
        ),
      ),
    )
}

const rank = { record: 0, signature: 1, file: 2 }
const place = (finding: Finding) => finding.index ?? Number.MAX_SAFE_INTEGER

const inOrder = (findings: readonly Finding[]) =>
  [...findings].sort((a, b) => rank[a.kind] - rank[b.kind] || place(a) - place(b))

async function verifyIn(sql: RawTx, settings: Kit['settings'], note: Buffer | undefined, pinned?: string) {
  await sql`set local statement_timeout = 0`
  const checkpoints = await checkpointsOf(sql)
  const own = await logVerifier(sql, { settings }, checkpoints.at(-1))
  const verifier = pinned === undefined ? own : parseVkey(pinned)
  const store = openLogStore(settings.home)
  const findings: Finding[] = []
  const published = note && opened({ verifier, findings }, note, 'the published checkpoint')
  const tiles = createTileCheck(store, published?.size ?? 0)
  const pass: Pass = { verifier, findings, tiles, checks: 1, frontier: emptyFrontier, fork: undefined }
  if (own.vkey !== verifier.vkey)
    pass.findings.push(signature(text('数据库中的公钥不是所给的公钥', 'the key in the database is not the given one')))
  await walk(sql, pass, checkpoints)
  settle(pass)
  if (published) checkPublished(pass, published, checkpoints)
  else if (checkpoints.length > 0 && !note)
    pass.findings.push({ kind: 'file', what: text('已发布的检查点缺失', 'the published checkpoint is missing') })
  pass.findings.push(...(await queueFaults(sql)).map(fault => ({ kind: 'record' as const, ...fault })))
  return {
    vkey: verifier.vkey,
    published: published?.size ?? 0,
    size: checkpoints.at(-1)?.size ?? 0,
    root: toBase64(frontierRoot(pass.frontier)),
    checks: pass.checks + pass.tiles.count,
    findings: inOrder(pass.findings),
  }
}

/**
 * Derives the whole log again from the rows and compares everything with it: each entry with its leaf and commitment,
 * each place, each checkpoint that was ever signed, each published file, and that no entry was withheld from the log.
 * The rows are one snapshot, so it may run while the exchange does.
 * @param options.vkey the log's public key as someone outside kept it; otherwise the database's own is believed
 */
export async function verifyLog(
  client: Client,
  settings: Kit['settings'],
  options: { readonly vkey?: string | undefined } = {},
): Promise<Report> {
  // The file before the snapshot: then the snapshot has every checkpoint that can be in it.
  const note = await openLogStore(settings.home).checkpoint()
  return begin(client, 'isolation level repeatable read read only', sql => verifyIn(sql, settings, note, options.vkey))
}

/**
 * Writes every published file anew that is missing or not as the rows say; answers how many. Only for a log whose
 * records and signatures were found sound: `verifyLog` first.
 */
export async function repairFiles(client: Client, settings: Kit['settings'], published: number): Promise<number> {
  const store: LogStore = openLogStore(settings.home)
  return begin(client, 'isolation level repeatable read read only', async sql => {
    await sql`set local statement_timeout = 0`
    let written = 0
    for (const tile of filesBetween(0, published)) {
      const bytes = await deriveTile(sql, tile)
      if ((await store.readTile(tile))?.equals(bytes)) continue
      await store.writeTiles([{ tile, bytes }])
      written += 1
    }
    return written
  })
}
