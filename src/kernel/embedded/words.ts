import { StartupError } from '../startup.ts'
import { type Text, text } from '../text.ts'

/** The embedded database cannot be had; `message` and `said` are one sentence that names the cause and the way out. */
export class EmbeddedError extends StartupError {
  readonly said: Text

  constructor(said: Text, cause?: unknown) {
    super(said.en, { cause })
    this.name = 'EmbeddedError'
    this.said = said
  }
}

const codeOf = (error: unknown): string => {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code ?? (error instanceof Error ? error.message : String(error))
}

export const words = {
  noPackage: (name: string) =>
    text(
      `本机平台没有内嵌的 PostgreSQL(缺少 ${name}):请重新安装依赖,或以 DATABASE_URL 指定 PostgreSQL 15 以上的数据库。`,
      `There is no embedded PostgreSQL for this machine (${name} is missing): install the dependencies again, or set DATABASE_URL to a PostgreSQL server of version 15 or later.`,
    ),
  cannotRun: (why: string) =>
    text(
      `内嵌的 PostgreSQL 无法运行(${why}):请以 DATABASE_URL 指定 PostgreSQL 15 以上的数据库。`,
      `The embedded PostgreSQL cannot run here (${why}): set DATABASE_URL to a PostgreSQL server of version 15 or later.`,
    ),
  cannotWrite: (folder: string, error: unknown) =>
    text(
      `无法写入文件夹 ${folder}(${codeOf(error)}):请授予写权限,或以 JINSHU_HOME 指定其他文件夹。`,
      `The folder ${folder} cannot be written (${codeOf(error)}): allow writing to it, or name another one with JINSHU_HOME.`,
    ),
  noUser: text(
    '以 root 启动时需要 postgres 或 nobody 用户来运行数据库,但两者都不存在:请创建其一,或不以 root 启动。',
    'Started as root, the database needs the user postgres or nobody to run as and finds neither: create one, or do not start as root.',
  ),
  noPlace: (folder: string, user: string, error: unknown) =>
    text(
      `数据库用户 ${user} 无法进入 ${folder},也无法使用 /var/lib/jinshu(${codeOf(error)}):请以 JINSHU_HOME 指定其他文件夹。`,
      `The database user ${user} cannot reach ${folder}, and /var/lib/jinshu cannot be used (${codeOf(error)}): name another folder with JINSHU_HOME.`,
    ),
  placed: (folder: string, user: string, elsewhere: string) =>
    text(
      `数据库用户 ${user} 无法进入 ${folder},数据库文件放在 ${elsewhere}。`,
      `The database user ${user} cannot reach ${folder}, so the database files are kept in ${elsewhere}.`,
    ),
  lostPlace: (folder: string, pointer: string) =>
    text(
      `数据库文件夹 ${folder} 不见了:请恢复它,或删除 ${pointer} 以便从空数据库开始。`,
      `The database folder ${folder} is gone: restore it, or delete ${pointer} to begin with an empty database.`,
    ),
  foreignFolder: (folder: string, uid: number) =>
    text(
      `数据库文件夹 ${folder} 属于用户 ${uid}:请以该用户启动,或以 JINSHU_HOME 指定其他文件夹。`,
      `The database folder ${folder} belongs to user ${uid}: start as that user, or name another folder with JINSHU_HOME.`,
    ),
  lostPassword: (file: string, folder: string) =>
    text(
      `数据库口令文件 ${file} 缺失或为空:请恢复它,或删除 ${folder} 以便从空数据库开始。`,
      `The database password file ${file} is missing or empty: restore it, or delete ${folder} to begin with an empty database.`,
    ),
  wrongPassword: (file: string) =>
    text(
      `数据库不接受 ${file} 中的口令:请恢复该文件。`,
      `The database does not accept the password in ${file}: restore that file.`,
    ),
  otherVersion: (folder: string, made: string, ours: string) =>
    text(
      `数据库文件夹 ${folder} 由 PostgreSQL ${made} 创建,而此处是 ${ours}:请先用 ${made} 导出,再导入新的文件夹。`,
      `The database folder ${folder} was made by PostgreSQL ${made} and this is ${ours}: export it with ${made} and import it into a new folder.`,
    ),
  cannotCreate: (folder: string, why: string) =>
    text(`无法在 ${folder} 创建数据库:${why}`, `The database cannot be created in ${folder}: ${why}`),
  cannotStart: (log: string, why: string) =>
    text(`数据库无法启动:${why}(日志:${log})`, `The database cannot start: ${why} (its log: ${log})`),
  tooLong: (log: string, seconds: number) =>
    text(
      `数据库在 ${seconds} 秒内没有应答:请查看 ${log} 后重新启动。`,
      `The database did not answer within ${seconds} seconds: look into ${log} and start again.`,
    ),
  cannotStop: (log: string, why: string) =>
    text(`数据库无法停止:${why}(日志:${log})`, `The database cannot be stopped: ${why} (its log: ${log})`),
  locked: (file: string, pid: number | undefined) =>
    text(
      `另一个进程(${pid ?? '未知'})一直占用 ${file}:请等它结束后重试。`,
      `Another process (${pid ?? 'unknown'}) keeps holding ${file}: try again when it has ended.`,
    ),
  inUse: (folder: string, pids: string) =>
    text(`${folder} 正被进程 ${pids} 使用,不能删除。`, `${folder} is used by process ${pids} and cannot be removed.`),
  badSetting: (name: string) =>
    text(`数据库设置的名称无效:${name}。`, `This is not the name of a database setting: ${name}.`),
  copied: (folder: string) =>
    text(`已将 PostgreSQL 程序复制到 ${folder}。`, `The PostgreSQL programs were copied to ${folder}.`),
  created: (folder: string) =>
    text(`已在 ${folder} 创建 PostgreSQL 数据库。`, `A PostgreSQL database was created in ${folder}.`),
  started: (port: number) =>
    text(`PostgreSQL 已在 127.0.0.1:${port} 启动。`, `PostgreSQL was started on 127.0.0.1:${port}.`),
  adopted: (port: number) =>
    text(
      `接管仍在 127.0.0.1:${port} 运行的 PostgreSQL。`,
      `Took over the PostgreSQL still running on 127.0.0.1:${port}.`,
    ),
  joined: (port: number, pids: string) =>
    text(
      `与进程 ${pids} 共用 127.0.0.1:${port} 的 PostgreSQL。`,
      `Shares the PostgreSQL on 127.0.0.1:${port} with process ${pids}.`,
    ),
  left: (pids: string) => text(`PostgreSQL 仍为进程 ${pids} 运行。`, `PostgreSQL keeps running for process ${pids}.`),
  stopped: text('PostgreSQL 已停止。', 'PostgreSQL was stopped.'),
}
