import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { type Latest, latestOf } from '../../modules/transparency/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Card, Copyable, Count, Empty, Facts, Moment, Table } from '../../web/parts.tsx'
import { wordsOf } from '../actions.ts'
import { page } from '../page.tsx'

/** When, and how long ago: a checkpoint that does not get younger while entries wait is a sign that something is wrong. */
function Age({ at, now }: { at: Date | null; now: Date }) {
  const t = useWords()
  if (!at) return <>—</>
  const minutes = Math.max(0, Math.floor((now.getTime() - at.getTime()) / 60_000))
  const ago =
    minutes < 1
      ? text('不到一分钟前', 'less than a minute ago')
      : minutes < 120
        ? text(`${minutes} 分钟前`, `${minutes} minutes ago`)
        : text(`${Math.floor(minutes / 60)} 小时前`, `${Math.floor(minutes / 60)} hours ago`)
  return (
    <>
      <Moment at={at} /> <span class="text-secondary">({t(ago)})</span>
    </>
  )
}

function Checkpoint({ of, now }: { of: Latest; now: Date }) {
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
          [t(text('签发时间', 'Signed')), <Age key="at" at={of.signedAt} now={now} />],
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

/** The signature over the checkpoint, checked with curl and openssl alone; prints "Signature Verified Successfully". */
const signatureRecipe = (url: string) => `curl -s ${url}/log/checkpoint > checkpoint
curl -s ${url}/log/vkey > vkey
head -n 3 checkpoint > body
(printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'
 cut -d+ -f3- vkey | base64 -d | tail -c 32) > key.der
sed -n 5p checkpoint | cut -d' ' -f3 | base64 -d | tail -c 64 > signature
openssl pkeyutl -verify -pubin -keyform DER -inkey key.der \\
  -rawin -in body -sigfile signature`

/** The path from an entry to the root of a checkpoint (RFC 9162, 2.1.3.2), in Python; prints both roots. */
const inclusionRecipe = (url: string, id: string) => `curl -s ${url}/api/v1/audit-entries/${id}/proof > entry.tlog-proof
python3 - <<'END'
import base64, hashlib
h = lambda *p: hashlib.sha256(b''.join(p)).digest()
head, checkpoint = open('entry.tlog-proof', encoding='utf-8').read().split('\\n\\n', 1)
lines = head.split('\\n')
entry = base64.b64decode(lines[1].split(' ')[1])
fn, path = int(lines[2].split(' ')[1]), [base64.b64decode(x) for x in lines[3:]]
sn, r = int(checkpoint.split('\\n')[1]) - 1, h(b'\\0', entry)
for p in path:
    if fn & 1 or fn == sn:
        r = h(b'\\1', p, r)
        while not fn & 1 and fn: fn, sn = fn >> 1, sn >> 1
    else: r = h(b'\\1', r, p)
    fn, sn = fn >> 1, sn >> 1
print(entry.decode())
print(base64.b64encode(r).decode(), 'computed')
print(checkpoint.split('\\n')[2], 'signed')
END`

function How({ publicUrl, sample }: { publicUrl: string; sample: string | undefined }) {
  const t = useWords()
  return (
    <Card title={t(text('自己验证', 'How to verify it yourself'))}>
      <ol class="stack">
        <li>
          {t(
            text(
              '检查点由日志的 Ed25519 密钥签名。下面的命令取回检查点和公钥并核对签名，成功时显示 Signature Verified Successfully：',
              'The checkpoint is signed with the log’s Ed25519 key. These commands fetch both and check the signature; they say “Signature Verified Successfully”:',
            ),
          )}
          <Commands>{signatureRecipe(publicUrl)}</Commands>
        </li>
        {sample && (
          <li>
            {t(
              text(
                '条目散列为 SHA-256(0x00 ‖ 条目)，节点散列为 SHA-256(0x01 ‖ 左 ‖ 右)（RFC 6962）。下面以最新一条为例，沿证明路径算出根；两行应当相同：',
                'An entry’s hash is SHA-256(0x00 ‖ entry), a node’s SHA-256(0x01 ‖ left ‖ right) (RFC 6962). For the latest entry, this computes the root along the path of its proof; the two lines must be the same:',
              ),
            )}
            <Commands>{inclusionRecipe(publicUrl, sample)}</Commands>
          </li>
        )}
        <li>
          {t(
            text(
              '请保存上面的验证公钥和检查点：以后任何一次改写历史都会与您手中的检查点矛盾。日志遵循 C2SP tlog-tiles，任何支持该规范的工具都能读取全部瓦片和条目。',
              'Keep the verifier key and the checkpoint above: any later change of history contradicts what you hold. The log follows C2SP tlog-tiles, so any tool of that specification reads all tiles and entries.',
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

function Commands({ children }: { children: string }) {
  const t = useWords()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard
    <section class="commands" tabIndex={0} aria-label={t(text('命令', 'Commands'))}>
      <pre>{children}</pre>
      <button type="button" class="btn btn-sm" data-copy={children} data-done={t(text('已复制', 'Copied'))} hidden>
        {t(text('复制', 'Copy'))}
      </button>
    </section>
  )
}

function Log({ of, publicUrl, now }: { of: Latest | undefined; publicUrl: string; now: Date }) {
  const t = useWords()
  if (!of) return <Empty icon="database" title={t(text('日志还没有检查点', 'The log has no checkpoint yet'))} />
  return (
    <>
      {of.refusal && (
        <p>
          <Badge tone="bad">{t(text('已停止签发', 'Signing has stopped'))}</Badge> {t(of.refusal)}
        </p>
      )}
      <Checkpoint of={of} now={now} />
      <How publicUrl={publicUrl} sample={of.entries[0]?.id} />
      <Recent of={of} />
    </>
  )
}

async function read(rx: Rx) {
  return { of: await latestOf(rx, 20), publicUrl: rx.kit.settings.publicUrl, now: rx.now }
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
