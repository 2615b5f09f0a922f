import { demandRoutes } from './demand/routes.ts'
import { listingRoutes } from './listingroutes.ts'
import { productRoutes } from './routes.ts'

export {
  countListings,
  endingListings,
  endingSoonDays,
  type ListingLabel,
  listingLabel,
  listingsEndingBy,
  type OpenDraft,
  openDrafts,
  previewProduct,
  productNames,
} from './board.ts'
export { type ChecklistItem, type ReviewCode, reviewCodes, titleOf as reviewTitle, type Verdict } from './checklist.ts'
export type { Counts } from './counts.ts'
export { freshOf, type Kept, keptSearch, keptSearches, listSavedSearches, newLimit } from './demand/kept.ts'
export { listQuestions, openQuestions, questionsOf, type SeenQuestion } from './demand/questions.ts'
export {
  type Change,
  isWatching,
  listWatchedProducts,
  type Observed,
  observedProduct,
  type Watched,
  watchedAmong,
} from './demand/watching.ts'
export { discardDataVersion, discardListing, restoreDataVersion, restoreListing, usesOfData } from './discard.ts'
export { completedContent, type Gate, gateOf } from './gate.ts'
export { countGated, type GatedListing, gatedListings } from './gated.ts'
export { handlers, timers } from './handlers.ts'
export {
  contentFields,
  isGratis,
  type ListingMove,
  type ListingState,
  listingMachine,
  mayResume,
  notListed,
  type PlanKind,
  type PlanPeriod,
  type PlanTerms,
  type ProductContent,
  periodMonths,
  personalInfoBases,
  planKinds,
  planPeriods,
  planWords,
  priceChanged,
  type QuestionState,
  questionMachine,
  reviewerNotIndependent,
  type Side,
} from './model.ts'
export {
  acceptListing,
  delistListing,
  passListing,
  publishListing,
  refuseListing,
  renewListing,
  resubmitListing,
  resumeListing,
  returnListing,
  submitListing,
  suspendListing,
} from './moves.ts'
export { type Offer, offerOf } from './offer.ts'
export { type FacetName, facetNames } from './plan.ts'
export { contentOfData } from './prefill.ts'
export { priceProduct, unpriceProduct } from './pricing.ts'
export {
  type ListedRow,
  type ListingFile,
  listedByVendor,
  listingOf,
  listListings,
  type PublicProduct,
  publicProduct,
} from './queries.ts'
export { type Review, readChecklist } from './review.ts'
export { type Found, type Hit, type SearchInput, type Sort, searchProducts, sorts } from './search.ts'
export { SearchQuery, toSearch } from './searchwire.ts'
export {
  createProduct,
  type Draft,
  draftOf,
  precheckProduct,
  reviseProduct,
  updateProduct,
} from './service.ts'
export {
  type Glimpse,
  glimpsesOf,
  marketCounts,
  type PublishedVersion,
  publishedVersions,
} from './showcase.ts'
export { suspectColumns } from './suspicion.ts'
export { isOutsidePurposes, type Traded, tradedIndustry, tradedPurposes } from './traded.ts'
export { toListing, toListingFile, toProduct } from './wire.ts'
export { countAllListings, listingsWaiting } from './workload.ts'

export const routes = [...productRoutes, ...listingRoutes, ...demandRoutes]
