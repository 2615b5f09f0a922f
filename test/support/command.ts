import { type ChildProcess, spawn } from 'node:child_process'

const root = new URL('../..', import.meta.url).pathname

/** Starts a script of the project in a process of its own. */
export function launch(script: string, args: readonly string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    cwd: root,
    env: { ...process.env, NODE_V8_COVERAGE: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Runs a script of the project to its end. */
export async function run(script: string, args: readonly string[], env: Record<string, string>) {
  const child = launch(script, args, env)
  let [out, err] = ['', '']
  child.stdout!.on('data', part => {
    out += part
  })
  child.stderr!.on('data', part => {
    err += part
  })
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  return { code, out, err }
}
