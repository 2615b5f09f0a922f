// A contract's PDF, warm, against pdfkit setting the same text; and what others wait while documents are made.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { create } from 'fontkit'
import PDFDocument from 'pdfkit'
import type { ContractSpec } from '../src/kernel/documents/specs.ts'
import { get, printTable } from './support/helper.ts'
import type { LoadReport } from './support/load.ts'
import { openStage } from './support/stage.ts'

const fontFile = fileURLToPath(new URL('../templates/fonts/NotoSansSC_400Regular.ttf', import.meta.url))
const clause = (i: number) =>
  `${i}. 甲方应当按照本合同约定的范围、方式和期限向乙方提供数据，保证数据来源合法、内容真实，字段与数据字典一致；乙方应当在约定用途内使用数据，不得超出授权范围，不得以原始形态公开发布，并采取必要的安全措施。`
const markdown = Array.from(
  { length: 12 },
  (_, i) => `## 第${i + 1}条\n\n${Array.from({ length: 4 }, (_, k) => clause(k + 1)).join('\n\n')}`,
).join('\n\n')
const spec: ContractSpec = {
  kind: 'contract',
  language: 'zh',
  markdown,
  title: '数据提供合同',
  number: '140000-CT-2026-00000001-4',
  issuer: '山西数据交易服务中心',
  label: '示范文本',
  subject: '城市逐日气象观测数据集',
  createdAt: new Date('2026-05-06T06:05:00Z'),
  cover: [{ label: '合同价款', value: '¥12,345.67' }],
  signatures: [
    { label: '甲方（数据提供方）', organisation: '山西云数科技有限公司' },
    { label: '乙方（数据接收方）', organisation: '晋中智慧农业发展集团有限公司' },
  ],
}

/** The same words set by pdfkit alone, from top to bottom. */
function plain(font: unknown): Promise<number> {
  return new Promise(resolve => {
    const began = performance.now()
    const document = new PDFDocument({ size: 'A4', margin: 72 })
    document.on('data', () => {})
    document.on('end', () => resolve(performance.now() - began))
    document.font(font as string).fontSize(10.5)
    for (const paragraph of markdown.split('\n\n')) document.text(paragraph, { lineGap: 6 }).moveDown()
    document.end()
  })
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
const rounds = 5
const kept = create(readFileSync(fontFile))
const stage = await openStage()
try {
  const { product, productPort, load } = stage
  const render = (times: number) => product.ask<number[]>({ do: 'render', spec, times })
  await render(5)
  for (let i = 0; i < 3; i++) await plain(kept)
  const took: Record<'ours' | 'file' | 'kept', number[]> = { ours: [], file: [], kept: [] }
  for (let round = 0; round < rounds; round++) {
    took.ours.push(...(await render(6)))
    for (let i = 0; i < 3; i++) took.file.push(await plain(fontFile))
    for (let i = 0; i < 6; i++) took.kept.push(await plain(kept))
  }
  const [ours, file, parsed] = [median(took.ours), median(took.file), median(took.kept)]
  const against = (limit: number) => [`${limit.toFixed(1)}`, `${ours.toFixed(1)}`, (ours / limit).toFixed(2)]
  printTable(
    'Contract of six pages, warm',
    ['limit', 'limit ms', 'product ms', 'ratio of times'],
    [
      ['pdfkit, font as a file', ...against(file)],
      ['pdfkit, parsed font kept', ...against(parsed)],
    ],
  )
  const order = { port: productPort, requests: [get('/api/v1/products')], connections: 4, seconds: 3 }
  const lines: string[][] = []
  const line = (name: string, made: number, r: LoadReport) =>
    lines.push([name, String(made), r.perSecond.toFixed(0), r.p50.toFixed(1), r.p99.toFixed(1), r.max.toFixed(1)])
  await load.ask(order)
  for (let round = 0; round < 2; round++) {
    line('nothing is rendered', 0, await load.ask<LoadReport>(order))
    const made = product.ask<number>({ do: 'render-until', spec, ms: 2800 })
    const report = await load.ask<LoadReport>(order)
    line('documents one after another', await made, report)
  }
  printTable(
    'First page of the list, 4 connections',
    ['meanwhile', 'PDFs', 'req/s', 'p50 ms', 'p99 ms', 'max ms'],
    lines,
  )
} finally {
  await stage.close()
}
