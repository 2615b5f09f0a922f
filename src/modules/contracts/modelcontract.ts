import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { loadTemplate, type Template } from '../../kernel/documents/template.ts'
import { notFound } from '../../kernel/problem.ts'

const folder = fileURLToPath(new URL('../../../templates/contracts', import.meta.url))
const kept = new Map<string, Promise<Template>>()

const names = async (path: string): Promise<string[]> =>
  (await readdir(path, { withFileTypes: true }))
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()

/** One version of a model contract (合同示范文本), read once. @throws not-found for one that is not there. */
export async function modelContractOf(code: string, version: string): Promise<Template> {
  const key = `${code}/${version}`
  let template = kept.get(key)
  if (!template) {
    const isThere = (await names(folder)).includes(code) && (await names(`${folder}/${code}`)).includes(version)
    if (!isThere) throw notFound()
    template = loadTemplate('contracts', code, version)
    kept.set(key, template)
  }
  return template
}

/** Every version of every model contract that the exchange keeps; old ones stay, because contracts refer to them. */
export async function listModelContracts(): Promise<Template[]> {
  const codes = await names(folder)
  const versions = await Promise.all(codes.map(async code => (await names(`${folder}/${code}`)).map(v => [code, v])))
  return Promise.all(versions.flat().map(([code = '', version = '']) => modelContractOf(code, version)))
}

/** The two texts of a model contract as they lie in the template: Markdown with Liquid. */
export async function sourceOf({ meta }: Template): Promise<{ zh: string; en: string }> {
  const read = (name: string) => readFile(`${folder}/${meta.code}/${meta.version}/${name}`, 'utf8')
  return { zh: await read(meta.texts.zh), en: await read(meta.texts.en) }
}
