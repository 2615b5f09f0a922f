import type { FileStore } from './files.ts'
import type { Keyring } from './keys.ts'

/** Settings that use cases may read. */
export interface Settings {
  readonly home: string
  readonly publicUrl: string
  readonly isDemo: boolean
  readonly maxUploadBytes: number
}

/** Ports of the outside world that use cases share; one per process. */
export interface Kit {
  readonly settings: Settings
  readonly keyring: Keyring
  /** Stored files by the SHA-256 of their bytes. */
  readonly files: FileStore
  /** Signs an access token (JWT, EdDSA) for a session. */
  readonly signToken: (claims: Record<string, unknown>) => string
}
