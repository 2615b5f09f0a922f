import type { Kit } from '../../../kernel/kit.ts'
import type { StripeSettings } from '../stripe/adapter.ts'
import { onlinePaymentOff } from './model.ts'
import type { OnlineGateway } from './port.ts'

/** One provider per running exchange, beside its kit: the kernel knows nothing of payments. */
const gateways = new WeakMap<Kit, OnlineGateway>()

/** Sets the payment provider of an exchange, once, when it is put together. */
export const useGateway = (kit: Kit, gateway: OnlineGateway): void => void gateways.set(kit, gateway)

/** Stripe is the provider where its keys are set. */
export async function useStripe(kit: Kit, settings: StripeSettings | undefined): Promise<void> {
  if (!settings) return
  // loaded only where it is set up: the SDK takes its time
  const { createStripe } = await import('../stripe/adapter.ts')
  useGateway(kit, createStripe(settings))
}

/** The payment provider; undefined while none is set up, and then nothing pretends. */
export const onlineGateway = (kit: Kit): OnlineGateway | undefined => gateways.get(kit)

/** @throws online-payment-off (409) while no provider is set up */
export function requireGateway(kit: Kit): OnlineGateway {
  const gateway = onlineGateway(kit)
  if (!gateway) throw onlinePaymentOff()
  return gateway
}
