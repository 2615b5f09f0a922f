import { closeSync, openSync, readSync, statSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { Problem } from '../../../kernel/problem.ts'
import { type Text, text } from '../../../kernel/text.ts'
import { checkNames } from './csv.ts'
import { columnTypeOf, identifier, isNested, quoted, type Source } from './source.ts'
import { refuse } from './types.ts'

function tailOf(path: string): string {
  const file = openSync(path, 'r')
  try {
    const tail = Buffer.alloc(4)
    readSync(file, tail, 0, 4, Math.max(0, statSync(path).size - 4))
    return tail.toString('latin1')
  } finally {
    closeSync(file)
  }
}

const damaged = (error: unknown) =>
  refuse(
    text('Parquet 文件已损坏，无法读取', 'The Parquet file is damaged and cannot be read'),
    text('重新导出并检查传输是否完整。', 'Export it again and check that it arrives whole.'),
    error,
  )

/** The column names as the file has them; the engine would rename the second of two. */
async function topNames(connection: DuckDBConnection, path: string): Promise<string[]> {
  const reader = await connection.runAndReadAll(`SELECT name, num_children FROM parquet_schema(${quoted(path)})`)
  const [, ...nodes] = reader
    .getRowsJson()
    .map(([name, children]) => ({ name: String(name), children: Number(children ?? 0) }))
  const names: string[] = []
  let inside = 0
  for (const node of nodes) {
    if (inside === 0) names.push(node.name)
    else inside -= 1
    inside += node.children
  }
  return names
}

/** How the engine reads a Parquet file. */
export async function parquetSource(connection: DuckDBConnection, path: string, warnings: Text[]): Promise<Source> {
  if (tailOf(path) !== 'PAR1') {
    throw refuse(
      text(
        'Parquet 文件不完整或已加密：末尾缺少 PAR1 标记',
        'The Parquet file is cut off or encrypted: it does not end with PAR1',
      ),
      text('重新上传完整、未加密的文件。', 'Upload the whole, unencrypted file again.'),
    )
  }
  try {
    const original = await topNames(connection, path)
    checkNames(original)
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${quoted(path)})`)
    const fields = described.getRowsJson().map(([name, type]) => ({ name: String(name), type: String(type) }))
    for (const field of fields.filter(({ type }) => isNested(type)).slice(0, 5)) {
      warnings.push(
        text(
          `列“${field.name}”含有嵌套的值，按文本读取`,
          `Column "${field.name}" holds nested values and is read as text`,
        ),
      )
    }
    const columns = fields.map(({ name }, index) => `CAST(${identifier(name)} AS VARCHAR) AS c${index}`).join(', ')
    return {
      sql: `SELECT ${columns} FROM read_parquet(${quoted(path)})`,
      names: fields.map(field => field.name),
      types: fields.map(field => columnTypeOf(field.type)),
      explain: damaged,
    }
  } catch (error) {
    throw error instanceof Problem ? error : damaged(error)
  }
}
