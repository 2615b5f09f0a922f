import { type Text, text } from '../../kernel/text.ts'
import { assetUrl } from '../../web/assets.ts'
import { useWords } from '../../web/context.ts'
import { Icon } from '../../web/icon.tsx'
import { Card } from '../../web/parts.tsx'

/** Looks a typed number up. */
export function NumberForm({ value, note }: { value?: string; note?: Text }) {
  const t = useWords()
  return (
    <Card title={t(text('输入编号', 'Type the number'))}>
      <form method="get" action="/verify" class="row-gap">
        <label class="form-label w-100 mb-0" for="number">
          {t(text('登记、备案、合同或交付回执的编号', 'Number of a registration, filing, contract or receipt'))}
        </label>
        <input
          class="form-control"
          id="number"
          name="number"
          value={value ?? ''}
          required
          autocomplete="off"
          spellcheck={false}
          placeholder="140100-RG-2026-00000001-X"
          aria-describedby={note ? 'note' : undefined}
        />
        <button type="submit" class="btn btn-primary">
          {t(text('查验', 'Verify'))}
        </button>
      </form>
      {note && (
        <p id="note" role="alert" class="text-danger mt-2 mb-0">
          {t(note)}
        </p>
      )}
    </Card>
  )
}

/** Checks a PDF: in the browser where scripts run (`verify.js`), else by sending it here. */
export function FileForm({ number }: { number?: string }) {
  const t = useWords()
  return (
    <Card
      title={t(
        number ? text('比对手中的文件', 'Compare the file in your hands') : text('检查 PDF 文件', 'Check a PDF'),
      )}
    >
      <form method="post" action="/verify" enctype="multipart/form-data" class="drop" data-verify>
        {number && <input type="hidden" id="number" value={number} />}
        <label class="form-label" for="file">
          {t(
            text(
              '选择证书、合同或回执的 PDF，或拖放到此处',
              'Choose the certificate, contract or receipt as PDF, or drop it here',
            ),
          )}
        </label>
        <div class="row-gap">
          <input class="form-control" type="file" id="file" name="file" accept="application/pdf,.pdf" required />
          <button type="submit" class="btn">
            {t(text('检查', 'Check'))}
          </button>
        </div>
        <p class="form-hint mb-0">
          {t(
            text(
              '文件在您的浏览器中计算，不会上传；关闭脚本时由服务器计算摘要，不保存文件。',
              'The file is examined in your browser and not uploaded; without scripts the server computes its digest and keeps nothing.',
            ),
          )}
        </p>
      </form>
    </Card>
  )
}

/** Reads a code from the camera or from a picture, in the browser; appears where scripts run. */
export function Scanner() {
  const t = useWords()
  return (
    <div
      data-scan
      data-decoder={assetUrl('qrdecode.js')}
      data-none={t(
        text(
          '图片中没有找到本交易场所的二维码。请让二维码占满画面、光线均匀后再试。',
          'No code of this exchange was found in the picture. Let the code fill it, evenly lit, and try again.',
        ),
      )}
      data-denied={t(
        text(
          '无法使用摄像头：没有摄像头，或浏览器没有许可。可以改为选择一张照片。',
          'The camera cannot be used: there is none, or the browser was not given leave. Choose a photo instead.',
        ),
      )}
      hidden
    >
      <Card title={t(text('扫描二维码', 'Scan the QR code'))}>
        <div class="row-gap">
          <button type="button" class="btn">
            <Icon name="qrcode" /> {t(text('打开摄像头', 'Open the camera'))}
          </button>
          <label class="form-label mb-0" for="code">
            {t(text('或选择二维码的照片', 'or choose a photo of the code'))}
          </label>
          <input class="form-control" type="file" id="code" accept="image/*" />
        </div>
        <video class="scanner" muted playsInline hidden aria-label={t(text('摄像头画面', 'The camera’s picture'))} />
        <p class="text-danger mt-2 mb-0" role="alert" data-scan-note hidden />
      </Card>
    </div>
  )
}

/** Words that the script shows; in the page, so that they are in its language. */
const steps = {
  number: text('文件的编号', 'Number of the document'),
  digest: text('文件的 SHA-256 摘要', 'SHA-256 digest of the file'),
  issued: text('与出具时记入日志的摘要一致', 'equals the digest that the log recorded when it was issued'),
  commitment: text('记录与日志条目中的承诺一致', 'the record opens the commitment in the log’s entry'),
  inclusion: text('条目包含在签名检查点的默克尔树中', 'the entry is in the Merkle tree of the signed checkpoint'),
  signature: text('检查点由日志密钥签名', 'the checkpoint is signed with the log’s key'),
  first: text('日志密钥首次见于此浏览器，已记住', 'the log’s key is seen here for the first time, and kept'),
  pinned: text('日志密钥与此浏览器上次所见相同', 'the log’s key is the one that this browser saw before'),
  grown: text('日志不短于此浏览器上次所见', 'the log is no shorter than this browser saw it before'),
  valid: text(
    '交易场所的记录中没有注销、撤销或解除（此项以其答复为准）',
    'the exchange’s record shows no cancellation, revocation or termination (this one rests on its word)',
  ),
  asked: text('文件的编号就是所查的编号', 'the document’s number is the one asked about'),
  another: text('是另一份文件', 'Another document'),
  anotherMeaning: text(
    '此文件本身是本交易场所出具的，但不属于所查的编号：请以文件自己的编号为准，不要把它当作这个编号的凭证。',
    'The file was issued by this exchange, but not under the number asked about: go by the file’s own number and do not take it for evidence of this one.',
  ),
  genuine: text('真实', 'Genuine'),
  genuineMeaning: text(
    '此文件与本交易场所出具时记入公开日志的完全一致。',
    'This file is exactly what the exchange issued and recorded in the public log.',
  ),
  altered: text('文件不符', 'Altered'),
  alteredMeaning: text(
    '编号真实，但此文件不是当时出具的那一份：它被改动过，或不是最新版本。',
    'The number is genuine, but this is not the file that was issued: it was altered or is not the present version.',
  ),
  revoked: text('已失效', 'Revoked'),
  revokedMeaning: text(
    '文件是真的，但登记已被注销或撤销，不再有效。',
    'The file is genuine, but its registration was cancelled or revoked and no longer holds.',
  ),
  terminated: text('已终止', 'Terminated'),
  terminatedMeaning: text(
    '文件是真的，但合同已被解除或被认定无效，不再履行。',
    'The file is genuine, but its contract was terminated or found void and is no longer in force.',
  ),
  unproved: text('无法证明', 'Not proved'),
  unprovedMeaning: text(
    '服务器给出的证据不成立或不完整，请勿采信此文件；可稍后再查，或向运营机构核实。',
    'The evidence that the server gave does not hold or is not whole. Do not rely on this file; check again later or ask the operator.',
  ),
  unknown: text('未曾出具', 'Not issued'),
  unknownMeaning: text(
    '本交易场所没有出具过此文件，文件里也没有可查到的编号。如果纸面上印有编号，请输入编号再比对。',
    'The exchange never issued this file, and no number in it is known. If a number is printed on it, type the number and compare again.',
  ),
  details: text('查看该编号的信息', 'See what the number stands for'),
  failed: text('检查未能完成，请稍后再试。', 'The check could not be completed; try again later.'),
  passed: text('通过', 'passed'),
  broken: text('不通过', 'failed'),
}

/** Where the script writes its verdict. */
export function Result() {
  const t = useWords()
  const words = Object.fromEntries(
    Object.entries(steps).map(([key, each]) => [
      `data-${key.replace(/[A-Z]/, sign => `-${sign.toLowerCase()}`)}`,
      t(each),
    ]),
  )
  return <section class="card card-body verdict" data-result hidden aria-live="polite" tabIndex={-1} {...words} />
}
