import type { AccessTable } from './access.ts'
import type { Renderer } from './documents/renderer.ts'
import type { Sealer } from './documents/sealer.ts'
import type { FileStore } from './files.ts'
import type { Keyring } from './keys.ts'
import type { Mailer } from './mail.ts'
import type { Scanning } from './scanner.ts'

/** Settings that use cases may read. */
export interface Settings {
  readonly home: string
  readonly publicUrl: string
  readonly isDemo: boolean
  readonly maxUploadBytes: number
  /** What an organisation may store unless the operator says otherwise. */
  readonly quotaBytes: number
  readonly quotaVersions: number
  /** Hours after which an upload that was not finished is swept. */
  readonly uploadHours: number
  /** Hosts from which data may be fetched though they are not public or speak no TLS. */
  readonly pullHosts: readonly string[]
  /** Seconds after which the fetching of one file is cut. */
  readonly pullSeconds: number
}

/** Ports of the outside world that use cases share; one per process. */
export interface Kit {
  readonly settings: Settings
  readonly keyring: Keyring
  /** Stored files by the SHA-256 of their bytes. */
  readonly files: FileStore
  /** How files are checked for malware before anything reads them. */
  readonly scanning: Scanning
  /** Sets documents as PDF, in a thread of its own. */
  readonly renderer: Renderer
  /** Puts the exchange's seal on PDFs. */
  readonly sealer: Sealer
  /** Signs an access token (JWT, EdDSA) for a session. */
  readonly signToken: (claims: Record<string, unknown>) => string
  /** The access table: what a scope of an API token may be, and whom a notice concerns. */
  readonly access: AccessTable
  /** Sends e-mail; undefined while no SMTP server is set. */
  readonly mailer: Mailer | undefined
}
