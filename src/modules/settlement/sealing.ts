import type { Rx } from '../../kernel/command.ts'

/** Account numbers at rest: sealed with the master key, bound to the row and column they stand in. */
export const sealNumber = (rx: Rx, place: string, accountNumber: string): Buffer =>
  rx.kit.keyring.seal(Buffer.from(accountNumber), `account-number/${place}`)

/** The number in the clear. @throws Error when it was sealed for another place or with another key. */
export const openNumber = (rx: Rx, place: string, sealed: Buffer): string =>
  rx.kit.keyring.open(sealed, `account-number/${place}`).toString()

/** A bank file at rest; it has account numbers in the clear. */
export const sealFile = (rx: Rx, place: string, bytes: Buffer): Buffer =>
  rx.kit.keyring.seal(bytes, `bank-file/${place}`)

export const openFile = (rx: Rx, place: string, sealed: Buffer): Buffer =>
  rx.kit.keyring.open(sealed, `bank-file/${place}`)
