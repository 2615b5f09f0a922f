import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'

/** A process that cannot be taken for a later one with the same number: `born` is when it began. */
export interface Identity {
  readonly pid: number
  readonly born: string
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Whether a process has this number, ours or not. A zombie counts. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function identifyOnLinux(pid: number): Identity | undefined {
  const stat = readOrNothing(`/proc/${pid}/stat`)
  // The name in parentheses may hold blanks and parentheses; the numbered fields begin after the last one.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields?.[19] === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined
  const boot = readOrNothing('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
  return { pid, born: `${boot}:${fields[19]}` }
}

/** The living process of this number, nothing when there is none or only its zombie. */
export function identify(pid: number): Identity | undefined {
  if (process.platform === 'linux') return identifyOnLinux(pid)
  if (process.platform === 'win32') return exists(pid) ? { pid, born: '' } : undefined
  const { stdout } = spawnSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
  const [, state, born] = /^(\S+)\s+(.+)$/.exec((stdout ?? '').trim()) ?? []
  return state === undefined || born === undefined || state.startsWith('Z') ? undefined : { pid, born }
}

/** Whether the very process that was identified still lives. */
export const isAlive = (who: Identity): boolean => identify(who.pid)?.born === who.born

/** This process. */
export function self(): Identity {
  return identify(process.pid) ?? { pid: process.pid, born: '' }
}

/** The arguments a process was called with; empty for a zombie, nothing where the system does not tell. */
function argumentsOf(pid: number): string[] | undefined {
  if (process.platform === 'win32') return undefined
  if (process.platform === 'linux') return readOrNothing(`/proc/${pid}/cmdline`)?.split('\0')
  const { stdout, status } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  if (status !== 0) return undefined
  const [, program = '', folder] = /^(.*?)(?: -D (.*?)(?: -c .*)?)?$/.exec(stdout.trim()) ?? []
  return folder === undefined ? [program] : [program, '-D', folder]
}

/**
 * Whether process `pid` is, or might be, the PostgreSQL server of `data`. A server that might live is never treated as
 * dead: where the system does not tell, or the folder was moved under it, the answer is yes.
 */
export function serves(pid: number, data: string): boolean {
  if (!exists(pid)) return false
  const args = argumentsOf(pid)
  if (args === undefined) return true
  const folder = args[args.indexOf('-D') + 1]
  if (!basename(args[0] ?? '').startsWith('postgres') || !args.includes('-D') || folder === undefined) return false
  if (folder === data) return true
  const [its, ours] = [folder, data].map(path => statSync(path, { throwIfNoEntry: false }))
  return its === undefined || ours === undefined || (its.ino === ours.ino && its.dev === ours.dev)
}
