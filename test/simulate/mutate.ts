import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { mutants } from './mutants.ts'

/** Puts one planted bug (JINSHU_MUTANT) in the place of what the product says; the file on disk stays as it is. */
const mutant = mutants.find(({ name }) => name === process.env.JINSHU_MUTANT)
if (!mutant) throw new Error(`no mutant is called “${process.env.JINSHU_MUTANT}”`)
const target = new URL(`../../src/modules/settlement/${mutant.file}`, import.meta.url)

registerHooks({
  load(url, context, nextLoad) {
    if (new URL(url).pathname !== target.pathname) return nextLoad(url, context)
    const own = readFileSync(target, 'utf8')
    const source = stripTypeScriptTypes(own.replace(mutant.from, () => mutant.to))
    return { format: 'module', source, shortCircuit: true }
  },
})
