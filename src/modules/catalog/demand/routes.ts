import { type Route, read, write } from '../../../kernel/http/route.ts'
import { PageQuery } from '../../../kernel/page.ts'
import { ruleViolated, stateConflict } from '../../../kernel/problem.ts'
import { text } from '../../../kernel/text.ts'
import { closed, IdParams } from '../../../kernel/wire.ts'
import { ReasonBody } from '../../identity/index.ts'
import { notListed, type QuestionState } from '../model.ts'
import { listSavedSearches, removeSavedSearch, saveSearch, seeSavedSearch } from './kept.ts'
import { answerQuestion, askQuestion, hideQuestion, listQuestions, questionsOf } from './questions.ts'
import { listWatchedProducts, unwatchProduct, watchProduct } from './watching.ts'
import {
  AnswerBody,
  AskBody,
  ProductQuestionQuery,
  QuestionIdShape,
  QuestionPage,
  QuestionQuery,
  SavedSearchList,
  SavedSearchShape,
  SaveSearchBody,
  toQuestion,
  toSavedSearch,
  toSavedSearchList,
  toWatch,
  toWatched,
  WatchedPage,
  WatchShape,
} from './wire.ts'

const toQuestionId = ({ id, state }: { id: string; state: string }) => ({ id, state: state as QuestionState })

const questionRoutes = [
  read({
    at: 'GET /products/:id/questions',
    operation: 'listProductQuestions',
    permission: 'question.list-of-product',
    tag: 'questions',
    summary: text('产品的提问与答复', 'Questions about a product, with answers'),
    params: IdParams,
    query: ProductQuestionQuery,
    reply: QuestionPage,
    run: async (rx, { params, query }) => {
      const { items, next } = await questionsOf(rx, params.id, query)
      return { items: items.map(toQuestion), next }
    },
  }),
  write({
    at: 'POST /products/:id/questions',
    operation: 'askQuestion',
    permission: 'question.ask',
    tag: 'questions',
    summary: text('就产品提问（公开）', 'Ask about a product, in public'),
    params: IdParams,
    body: AskBody,
    reply: QuestionIdShape,
    status: 201,
    problems: [notListed, ruleViolated],
    run: async (cx, { params, body }) => toQuestionId(await askQuestion(cx, params.id, body)),
  }),
  read({
    at: 'GET /questions',
    operation: 'listQuestions',
    permission: 'question.list',
    tag: 'questions',
    summary: text('本机构收到或提出的问题', 'Questions to, or from, the own organisation'),
    query: QuestionQuery,
    reply: QuestionPage,
    run: async (rx, { query }) => {
      const { items, next } = await listQuestions(rx, query)
      return { items: items.map(toQuestion), next }
    },
  }),
  write({
    at: 'POST /questions/:id/answer',
    operation: 'answerQuestion',
    permission: 'question.answer',
    tag: 'questions',
    summary: text('答复提问（公开）', 'Answer a question, in public'),
    params: IdParams,
    body: AnswerBody,
    reply: QuestionIdShape,
    problems: [stateConflict],
    run: async (cx, { params, body }) => toQuestionId(await answerQuestion(cx, params.id, body)),
  }),
  write({
    at: 'POST /questions/:id/hide',
    operation: 'hideQuestion',
    permission: 'question.hide',
    tag: 'questions',
    summary: text('隐藏提问', 'Hide a question'),
    params: IdParams,
    body: ReasonBody,
    reply: QuestionIdShape,
    problems: [stateConflict],
    run: async (cx, { params, body }) => toQuestionId(await hideQuestion(cx, params.id, body)),
  }),
]

const watchRoutes = [
  read({
    at: 'GET /watched-products',
    operation: 'listWatchedProducts',
    permission: 'product.list-watched',
    tag: 'watching',
    summary: text('我关注的产品及其变化', 'Watched products and what changed'),
    query: closed(PageQuery),
    reply: WatchedPage,
    run: async (rx, { query }) => {
      const { items, next } = await listWatchedProducts(rx, query)
      return { items: items.map(toWatched), next }
    },
  }),
  write({
    at: 'POST /products/:id/watch',
    operation: 'watchProduct',
    permission: 'product.watch',
    tag: 'watching',
    summary: text('关注产品，或确认已知悉变化', 'Watch a product, or take note of its changes'),
    params: IdParams,
    reply: WatchShape,
    problems: [ruleViolated],
    run: async (cx, { params }) => toWatch(await watchProduct(cx, params.id)),
  }),
  write({
    at: 'POST /products/:id/unwatch',
    operation: 'unwatchProduct',
    permission: 'product.unwatch',
    tag: 'watching',
    summary: text('取消关注', 'Stop watching a product'),
    params: IdParams,
    reply: WatchShape,
    run: async (cx, { params }) => toWatch(await unwatchProduct(cx, params.id)),
  }),
]

const searchRoutes = [
  read({
    at: 'GET /saved-searches',
    operation: 'listSavedSearches',
    permission: 'saved-search.list',
    tag: 'watching',
    summary: text('我保存的检索及新增产品数', 'Kept searches, with how many products are new'),
    reply: SavedSearchList,
    run: async rx => toSavedSearchList(await listSavedSearches(rx)),
  }),
  write({
    at: 'POST /saved-searches',
    operation: 'saveSearch',
    permission: 'saved-search.save',
    tag: 'watching',
    summary: text('保存检索', 'Keep a search'),
    body: SaveSearchBody,
    reply: SavedSearchShape,
    status: 201,
    problems: [ruleViolated],
    run: async (cx, { body }) => toSavedSearch(await saveSearch(cx, body)),
  }),
  write({
    at: 'POST /saved-searches/:id/see',
    operation: 'seeSavedSearch',
    permission: 'saved-search.see',
    tag: 'watching',
    summary: text('标记为已看', 'Take note of what is new'),
    params: IdParams,
    reply: SavedSearchShape,
    run: async (cx, { params }) => toSavedSearch(await seeSavedSearch(cx, params.id)),
  }),
  write({
    at: 'POST /saved-searches/:id/remove',
    operation: 'removeSavedSearch',
    permission: 'saved-search.remove',
    tag: 'watching',
    summary: text('删除保存的检索', 'Forget a kept search'),
    params: IdParams,
    reply: SavedSearchShape,
    run: async (cx, { params }) => toSavedSearch(await removeSavedSearch(cx, params.id)),
  }),
]

export const demandRoutes: Route[] = [...questionRoutes, ...watchRoutes, ...searchRoutes]
