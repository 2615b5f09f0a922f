import { randomBytes } from 'node:crypto'
import { eq, isNull } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { newId } from '../../kernel/ids.ts'
import { signingKey } from './schema.ts'

const label = (id: string) => `delivery-key/${id}`

/** A key that links are signed with. */
export interface LinkKey {
  readonly id: string
  readonly secret: Buffer
}

async function makeKey(cx: Cx): Promise<void> {
  const id = newId()
  const sealedSecret = cx.kit.keyring.seal(randomBytes(32), label(id))
  const made = await cx.tx
    .insert(signingKey)
    .values({ id, sealedSecret, createdAt: cx.now })
    .onConflictDoNothing()
    .returning({ id: signingKey.id })
  // two at once: the index lets one of them be in use, and the other reads that one
  if (made.length > 0) cx.audit('delivery-key.create', ['delivery-key', id], { key: id })
}

/** The key in use, made on first need. */
export async function currentKey(cx: Cx): Promise<LinkKey> {
  const inUse = () => cx.tx.select().from(signingKey).where(isNull(signingKey.retiredAt))
  let [row] = await inUse()
  if (!row) {
    await makeKey(cx)
    ;[row] = await inUse()
  }
  return { id: row!.id, secret: cx.kit.keyring.open(row!.sealedSecret, label(row!.id)) }
}

/** A key by id, in use or retired; undefined when there is none. */
export async function keyOf(rx: Rx, id: string): Promise<LinkKey | undefined> {
  const [row] = await rx.tx.select().from(signingKey).where(eq(signingKey.id, id))
  return row && { id, secret: rx.kit.keyring.open(row.sealedSecret, label(id)) }
}

/** Puts a new key into use; links of the old one work until they expire, within 15 minutes. */
export async function rotateDeliveryKey(cx: Cx): Promise<LinkKey> {
  await cx.tx.update(signingKey).set({ retiredAt: cx.now }).where(isNull(signingKey.retiredAt))
  const key = await currentKey(cx)
  cx.audit('delivery-key.rotate', ['delivery-key', key.id], { key: key.id })
  return key
}
