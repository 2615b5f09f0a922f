export { handlers, timers } from './handlers.ts'
export { downloadsLeft, type EntitlementState, entitlementMachine } from './model.ts'
export {
  type Access,
  accessOf,
  type DeliveryView,
  endingEntitlements,
  readDelivery,
  readEntitlement,
  readReceipt,
} from './queries.ts'
export { routes } from './routes.ts'
export type { Entitlement, Receipt } from './schema.ts'
export { attestedReceipt } from './verifying.ts'
export { DeliveryShape, toDelivery, toReceipt } from './wire.ts'
