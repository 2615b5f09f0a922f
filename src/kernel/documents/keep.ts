import { Readable } from 'node:stream'
import type { StoredFile } from '../files.ts'
import type { Kit } from '../kit.ts'
import type { SealInput } from './sealer.ts'
import type { DocumentSpec } from './specs.ts'

/** Sets a document, puts the exchange's seal on it and keeps it. The same input gives the same file. */
export async function keepSealed(kit: Kit, spec: DocumentSpec, seal: SealInput): Promise<StoredFile> {
  const sealed = await kit.sealer.seal(await kit.renderer.render(spec), seal)
  return kit.files.put(Readable.from([sealed]), { maxBytes: sealed.length })
}
