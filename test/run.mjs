/**
 * Runs the tests and ends with one line, `N passed, N failed` (and `, N skipped`).
 *   node test/run.mjs            everything
 *   node test/run.mjs --quick    what needs no database: pure kernel tests and the house
 *   node test/run.mjs --full     everything, with the long variants (JINSHU_TEST_FULL=1)
 *   node test/run.mjs FILE|FOLDER …   these only; other options go to tap
 * All files share one embedded PostgreSQL; JINSHU_TEST_CLUSTER names another server instead.
 */
import { spawn } from 'node:child_process'
import { readdirSync, realpathSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { register } from 'tsx/esm/api'

const root = resolve(import.meta.dirname, '..')
const isQuick = process.argv.includes('--quick')
const isFull = process.argv.includes('--full')
const rest = process.argv.slice(2).filter(each => each !== '--quick' && each !== '--full')
const options = rest.filter(each => each.startsWith('-'))
const asked = rest.filter(each => !each.startsWith('-')).map(each => resolve(each))

const isTest = path => /\.test\.tsx?$/.test(path)

function testsIn(path) {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path]
  const names = readdirSync(path, { recursive: true }).map(String)
  return names
    .filter(isTest)
    .sort()
    .map(name => join(path, name))
}

/** Test files relative to the root; none means all of them. */
function chooseFiles() {
  const quick = [
    ...testsIn(join(root, 'test', 'kernel')).filter(path => /\.pure\.test\./.test(path)),
    ...testsIn(join(root, 'test', 'house')).filter(isTest),
  ]
  const chosen = asked.length > 0 ? asked.flatMap(testsIn) : isQuick ? quick : []
  return chosen.map(path => relative(root, path))
}

const children = new Set()
let interrupted

function end(child, how) {
  try {
    process.kill(-child.pid, how)
  } catch {
    // It has ended by itself.
  }
}

/** Ends tap and all that it started; a second signal, or ten seconds, ends them for certain. */
function interrupt(signal) {
  const how = interrupted === undefined ? signal : 'SIGKILL'
  interrupted ??= signal
  for (const child of children) {
    end(child, how)
    setTimeout(() => end(child, 'SIGKILL'), 10_000).unref()
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt(signal))

const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g')
const isProgress = line => /^(Asserts|Suites): |^# No coverage generated/.test(line)

/** Shows what tap writes, without its repainting of the screen where there is none; answers its last summary. */
function watch(stream) {
  const seen = { counts: undefined }
  let pending = ''
  let wasBlank = true
  const take = line => {
    const [, counts] = /^# \{ (total: .*) \}$/.exec(line) ?? []
    if (counts) seen.counts = Object.fromEntries(counts.split(', ').map(each => each.split(': ')))
    const isBlank = line.trim() === ''
    if (!process.stdout.isTTY && !isProgress(line) && !(isBlank && wasBlank)) {
      process.stdout.write(`${line}\n`)
      wasBlank = isBlank
    }
  }
  stream.setEncoding('utf8').on('data', part => {
    if (process.stdout.isTTY) process.stdout.write(part)
    const lines = (pending + part).replaceAll(escapes, '').split('\n')
    pending = lines.pop()
    for (const line of lines) take(line)
  })
  stream.on('end', () => pending && take(pending))
  return seen
}

function runTap(files, env) {
  const tap = realpathSync(join(root, 'node_modules', '.bin', 'tap'))
  // In full one file looks at every page in every language, theme and width: longer than the limit of a file in .taprc.
  const patience = isFull ? ['--timeout=1800'] : []
  const args = [tap, 'run', '--reporter=terse', '--no-color', ...patience, ...options, ...files]
  // A process group of its own, so that a signal reaches tap once, from here, and then everything below it.
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  children.add(child)
  const seen = watch(child.stdout)
  return new Promise(done => {
    child.on('error', error => {
      console.error(error.message)
      done({ code: 1, counts: undefined })
    })
    child.on('exit', () => children.delete(child))
    child.on('close', code => done({ code: code ?? 1, counts: seen.counts }))
  })
}

async function runAll() {
  const files = chooseFiles()
  if (isQuick && files.length === 0) return { code: 1, counts: undefined }
  const env = { ...process.env, ...(isFull ? { JINSHU_TEST_FULL: '1' } : {}) }
  let cluster
  if (!isQuick && !env.JINSHU_TEST_CLUSTER) {
    const unregister = register()
    const { startCluster } = await import('./support/cluster.ts')
    await unregister()
    cluster = await startCluster()
    env.JINSHU_TEST_CLUSTER = cluster.url
  }
  try {
    return interrupted === undefined ? await runTap(files, env) : { code: 1, counts: undefined }
  } finally {
    await cluster?.stop()
  }
}

const { code, counts } = await runAll().catch(error => {
  console.error(error.message)
  return { code: 1, counts: undefined }
})
const count = name => Number(counts?.[name] ?? 0)
const passed = count('pass')
const skipped = count('skip') + count('todo')
const ranNothing = passed + count('fail') === 0
if (ranNothing && interrupted === undefined) console.error('No test was run.')
const isFailure = code !== 0 || ranNothing
// Whatever makes the run fail counts, also what tap has no number for: a crash, an interruption, nothing run.
const failed = Math.max(count('fail'), isFailure ? 1 : 0)
process.exitCode = interrupted === 'SIGINT' ? 130 : interrupted ? 143 : isFailure ? code || 1 : 0
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
