import { closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { DuckDBConnection } from '@duckdb/node-api'
import { Problem } from '../../../kernel/problem.ts'
import { type Text, text } from '../../../kernel/text.ts'
import { checkNames } from './csv.ts'
import { headOf, textOf } from './sniff.ts'
import { columnTypeOf, identifier, isNested, quoted, type Source } from './source.ts'
import { MAX_COLUMNS, refuse } from './types.ts'

/** Up to this size a broken array is parsed once more by the runtime, which says in which line it breaks. */
const EXPLAIN_BYTES = 64 * 1024 * 1024

const notObjects = (cause?: unknown) =>
  refuse(
    text('JSON 应为对象的数组，或每行一个对象', 'The JSON is neither an array of objects nor one object a line'),
    text('例如 [{"code": "140100", "value": 1}]。', 'For example [{"code": "140100", "value": 1}].'),
    cause,
  )

const broken = (line: number, cause: unknown) =>
  refuse(
    text(`第 ${line} 行不是有效的 JSON，或文件被截断`, `Line ${line} is not valid JSON, or the file is cut off there`),
    text('重新导出完整的文件。', 'Export the whole file again.'),
    cause,
  )

async function brokenLine(path: string): Promise<number | undefined> {
  let line = 0
  for await (const content of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1
    try {
      if (content.trim() !== '') JSON.parse(content)
    } catch {
      return line
    }
  }
  return undefined
}

function brokenLineOfWhole(path: string): number | undefined {
  if (statSync(path).size > EXPLAIN_BYTES) return undefined
  const content = readFileSync(path, 'utf8')
  try {
    JSON.parse(content)
  } catch (error) {
    const message = String(error)
    const line = /line (\d+) column/.exec(message)?.[1]
    if (line) return Number(line)
    const position = /position (\d+)/.exec(message)?.[1]
    // An end that comes too soon has no position: it is the last line.
    return content
      .slice(0, position ? Number(position) : undefined)
      .trimEnd()
      .split('\n').length
  }
  return undefined
}

const TAIL_BYTES = 4096

/** Whether an array's file ends with its bracket: the engine takes one that was cut off after a record for whole. */
function isWhole(path: string): boolean {
  const { size } = statSync(path)
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES))
  const file = openSync(path, 'r')
  try {
    readSync(file, tail, 0, tail.length, size - tail.length)
  } finally {
    closeSync(file)
  }
  return tail.toString('latin1').trimEnd().endsWith(']')
}

function cutOff(path: string) {
  const cause = 'the array has no end'
  const line = brokenLineOfWhole(path)
  if (line) return broken(line, cause)
  return refuse(
    text('JSON 数组没有结尾的“]”，文件被截断', 'The array has no closing “]”: the file is cut off'),
    text('重新导出完整的文件。', 'Export the whole file again.'),
    cause,
  )
}

async function explainJson(path: string, isArray: boolean, error: unknown) {
  const message = String(error)
  const duplicate = /has duplicate key "([^"]*)"/.exec(message)?.[1]
  if (duplicate !== undefined) {
    return refuse(
      text(`同一对象中键“${duplicate}”重复`, `An object has the key "${duplicate}" twice`),
      text('每个键只写一次。', 'Write every key once.'),
      error,
    )
  }
  if (/Expected OBJECT/.test(message)) return notObjects(error)
  const line = isArray ? brokenLineOfWhole(path) : await brokenLine(path)
  if (line) return broken(line, error)
  if (/maximum_object_size|exceeded/.test(message)) {
    return refuse(
      text('有一条记录超过 16 MiB', 'A record is larger than 16 MiB'),
      text('拆分嵌套的内容。', 'Split what is nested in it.'),
      error,
    )
  }
  return refuse(
    text('无法按 JSON 读取此文件', 'The file cannot be read as JSON'),
    text('检查格式后重新导出。', 'Check the format and export it again.'),
    error,
  )
}

async function refuseHiddenDuplicates(connection: DuckDBConnection, from: string): Promise<void> {
  // The engine's own names differ by more than case: it renames the second of "id" and "ID".
  const reader = await connection.runAndReadAll(
    `SELECT string_agg(k, '", "') FROM (SELECT DISTINCT unnest(json_keys(json)) AS k FROM read_json_objects(${from}))
     GROUP BY lower(k) HAVING count(*) > 1 LIMIT 1`,
  )
  const twice = reader.getRowsJson()[0]?.[0]
  if (typeof twice !== 'string') return
  throw refuse(
    text(`列名只有大小写不同：“${twice}”`, `Column names differ by case only: "${twice}"`),
    text('为每一列取不同的列名。', 'Give each column a name of its own.'),
  )
}

/** How the engine reads a JSON file; the keys of all records are its columns. */
export async function jsonSource(connection: DuckDBConnection, path: string, warnings: Text[]): Promise<Source> {
  // The first significant character: `[` begins an array, `{` records one after the other.
  const isArray = textOf(headOf(path)).trimStart().startsWith('[')
  if (isArray && !isWhole(path)) throw cutOff(path)
  const from = `${quoted(path)}, format = '${isArray ? 'array' : 'auto'}'`
  try {
    const described = await connection.runAndReadAll(
      `DESCRIBE SELECT * FROM read_json(${from}, sample_size = -1, maximum_depth = 2, map_inference_threshold = -1)`,
    )
    const fields = described.getRowsJson().map(([name, type]) => ({ name: String(name), type: String(type) }))
    if (fields.length > MAX_COLUMNS) checkNames(fields.map(field => field.name))
    await refuseHiddenDuplicates(connection, from)
    const keys = await connection.runAndReadAll(
      `SELECT count(*), count(*) FILTER (json_type(json) = 'OBJECT'), coalesce(max(len(json_keys(json))), 0)
       FROM read_json_objects(${from})`,
    )
    const [all, objects, most] = (keys.getRowsJson()[0] ?? []).map(Number)
    if (all !== objects) throw notObjects()
    if (all === 0 || most === 0) {
      throw refuse(
        text('文件中没有记录', 'The file has no records'),
        text('至少要有一条有内容的记录。', 'Give at least one record with content.'),
      )
    }
    const names = fields.map(field => field.name)
    checkNames(names)
    for (const field of fields.filter(({ type }) => isNested(type)).slice(0, 5)) {
      warnings.push(
        text(
          `列“${field.name}”含有嵌套或混合的值，按文本读取`,
          `Column "${field.name}" holds nested or mixed values and is read as text`,
        ),
      )
    }
    const columns = names.map(name => `${quoted(name)}: 'VARCHAR'`).join(', ')
    const renamed = names.map((name, index) => `${identifier(name)} AS c${index}`).join(', ')
    return {
      sql: `SELECT ${renamed} FROM read_json(${from}, columns = {${columns}})`,
      names,
      types: fields.map(field => columnTypeOf(field.type)),
      explain: error => explainJson(path, isArray, error),
    }
  } catch (error) {
    throw error instanceof Problem ? error : await explainJson(path, isArray, error)
  }
}
