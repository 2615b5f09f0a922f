import type { ComponentChildren } from 'preact'

/** The other party of a trade; both where the reader is neither. */
export function Others({
  side,
  vendor,
  buyer,
}: {
  side: string | undefined
  vendor: ComponentChildren
  buyer: ComponentChildren
}) {
  if (side === 'vendor') return <>{buyer}</>
  if (side === 'buyer') return <>{vendor}</>
  return (
    <>
      {vendor} → {buyer}
    </>
  )
}
