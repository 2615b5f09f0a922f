import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Liquid } from 'liquidjs'
import { type FieldError, invalidInput } from '../problem.ts'
import { type Language, type Text, text } from '../text.ts'
import { addDocumentFilters } from './filters.ts'
import { printableErrors } from './fonts.ts'
import { escapeMarkdown } from './markdown.ts'
import { compileSchema } from './terms.ts'

/** What `meta.json` of a template says. */
export interface TemplateMeta {
  readonly code: string
  readonly version: string
  readonly kind: 'contract' | 'certificate' | 'receipt'
  readonly title: Text
  /** The sentence that says what the text is, shown on the cover. */
  readonly label: Text
  readonly bindingLanguage: 'zh' | 'en'
  readonly texts: { readonly zh: string; readonly en: string }
  readonly schema: string
}

/** A legal text that lawyers edit: versioned by its folder, identified by the hash of its files. */
export interface Template {
  readonly meta: TemplateMeta
  /** SHA-256 (hex) over every file of the folder: name and length and bytes, in the order of names. */
  readonly hash: string
  /** The JSON Schema of its terms. */
  readonly schema: Readonly<Record<string, unknown>>
  /** What is wrong with `terms`: one error a field, with its remedy; empty when they are valid and can be printed. */
  validate(terms: unknown): FieldError[]
  /**
   * The text as Markdown: for a contract this very string is what the parties sign. Strict: an unknown variable or
   * filter is an error, nothing is read from disk, and a value is never taken as Liquid, Markdown or HTML.
   * @param context everything the text refers to besides `template`, `terms` among it. @throws invalid-input (400)
   */
  render(language: Language, context: TemplateContext): string
}

/** What a template may refer to; `terms` are validated before they are rendered. */
export type TemplateContext = { readonly terms: unknown } & Readonly<Record<string, unknown>>

const root = new URL('../../../templates/', import.meta.url)
const allowedTags = ['assign', 'if', 'unless', 'case', 'for', 'comment', 'raw', 'break', 'continue']

function strictEngine(): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    outputEscape: escapeMarkdown,
    templates: {},
    parseLimit: 1_000_000,
    memoryLimit: 50_000_000,
  })
  for (const tag of Object.keys(engine.tags)) if (!allowedTags.includes(tag)) delete engine.tags[tag]
  for (const filter of Object.keys(engine.filters))
    if (!['default', 'plus', 'size'].includes(filter)) delete engine.filters[filter]
  addDocumentFilters(engine)
  return engine
}

async function readFolder(folder: URL): Promise<{ files: Map<string, Buffer>; hash: string }> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter(entry => entry.isFile() && !entry.name.startsWith('.'))
    .map(entry => entry.name)
    .sort((a, b) => (a < b ? -1 : 1))
  const files = new Map<string, Buffer>()
  const digest = createHash('sha256')
  for (const name of names) {
    const bytes = await readFile(new URL(name, folder))
    files.set(name, bytes)
    digest.update(`${name}\0${bytes.length}\0`).update(bytes)
  }
  return { files, hash: digest.digest('hex') }
}

/** White space that Liquid's tags leave behind is dropped, so that the signed text is tidy and the same for the same terms. */
const tidy = (markdown: string): string =>
  `${markdown
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`

const loaded = new Map<string, Promise<Template>>()

/**
 * Loads `templates/<kind>/<code>/<version>/`, once: a version that is in use is never edited.
 * @param kind `contracts` or `documents`.
 * @throws Error when a file is missing or does not parse: a mistake of the installation, not of a user.
 */
export function loadTemplate(kind: 'contracts' | 'documents', code: string, version: string): Promise<Template> {
  const name = `${kind}/${code}/${version}`
  const known = loaded.get(name) ?? readTemplate(kind, code, version)
  loaded.set(name, known)
  known.catch(() => loaded.delete(name))
  return known
}

async function readTemplate(kind: 'contracts' | 'documents', code: string, version: string): Promise<Template> {
  if (![code, version].every(part => /^[a-z0-9]+([.-][a-z0-9]+)*$/.test(part)))
    throw new Error(`${join(kind, code, version)} is not the name of a template`)
  const { files, hash } = await readFolder(new URL(`${kind}/${code}/${version}/`, root))
  const file = (name: string): string => {
    const bytes = files.get(name)
    if (!bytes) throw new Error(`template ${code} ${version} has no file ${name}`)
    return bytes.toString('utf8')
  }
  const meta = JSON.parse(file('meta.json')) as TemplateMeta
  const schema = JSON.parse(file(meta.schema)) as Record<string, unknown>
  const check = compileSchema(schema)
  const engine = strictEngine()
  const parsed = { zh: engine.parse(file(meta.texts.zh)), en: engine.parse(file(meta.texts.en)) }
  const validate = (terms: unknown): FieldError[] => [...check(terms), ...printableErrors(terms)]
  return {
    meta,
    hash,
    schema,
    validate,
    render(language, context) {
      const errors = validate(context.terms)
      if (errors.length > 0)
        throw invalidInput(text('文书要素有误，见各字段说明。', 'The terms are not valid; see each field.'), { errors })
      const scope = { ...context, template: { code: meta.code, version: meta.version, hash } }
      return tidy(String(engine.renderSync(language === 'en' ? parsed.en : parsed.zh, scope)))
    },
  }
}

/** SHA-256 (hex) of a text's UTF-8 bytes: what the parties' signatures are made over. */
export const textHash = (markdown: string): string => createHash('sha256').update(markdown, 'utf8').digest('hex')
