import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { type Latest, latestOf } from '../../modules/transparency/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Card, Copyable, Count, Empty, Facts, Moment, Table } from '../../web/parts.tsx'
import { wordsOf } from '../actions.ts'
import { page } from '../page.tsx'

function Checkpoint({ of }: { of: Latest }) {
  const t = useWords()
  return (
    <Card
      title={t(text('最新检查点', 'The latest checkpoint'))}
      actions={<a href="/log/checkpoint">{t(text('原文', 'As it is signed'))}</a>}
    >
      <Facts
        of={[
          [t(text('日志名称', 'Origin')), <code key="origin">{of.origin}</code>],
          [t(text('条目数', 'Entries')), <Count key="size" of={of.size} />],
          [t(text('根散列', 'Root hash')), <code key="root">{of.root}</code>],
          [t(text('签发时间', 'Signed')), <Moment key="at" at={of.signedAt} />],
          [t(text('验证公钥', 'Verifier key')), <Copyable key="vkey">{of.vkey}</Copyable>],
        ]}
      />
    </Card>
  )
}

function Recent({ of }: { of: Latest }) {
  const t = useWords()
  return (
    <Card title={t(text('最近的条目', 'The latest entries'))}>
      <Table
        head={[
          t(text('序号', 'Index')),
          t(text('时间', 'Time')),
          t(text('操作', 'Action')),
          t(text('叶子摘要', 'Leaf hash')),
          t(text('存在证明', 'Proof')),
        ]}
        nums={[0]}
        rows={of.entries.map(entry => [
          <Count key="index" of={entry.index} />,
          <Moment key="at" at={entry.at} />,
          t(wordsOf(entry.action)),
          <code key="hash">{entry.leafHash.slice(0, 16)}…</code>,
          <a key="proof" href={`/api/v1/audit-entries/${entry.id}/proof`}>
            .tlog-proof
          </a>,
        ])}
      />
    </Card>
  )
}

function How({ publicUrl }: { publicUrl: string }) {
  const t = useWords()
  return (
    <Card title={t(text('自己验证', 'How to verify it yourself'))}>
      <ol>
        <li>
          {t(
            text(
              '日志遵循 C2SP tlog-tiles：检查点、瓦片和条目都是静态文件，任何支持该规范的工具都能读取。',
              'The log follows C2SP tlog-tiles: checkpoint, tiles and entries are plain files that any tool of that specification reads.',
            ),
          )}
          <pre>
            {`curl ${publicUrl}/log/vkey\ncurl ${publicUrl}/log/checkpoint\ncurl ${publicUrl}/log/tile/0/000.p/1 | xxd`}
          </pre>
        </li>
        <li>
          {t(
            text(
              '条目散列为 SHA-256(0x00 ‖ 条目)，节点散列为 SHA-256(0x01 ‖ 左 ‖ 右)（RFC 6962）；由证明中的路径算出的根应等于检查点中的根。',
              'An entry’s hash is SHA-256(0x00 ‖ entry), a node’s SHA-256(0x01 ‖ left ‖ right) (RFC 6962); the root computed along the proof must be the checkpoint’s.',
            ),
          )}
        </li>
        <li>
          {t(
            text(
              '检查点由日志的 Ed25519 密钥签名。请保存上面的验证公钥：以后任何一次改写历史都会与您手中的检查点矛盾。',
              'The checkpoint is signed with the log’s Ed25519 key. Keep the verifier key above: any later change of history contradicts the checkpoint in your hands.',
            ),
          )}
        </li>
        <li>
          {t(text('持有证书或回执的 PDF 时，可在', 'With a certificate or receipt as PDF, the page '))}
          <a href="/verify">{t(text('查验', 'Verify'))}</a>
          {t(
            text(
              '页由您的浏览器完成以上计算。运营机构可用 npm run verify-log 逐条重算整个日志。',
              ' lets your own browser do the arithmetic. The operator re-derives the whole log with npm run verify-log.',
            ),
          )}
        </li>
      </ol>
    </Card>
  )
}

function Log({ of, publicUrl }: { of: Latest | undefined; publicUrl: string }) {
  const t = useWords()
  if (!of) return <Empty icon="database" title={t(text('日志还没有检查点', 'The log has no checkpoint yet'))} />
  return (
    <>
      {of.refusal && (
        <p>
          <Badge tone="bad">{t(text('已停止签发', 'Signing has stopped'))}</Badge> {t(of.refusal)}
        </p>
      )}
      <Checkpoint of={of} />
      <How publicUrl={publicUrl} />
      <Recent of={of} />
    </>
  )
}

async function read(rx: Rx) {
  return { of: await latestOf(rx, 20), publicUrl: rx.kit.settings.publicUrl }
}

export const routes: Route[] = [
  page({
    at: 'GET /transparency',
    operation: 'showTransparency',
    permission: 'log.read',
    summary: text('公开日志', 'The public log'),
    run: async rx => ({
      title: text('公开日志', 'The public log'),
      lead: text(
        '每项决定的摘要按顺序进入默克尔日志；改动或删除其中任何一条，都会被任何人发现。',
        'The digest of every decision enters a Merkle log in order; altering or removing one of them is found out by anyone.',
      ),
      body: <Log {...(await read(rx))} />,
    }),
  }),
]
