import { and, desc, eq, lt, ne, or, type SQL } from 'drizzle-orm'
import type { Cx, Rx } from '../../../kernel/command.ts'
import { newId } from '../../../kernel/ids.ts'
import { nextState } from '../../../kernel/machine.ts'
import { decodeCursor, toPage } from '../../../kernel/page.ts'
import { invalidInput, notFound, ruleViolated } from '../../../kernel/problem.ts'
import { type Text, text } from '../../../kernel/text.ts'
import { type Organization, organizationsOf, requireOrganization } from '../../identity/index.ts'
import { notListed, publishedStates, type QuestionState, questionMachine } from '../model.ts'
import { publicProduct } from '../queries.ts'
import { productQuestion, type QuestionRow } from './schema.ts'

/** Unanswered questions that one organisation may have about one product: more would be a conversation. */
const openLimit = 5

/** A question as somebody sees it. */
export interface SeenQuestion {
  readonly row: QuestionRow
  /** The product's name, from its newest published version. */
  readonly product: { readonly nameZh: string; readonly nameEn: string | null }
  /** Who asked; known to the vendor, the operator and the asker only. */
  readonly asker: Organization | null
}

/** What was typed without the blanks around it. @throws invalid-input when too little is left */
export function typedWords(field: string, typed: string, least: number): string {
  const words = typed.trim()
  if ([...words].length >= least) return words
  throw invalidInput(undefined, {
    errors: [
      {
        pointer: `/${field}`,
        message: text(`至少 ${least} 个字`, `at least ${least} characters`),
        remedy: text('写清楚再提交', 'say it in full'),
      },
    ],
  })
}

const refuse = (field: string, message: Text, remedy: Text) =>
  ruleViolated(message, { errors: [{ pointer: `/${field}`, message, remedy }] })

async function lockQuestion(cx: Cx, id: string): Promise<QuestionRow> {
  const [row] = await cx.tx.select().from(productQuestion).where(eq(productQuestion.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

/**
 * Asks the vendor something about a listed product, in public and without one's name.
 * @throws not-found, not-listed, rule-violated for one's own product or too many open questions
 */
export async function askQuestion(
  cx: Cx,
  productId: string,
  input: { readonly question: string },
): Promise<QuestionRow> {
  const asker = requireOrganization(cx.actor)
  const question = typedWords('question', input.question, 4)
  const { product, listing } = await publicProduct(cx, productId)
  if (!publishedStates.some(state => state === listing.state)) throw notListed()
  if (product.vendorId === asker)
    throw refuse(
      'question',
      text('不能就本机构的产品提问', 'a product of your own organisation'),
      text('请修改产品说明', 'improve what the product says of itself'),
    )
  // questions of one organisation come one after the other, so that the limit holds
  await cx.sql`select pg_advisory_xact_lock(hashtextextended(${`question ${asker} ${productId}`}, 0))`
  const [open] = await cx.sql<{ n: number }[]>`
    select count(*)::int as n from catalog.product_question
    where product_id = ${productId} and asker_organization_id = ${asker} and state = 'open'`
  if (open!.n >= openLimit)
    throw refuse(
      'question',
      text(
        `本机构对该产品已有 ${openLimit} 个问题待答复`,
        `your organisation has ${openLimit} unanswered questions here`,
      ),
      text('等待供方答复后再提问', 'wait for the answers'),
    )
  const [row] = await cx.tx
    .insert(productQuestion)
    .values({
      id: newId(),
      productId,
      vendorId: product.vendorId,
      askerOrganizationId: asker,
      askedBy: cx.actor.personId!,
      question,
      state: questionMachine.initial,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  cx.audit('question.ask', ['question', row!.id], { productId, question })
  cx.emit('catalog.question-asked', { questionId: row!.id, productId, vendorId: product.vendorId })
  return row!
}

/** The vendor answers in public, or corrects its answer. @throws not-found for another's product, state-conflict */
export async function answerQuestion(cx: Cx, id: string, input: { readonly answer: string }): Promise<QuestionRow> {
  const row = await lockQuestion(cx, id)
  if (row.vendorId !== requireOrganization(cx.actor)) throw notFound()
  const answer = typedWords('answer', input.answer, 2)
  const state = nextState(questionMachine, row.state as QuestionState, 'answer')
  const [changed] = await cx.tx
    .update(productQuestion)
    .set({ state, answer, answeredBy: cx.actor.personId, answeredAt: cx.now, changedAt: cx.now })
    .where(eq(productQuestion.id, id))
    .returning()
  cx.audit('question.answer', ['question', id], { productId: row.productId, answer, before: row.answer })
  const { productId, askedBy, askerOrganizationId } = row
  cx.emit('catalog.question-answered', { questionId: id, productId, askedBy, askerOrganizationId })
  return changed!
}

/** The operator takes a question and its answer out of the public's sight. @throws state-conflict */
export async function hideQuestion(cx: Cx, id: string, { reason }: { readonly reason: string }): Promise<QuestionRow> {
  const row = await lockQuestion(cx, id)
  const state = nextState(questionMachine, row.state as QuestionState, 'hide')
  const [changed] = await cx.tx
    .update(productQuestion)
    .set({ state, hiddenReason: reason.trim(), changedAt: cx.now })
    .where(eq(productQuestion.id, id))
    .returning()
  cx.audit('question.hide', ['question', id], { productId: row.productId, reason })
  return changed!
}

export interface QuestionQuery {
  readonly limit?: number | undefined
  readonly after?: string | undefined
  readonly state?: QuestionState | undefined
}

/** What products are called, by their newest published version. */
async function publishedNames(rx: Rx, ids: readonly string[]) {
  const found = await rx.sql<{ product_id: string; name_zh: string; name_en: string | null }[]>`
    select distinct on (l.product_id) l.product_id, v.name_zh, v.name_en
    from catalog.listing l join catalog.product_version v on v.id = l.version_id
    where l.product_id = any(${[...ids]}::uuid[]) and l.state in ('listed', 'suspended', 'expired', 'delisted')
    order by l.product_id, v.version_no desc`
  return new Map(found.map(one => [one.product_id, { nameZh: one.name_zh, nameEn: one.name_en }]))
}

async function pageOf(rx: Rx, whose: SQL | undefined, { limit = 20, after, state }: QuestionQuery) {
  const last = decodeCursor(after, 1)?.map(String)[0]
  const rows = await rx.tx
    .select()
    .from(productQuestion)
    .where(and(whose, state && eq(productQuestion.state, state), last ? lt(productQuestion.id, last) : undefined))
    .orderBy(desc(productQuestion.id))
    .limit(limit + 1)
  const knows = ({ vendorId, askerOrganizationId }: QuestionRow) =>
    rx.actor.roles.includes('operator') || [vendorId, askerOrganizationId].includes(rx.actor.organizationId ?? '')
  const [askers, names] = await Promise.all([
    organizationsOf(rx, [...new Set(rows.filter(knows).map(row => row.askerOrganizationId))]),
    publishedNames(rx, [...new Set(rows.map(row => row.productId))]),
  ])
  return toPage(
    rows,
    limit,
    row => [row.id],
    (row): SeenQuestion => ({
      row,
      product: names.get(row.productId)!,
      asker: knows(row) ? (askers.get(row.askerOrganizationId) ?? null) : null,
    }),
  )
}

/** Questions about a product, newest first; hidden ones for the vendor, the asker and the operator only. */
export async function questionsOf(rx: Rx, productId: string, query: QuestionQuery) {
  const own = rx.actor.organizationId
  const visible = rx.actor.roles.includes('operator')
    ? undefined
    : or(
        ne(productQuestion.state, 'hidden'),
        own ? eq(productQuestion.vendorId, own) : undefined,
        own ? eq(productQuestion.askerOrganizationId, own) : undefined,
      )
  return pageOf(rx, and(eq(productQuestion.productId, productId), visible), query)
}

/** Questions to the own organisation as vendor, from it as buyer, or all for the operator; newest first. */
export async function listQuestions(rx: Rx, query: QuestionQuery & { readonly as?: 'vendor' | 'buyer' | undefined }) {
  if (rx.actor.roles.includes('operator') && query.as === undefined) return pageOf(rx, undefined, query)
  const own = requireOrganization(rx.actor)
  const side = query.as ?? (rx.actor.roles.includes('vendor') ? 'vendor' : 'buyer')
  return pageOf(
    rx,
    side === 'vendor' ? eq(productQuestion.vendorId, own) : eq(productQuestion.askerOrganizationId, own),
    query,
  )
}

/** How many questions wait for that vendor's answer. */
export async function openQuestions(rx: Rx, vendorId: string): Promise<number> {
  const [row] = await rx.sql<{ n: number }[]>`
    select count(*)::int as n from catalog.product_question where vendor_id = ${vendorId} and state = 'open'`
  return row!.n
}
