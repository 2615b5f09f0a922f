import { and, eq, lte } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { type BankAccount, bankAccount } from './schema.ts'

/** The account that may be paid to now, if the organisation has one. */
export async function usableAccountOf(rx: Rx, organizationId: string): Promise<BankAccount | undefined> {
  const [row] = await rx.tx
    .select()
    .from(bankAccount)
    .where(
      and(
        eq(bankAccount.organizationId, organizationId),
        eq(bankAccount.state, 'confirmed'),
        lte(bankAccount.usableFrom, rx.now),
      ),
    )
  return row
}
