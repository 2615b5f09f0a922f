import type { ComponentChildren } from 'preact'

/** A list of facts: what it is called, and what it is. */
export function Facts({ of }: { of: readonly (readonly [label: string, value: ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {of.map(([label, value]) => (
        <>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  )
}

/** A table that scrolls sideways by itself where the screen is narrow. */
export function Table({
  head,
  rows,
}: {
  head: readonly ComponentChildren[]
  rows: readonly (readonly ComponentChildren[])[]
}) {
  return (
    <div class="wide">
      <table>
        <thead>
          <tr>
            {head.map((cell, i) => (
              <th key={i} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, i) => (
            <tr key={i}>
              {cells.map((cell, j) => (
                <td key={j}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** A state in one word. */
export function Badge({ tone, children }: { tone?: 'good' | 'warn' | 'bad'; children: ComponentChildren }) {
  return <span class={tone ? `badge ${tone}` : 'badge'}>{children}</span>
}
