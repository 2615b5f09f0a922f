import { sql } from 'drizzle-orm'
import { check, index, integer, jsonb, text, unique, uuid } from 'drizzle-orm/pg-core'
import { fen, instant } from '../../../kernel/schema.ts'
import { organization, person } from '../../identity/schema.ts'
import type { KeptQuery } from '../model.ts'
import { catalog, dataProduct } from '../schema.ts'

/** A question about a product, for everyone to read, and the vendor's answer. */
export const productQuestion = catalog.table(
  'product_question',
  {
    id: uuid().primaryKey(),
    productId: uuid()
      .notNull()
      .references(() => dataProduct.id),
    vendorId: uuid().notNull(),
    askerOrganizationId: uuid()
      .notNull()
      .references(() => organization.id),
    askedBy: uuid()
      .notNull()
      .references(() => person.id),
    question: text().notNull(),
    state: text().notNull(),
    answer: text(),
    answeredBy: uuid().references(() => person.id),
    answeredAt: instant(),
    hiddenReason: text(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check('product_question_state_known', sql`${t.state} in ('open', 'answered', 'hidden')`),
    check('product_question_answered', sql`${t.state} <> 'answered' or ${t.answer} is not null`),
    check('product_question_answer_by_person', sql`(${t.answer} is null) = (${t.answeredBy} is null)`),
    check('product_question_hidden_says_why', sql`(${t.state} = 'hidden') = (${t.hiddenReason} is not null)`),
    index('product_question_product').on(t.productId, t.id),
    index('product_question_vendor').on(t.vendorId, t.state, t.id),
    index('product_question_asker').on(t.askerOrganizationId, t.id),
  ],
)

/** A product that a person watches, as it was when they last looked. */
export const watchedProduct = catalog.table(
  'watched_product',
  {
    id: uuid().primaryKey(),
    personId: uuid()
      .notNull()
      .references(() => person.id),
    productId: uuid()
      .notNull()
      .references(() => dataProduct.id),
    seenVersionNo: integer().notNull(),
    seenAmountFen: fen().notNull(),
    seenAt: instant().notNull(),
    createdAt: instant().notNull(),
  },
  t => [
    unique('watched_product_once').on(t.personId, t.productId),
    index('watched_product_person').on(t.personId, t.id),
    index('watched_product_product').on(t.productId),
  ],
)

/** A search that a person keeps; what was listed after `seenAt` is new to them. */
export const savedSearch = catalog.table(
  'saved_search',
  {
    id: uuid().primaryKey(),
    personId: uuid()
      .notNull()
      .references(() => person.id),
    name: text().notNull(),
    query: jsonb().$type<KeptQuery>().notNull(),
    seenAt: instant().notNull(),
    createdAt: instant().notNull(),
  },
  t => [unique('saved_search_name_unique').on(t.personId, t.name)],
)

export type QuestionRow = typeof productQuestion.$inferSelect
export type WatchedRow = typeof watchedProduct.$inferSelect
export type SavedSearchRow = typeof savedSearch.$inferSelect
