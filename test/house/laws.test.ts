import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const root = new URL('../..', import.meta.url).pathname
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const walk = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = `${folder}/${entry.name}`
    return entry.isDirectory() ? walk(path) : [path]
  })
const sources = walk('src').filter(path => /\.tsx?$/.test(path))
const lines = (path: string) => read(path).split('\n')

/** Modules in the order in which app.ts lists them: each may import earlier ones only. */
const order = [...read('src/app.ts').matchAll(/from '\.\/modules\/(\w+)\/index\.ts'/g)].map(m => m[1]!)
const table = /export const modules[^=]*=\s*\[([^\]]*)\]/.exec(read('src/app.ts'))?.[1] ?? ''
const ranked = table
  .split(',')
  .map(name => name.trim())
  .filter(name => order.includes(name))

const importsOf = (path: string) => [...read(path).matchAll(/from '(\.[^']+)'/g)].map(m => join(path, '..', m[1]!))

t.test('the top level holds only what the plan names', async t => {
  const allowed = new Set(
    'src migrations templates test docker package.json tsconfig.json README.md README.zh-CN.md LICENSE CONTRIBUTING.md SECURITY.md biome.json .env.example package-lock.json .ci bench .gitignore .dockerignore .taprc'.split(
      ' ',
    ),
  )
  const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
  const tops = [...new Set(tracked.map(path => path.split('/')[0]!))]
  t.same(
    tops.filter(top => !allowed.has(top)),
    [],
  )
})

t.test('no source file is longer than 400 lines', async t => {
  t.same(
    sources.filter(path => lines(path).length > 401),
    [],
  )
})

t.test('the process clock decides nothing', async t => {
  // signal and cache times of machinery that is no part of any decision
  const exempt = [/^src\/kernel\/embedded\//]
  const found = sources
    .filter(path => !exempt.some(e => e.test(path)))
    .filter(path => /Date\.now\(|new Date\(\)/.test(read(path)))
  t.same(found, [])
})

t.test('the kernel imports nothing above it, and a module only earlier ones through their front doors', async t => {
  const wrong: string[] = []
  for (const path of sources) {
    const inside = /^src\/modules\/(\w+)\//.exec(path)?.[1]
    for (const target of importsOf(path)) {
      const module = /^src\/modules\/(\w+)\/(.*)$/.exec(target)
      const isKernel = path.startsWith('src/kernel/')
      if (isKernel && !target.startsWith('src/kernel/')) wrong.push(`${path} → ${target}`)
      if (path.startsWith('src/web/') && module) wrong.push(`${path} → ${target}`)
      if (inside && target.startsWith('src/desks/')) wrong.push(`${path} → ${target}`)
      if (!module || module[1] === inside) continue
      const isSchemaToSchema = path.endsWith('/schema.ts') && module[2] === 'schema.ts'
      if (module[2] !== 'index.ts' && !isSchemaToSchema) wrong.push(`${path} → ${target} (not the front door)`)
      if (inside && ranked.indexOf(module[1]!) >= ranked.indexOf(inside)) wrong.push(`${path} → ${target} (later)`)
    }
  }
  t.same(wrong, [])
})

t.test('SQL text is never built from strings outside the queue adapter', async t => {
  const found = sources.filter(path => /\.unsafe\(|sql\.raw\(/.test(read(path)))
  t.same(
    found.filter(path => path !== 'src/kernel/events.ts'),
    [],
  )
})

t.test('every module has a README of at most 40 lines', async t => {
  for (const name of readdirSync(join(root, 'src/modules'))) {
    const readme = `src/modules/${name}/README.md`
    t.ok(existsSync(join(root, readme)), `${readme} exists`)
    if (existsSync(join(root, readme))) t.ok(lines(readme).length <= 41, `${readme} has ${lines(readme).length} lines`)
  }
})

t.test('file and folder names in src are one lower-case word', async t => {
  const wrong = sources.filter(path => !path.startsWith('src/cli/') && /[A-Z_-]/.test(path.slice(4)))
  t.same(wrong, [])
})

t.test('no test is skipped or focused, no source is marked unfinished', async t => {
  const tests = walk('test').filter(path => /\.test\.tsx?$/.test(path))
  t.same(
    tests.filter(
      path =>
        /\bt\.(skip|only|todo)\(|skip: true|\.only\(/.test(read(path).replace(/\/\bt\..*$/gm, '')) &&
        !path.endsWith('laws.test.ts'),
    ),
    [],
  )
  t.same(
    sources.filter(path => /\b(TODO|FIXME|XXX|HACK)\b/.test(read(path))),
    [],
  )
})

t.test('the migration journal names exactly the files that are there', async t => {
  const { entries } = JSON.parse(read('migrations/meta/_journal.json')) as { entries: { tag: string; when: number }[] }
  const files = readdirSync(join(root, 'migrations')).filter(name => name.endsWith('.sql'))
  t.same(entries.map(e => `${e.tag}.sql`).sort(), files.sort())
  const stamps = entries.map(e => e.when)
  t.same(
    stamps,
    [...stamps].sort((a, b) => a - b),
    'each is stamped later than the one before',
  )
})

t.test('large files are kept only where they belong', async t => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
  const large = tracked.filter(path => existsSync(join(root, path)) && statSync(join(root, path)).size > 1_000_000)
  t.same(
    large.filter(path => !path.startsWith('templates/fonts/') && path !== 'test/golden/openapi.json'),
    [],
  )
})

t.test('transactions begin through the wrapper that survives the loss of a connection', async t => {
  const found = sources.filter(path => /\.(begin|reserve)\(/.test(read(path)))
  t.same(found, ['src/kernel/db/begin.ts'])
})
