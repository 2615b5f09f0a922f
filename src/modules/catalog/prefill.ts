import type { DataVersion } from '../data/index.ts'
import type { ProductContent } from './model.ts'

const inFull = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',')

/** A name to begin with: the file's, without its ending and what tools add to it. */
export function nameOfFile(fileName: string): string {
  const stem = fileName.replace(/\.[a-z0-9]{1,10}$/i, '').replace(/(\s*[-_(（]?\s*(副本|copy|\(\d+\))\s*[)）]?)+$/i, '')
  return (stem.trim() || fileName).slice(0, 120)
}

/** Share of cells that hold a value, in percent with two decimals; undefined for a file without cells. */
function completeness({ rows, columns }: DataVersion): string | undefined {
  const cells = (rows ?? 0) * columns.length
  if (cells === 0) return undefined
  const missing = columns.reduce((sum, column) => sum + column.nullCount, 0)
  return (Math.floor(((cells - missing) / cells) * 10_000) / 100).toFixed(2)
}

/**
 * What the file itself says for a product made of it: a name to begin with, the condition of acceptance and the note on
 * quality in figures that were read. The vendor changes what it wants.
 */
export function contentOfData(data: DataVersion): Pick<ProductContent, 'nameZh' | 'type' | 'dataVersionId'> & {
  readonly acceptanceStandard: string
  readonly qualityNote?: string
} {
  const share = completeness(data)
  const range = data.timeRange
  const span = range ? `，时间范围 ${range.from.slice(0, 10)} 至 ${range.to.slice(0, 10)}` : ''
  return {
    nameZh: nameOfFile(data.fileName),
    type: 'dataset',
    dataVersionId: data.id,
    acceptanceStandard: `文件可正常读取，共 ${inFull(data.rows ?? 0)} 行、${data.columns.length} 个字段，字段名称、类型与数据字典一致${span}。`,
    ...(share !== undefined && { qualityNote: `读取文件统计：非空单元格占 ${share}%。` }),
  }
}
