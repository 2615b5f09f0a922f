import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import {
  countHeld,
  type HeldKind,
  type HeldVersion,
  heldKinds,
  heldVersions,
  type ScannerHealth,
  scannerHealth,
  verdictWords,
} from '../../modules/data/index.ts'
import { type Organization, organizationOf, personNames } from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Badge, Bytes, Card, Copyable, Empty, Facts, Moment, Name, Notice, Pager } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { Another, ageOf, Door, deskTrail, ReasonForm, StateTabs } from './parts.tsx'

const title = text('暂存文件', 'Held files')

const kindWords = {
  held: text('待处理', 'To decide'),
  proposed: text('待复核放行', 'Release proposed'),
  infected: text('已隔离', 'Quarantined'),
}

const empties = {
  held: text(
    '未经病毒检测的文件会出现在这里，由一人提议、另一人放行。',
    'Files that nobody scanned appear here: one person proposes their release, another decides.',
  ),
  proposed: text('经提议放行的文件在这里由另一人决定。', 'What one person proposed to release, another decides here.'),
  infected: text('检出恶意内容的文件会列在这里。', 'Files in which malware was found are listed here.'),
}

const releasing = [
  text('已用其他杀毒软件检测，未发现恶意内容', 'Scanned elsewhere; nothing was found'),
  text(
    '已向提供方核实来源，并在隔离环境中打开检查',
    'Source confirmed with the owner; opened and checked in isolation',
  ),
]
const declining = [
  text('检测依据不足，请用其他杀毒软件检测后再提议', 'Not enough proof: scan it elsewhere and propose again'),
  text('来源未核实，请先与提供方确认', 'The source is not confirmed: ask the owner first'),
]

interface Row extends HeldVersion {
  readonly owner: Organization
}

/** Whether files are scanned, and whether the scanner answers now. */
export function Scanner({ of }: { of: ScannerHealth }) {
  const t = useWords()
  if (of.kind === 'accepted')
    return (
      <Notice tone="warn" title={t(text('未启用病毒检测', 'There is no malware scan'))}>
        {t(text('按设置，文件未经检测即被接受。', 'Files are accepted unscanned, as it is set.'))}
      </Notice>
    )
  if (of.kind === 'held')
    return (
      <Notice tone="warn" title={t(text('未配置病毒检测服务', 'No malware scanner is configured'))}>
        {t(
          text(
            '每个上传文件都会暂存，由两人放行。配置检测服务（SCANNER_URL）后，新文件先经检测。',
            'Every uploaded file is held until two people release it. With a scanner (SCANNER_URL) files are scanned first.',
          ),
        )}
      </Notice>
    )
  if (of.trouble)
    return (
      <Notice tone="bad" title={t(text('病毒检测服务异常', 'The malware scanner is in trouble'))}>
        {t(of.trouble)}
        {t(text('。恢复后，等待检测的文件会自动补检。', '. Files that wait for it are scanned once it is back.'))}
      </Notice>
    )
  return (
    <Notice tone="good">
      {t(text('病毒检测服务正常：', 'The malware scanner answers: '))}
      <code>{of.name}</code>
    </Notice>
  )
}

function Propose({ id }: { id: string }) {
  const to = `POST /data-versions/${id}/propose-release`
  return (
    <Door
      to={to}
      label={text('提议放行', 'Propose the release')}
      tone="primary"
      consequence={text(
        '请先在别处检查该文件。另一人同意后，系统才会读取文件。',
        'Check the file elsewhere first. Nothing reads it until another person agrees.',
      )}
    >
      <ReasonForm
        to={to}
        tone="primary"
        label={text('检查依据', 'How it was checked')}
        templates={releasing}
        button={text('提议放行', 'Propose')}
      />
    </Door>
  )
}

function Proposed({ id, isOwn }: { id: string; isOwn: boolean }) {
  const t = useWords()
  const { can } = useReader()
  const decline = `POST /data-versions/${id}/decline-release`
  if (!can('data-version.release')) return <Another>{t(text('由复核人员决定。', 'A checker decides.'))}</Another>
  return (
    <div class="stack">
      {isOwn ? (
        <Another>{t(text('须由提议人以外的人放行。', 'Somebody else than who proposed it releases it.'))}</Another>
      ) : (
        <Form to={`POST /data-versions/${id}/release`}>
          <p>
            {t(
              text(
                '放行后系统立即读取文件，提供方可以使用；放行不能撤回。',
                'Once released the file is read and its owner can use it; a release is not taken back.',
              ),
            )}
          </p>
          <Submit tone="good">{t(text('放行', 'Release'))}</Submit>
        </Form>
      )}
      <Door
        to={decline}
        label={text('不同意放行', 'Decline')}
        tone="plain"
        consequence={text('文件继续暂存，可以重新提议。', 'The file stays held; its release can be proposed anew.')}
      >
        <ReasonForm to={decline} button={text('不同意放行', 'Decline')} templates={declining} />
      </Door>
    </div>
  )
}

function Decision({ of: { version, inspection } }: { of: Row }) {
  const t = useWords()
  const { can, viewer } = useReader()
  if (inspection.verdict === 'infected')
    return (
      <Another>
        {t(
          text(
            '文件已隔离，无法使用；提供方已被告知清除后重新上传。',
            'The file is quarantined and cannot be used; its owner is told to clean it and upload it again.',
          ),
        )}
      </Another>
    )
  if (inspection.proposedBy) return <Proposed id={version.id} isOwn={inspection.proposedBy === viewer?.personId} />
  if (!can('data-version.propose-release'))
    return <Another>{t(text('由经办或复核人员提议放行。', 'A maker or a checker proposes its release.'))}</Another>
  return <Propose id={version.id} />
}

function One({ of, names, now }: { of: Row; names: ReadonlyMap<string, string>; now: Date }) {
  const t = useWords()
  const { version, inspection, owner } = of
  return (
    <Card title={version.fileName}>
      <div class="split">
        <Facts
          of={[
            [
              t(text('提供方', 'Owner')),
              <a key="owner" href={`/operator/organizations/${owner.id}`}>
                <Name zh={owner.nameZh} en={owner.nameEn} />
              </a>,
            ],
            [
              t(text('状态', 'State')),
              <Badge key="state" tone={inspection.verdict === 'infected' ? 'bad' : 'warn'}>
                {t(verdictWords[inspection.verdict]!)}
              </Badge>,
            ],
            inspection.reason !== null && [t(text('原因', 'Why')), t(inspection.reason)],
            inspection.signature !== null && [
              t(text('恶意内容', 'Malware')),
              <code key="signature">{inspection.signature}</code>,
            ],
            inspection.isWaiting &&
              inspection.scanner !== null && [
                t(text('等待', 'Waits for')),
                t(text('检测服务恢复后自动补检', 'the scanner: it is scanned once that is back')),
              ],
            [t(text('大小', 'Size')), <Bytes key="bytes" of={version.bytes} />],
            [
              t(text('暂存时间', 'Since')),
              <span key="since">
                <Moment at={inspection.inspectedAt} />
                {t(text('（', ' ('))}
                {t(ageOf(inspection.inspectedAt, now))}
                {t(text('）', ')'))}
              </span>,
            ],
            [t(text('摘要值 SHA-256', 'SHA-256')), <Copyable key="sha256">{version.sha256}</Copyable>],
            inspection.proposedBy !== null && [
              t(text('提议放行', 'Release proposed')),
              <span key="proposed">
                {names.get(inspection.proposedBy) ?? '—'} · <Moment at={inspection.proposedAt} />
                <br />
                <Data>{inspection.proposedReason ?? ''}</Data>
              </span>,
            ],
          ]}
        />
        <Decision of={of} />
      </div>
    </Card>
  )
}

async function showFiles(rx: Rx, query: { kind?: HeldKind; after?: string }) {
  const counts = await countHeld(rx)
  const kind = query.kind ?? heldKinds.find(each => counts[each] > 0) ?? 'held'
  const { items, next } = await heldVersions(rx, { kind, after: query.after })
  const rows: Row[] = []
  for (const item of items) rows.push({ ...item, owner: await organizationOf(rx, item.version.organizationId) })
  const names = await personNames(rx, [...new Set(items.flatMap(each => each.inspection.proposedBy ?? []))])
  return { counts, kind, rows, next, names, now: rx.now, scanner: await scannerHealth(rx) }
}

function Files({ of }: { of: Awaited<ReturnType<typeof showFiles>> }) {
  const t = useWords()
  const { counts, kind, rows, next, names, now, scanner } = of
  return (
    <>
      <Scanner of={scanner} />
      <StateTabs
        name="kind"
        at={kind}
        of={heldKinds.map(each => ({ state: each, words: kindWords[each], count: counts[each] }))}
      />
      {rows.length === 0 && (
        <Empty title={t(text('这里没有文件', 'No file is here'))} icon="virus-search">
          {t(empties[kind])}
        </Empty>
      )}
      {rows.map(row => (
        <One key={row.version.id} of={row} names={names} now={now} />
      ))}
      <Pager next={next} />
    </>
  )
}

export const filePages = [
  page({
    at: 'GET /operator/files',
    operation: 'showHeldFiles',
    permission: 'data-version.list-held',
    summary: title,
    query: {
      kind: Type.Optional(Type.Union(heldKinds.map(kind => Type.Literal(kind)))),
      after: PageQuery.after,
    },
    run: async (rx, { query }) => ({
      title,
      trail: deskTrail(),
      lead: text(
        '未经病毒检测的文件不会被读取；放行须由两人办理。',
        'A file that nobody scanned is not read; two people release it.',
      ),
      body: <Files of={await showFiles(rx, query)} />,
    }),
  }),
]
