import { Worker } from 'node:worker_threads'
import {
  defineProblem,
  invalidInput,
  payloadTooLarge,
  tooManyRequests,
  unsupportedMedia,
} from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { maxEntryRows, maxItemRows, maxUnpackedBytes, maxWorkbookBytes } from './imports.ts'
import type { SheetsAnswer } from './sheets.ts'

/** Threads that read workbooks at the same time, and how long one may take. */
const MOST_AT_ONCE = 2
const TIMEOUT_MS = 30_000

export const workbookTooHeavy = defineProblem(
  'workbook-too-heavy',
  422,
  text('工作簿过于复杂，无法读取', 'The workbook is too heavy to be read'),
  text('去掉图片、格式和多余的工作表，或分成几个文件。', 'Take pictures, formats and other sheets out, or split it.'),
)

type Why = Extract<SheetsAnswer, { kind: 'refusal' }>['why']

const template = text('请下载模板，在其中填写后上传。', 'Download the template, fill it in and upload that.')

const refusals: Readonly<Record<Why, readonly [message: Text, remedy: Text]>> = {
  'not-zip': [text('文件内容不是 Excel 工作簿（.xlsx）', 'The content is not an Excel workbook (.xlsx)'), template],
  'old-office': [
    text('旧版（.xls）或加密的 Office 文件', 'An old (.xls) or encrypted Office file'),
    text('取消密码，另存为 .xlsx 后上传。', 'Take the password off, save it as .xlsx and upload that.'),
  ],
  'not-workbook': [
    text('压缩包中没有完好的 Excel 工作簿', 'The archive holds no sound Excel workbook'),
    text('用 Excel 或 WPS 重新另存为 .xlsx 后上传。', 'Save it again as .xlsx and upload that.'),
  ],
  'too-much': [
    text(`解压后超过 ${maxUnpackedBytes / 1048576} MiB`, `It unpacks to more than ${maxUnpackedBytes / 1048576} MiB`),
    text('去掉图片和多余的工作表，或分成几个文件。', 'Take pictures and other sheets out, or split it.'),
  ],
  'no-sheet': [text('没有名为“目录 Entries”的工作表', 'There is no sheet named “目录 Entries”'), template],
  'too-many-entries': [
    text(`“目录”表超过 ${maxEntryRows} 行`, `The sheet of entries has more than ${maxEntryRows} rows`),
    text('分成几个文件，分次导入。', 'Split it and import one after the other.'),
  ],
  'too-many-items': [
    text(`“信息项”表超过 ${maxItemRows} 行`, `The sheet of items has more than ${maxItemRows} rows`),
    text('分成几个文件，分次导入。', 'Split it and import one after the other.'),
  ],
}

function refused(why: Why) {
  const [message, remedy] = refusals[why]
  const errors = [{ pointer: '/file', message, remedy }]
  if (why === 'too-much') return payloadTooLarge(message, { errors })
  if (why === 'not-zip' || why === 'old-office' || why === 'not-workbook') return unsupportedMedia(message, { errors })
  return invalidInput(message, { errors })
}

export const workbookTooLarge = () => {
  const message = text(
    `文件超过 ${maxWorkbookBytes / 1048576} MiB`,
    `The file is larger than ${maxWorkbookBytes / 1048576} MiB`,
  )
  return payloadTooLarge(message, {
    errors: [
      {
        pointer: '/file',
        message,
        remedy: text('分成几个文件，分次导入。', 'Split it and import one after the other.'),
      },
    ],
  })
}

let running = 0

/** The thread's answer; it is ended when it takes too much time or memory. */
function inThread(bytes: Buffer): Promise<SheetsAnswer> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./sheets.${extension}`, import.meta.url), {
    workerData: { workbook: bytes },
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  })
  return new Promise<SheetsAnswer>((resolve, reject) => {
    const timer = setTimeout(() => reject(workbookTooHeavy()), TIMEOUT_MS)
    const settle = (work: () => void) => {
      clearTimeout(timer)
      work()
    }
    worker.once('message', (answer: SheetsAnswer) => settle(() => resolve(answer)))
    worker.once('error', cause => settle(() => reject(workbookTooHeavy(undefined, { cause }))))
    worker.once('exit', () => settle(() => reject(workbookTooHeavy())))
  }).finally(() => void worker.terminate())
}

/**
 * The sheets of an uploaded workbook, read in a thread of its own within limits of time and memory.
 * @throws unsupported-media, payload-too-large, invalid-input, workbook-too-heavy, too-many-requests
 */
export async function sheetsOf(bytes: Buffer) {
  if (running >= MOST_AT_ONCE) throw tooManyRequests(undefined, { retryAfter: 5 })
  running += 1
  try {
    const answer = await inThread(bytes)
    if (answer.kind === 'refusal') throw refused(answer.why)
    if (answer.kind === 'fault') throw new Error(`a workbook could not be read: ${answer.cause}`)
    return answer.sheets
  } finally {
    running -= 1
  }
}
