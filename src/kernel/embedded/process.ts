import { spawn } from 'node:child_process'

/** Whom the database runs as; without numbers it is whoever runs us. */
export interface User {
  readonly name: string
  readonly uid?: number
  readonly gid?: number
}

export interface Outcome {
  /** Exit code; -1 when the program could not be started. */
  readonly code: number
  readonly output: string
}

/**
 * What PostgreSQL may see of our environment: a stray PGDATA or PGOPTIONS must not reach it, and its messages are read
 * by the launcher, so they are English.
 */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'TMPDIR', 'SystemRoot', 'TEMP', 'TMP']
  const pairs = kept.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))
  return { ...Object.fromEntries(pairs), LC_ALL: 'C', TZ: 'UTC' }
}

/**
 * Runs a program as `user` to its end. It is its own process group, so that Ctrl-C at the terminal reaches us only:
 * the database must outlive the requests that still use it.
 */
export function run(program: string, args: readonly string[], user: User): Promise<Outcome> {
  const asUser = user.uid === undefined || user.gid === undefined ? {} : { uid: user.uid, gid: user.gid }
  const cwd = process.platform === 'win32' ? process.cwd() : '/'
  return new Promise(resolve => {
    const child = spawn(program, args, {
      ...asUser,
      cwd,
      env: environment(),
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', part => (output += part))
    child.stderr.setEncoding('utf8').on('data', part => (output += part))
    child.on('error', error => resolve({ code: -1, output: error.message }))
    child.on('close', code => resolve({ code: code ?? -1, output }))
  })
}
