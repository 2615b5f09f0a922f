import { listingRoutes } from './listingroutes.ts'
import { productRoutes } from './routes.ts'

export { timers } from './handlers.ts'
export { listingMachine, notListed, priceChanged, reviewerNotIndependent } from './model.ts'
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
export { listingOf, listListings, publicProduct } from './queries.ts'
export { searchProducts } from './search.ts'
export { toSearch } from './searchwire.ts'
export {
  createProduct,
  precheckProduct,
  priceProduct,
  reviseProduct,
  unpriceProduct,
  updateProduct,
} from './service.ts'
export { toListing, toListingFile, toProduct } from './wire.ts'

export const routes = [...productRoutes, ...listingRoutes]
