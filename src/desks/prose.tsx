import { type Block, type Cell, readMarkdown } from '../kernel/documents/markdown.ts'

const Runs = ({ of }: { of: Cell['runs'] }) => (
  <>{of.map((run, i) => (run.isBold ? <strong key={i}>{run.text}</strong> : <span key={i}>{run.text}</span>))}</>
)

function Grid({ block }: { block: Extract<Block, { kind: 'table' }> }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard
    <section class="table-responsive" tabIndex={0} aria-label={block.head.map(cell => text(cell)).join(' · ')}>
      <table class="table table-sm">
        <thead>
          <tr>
            {block.head.map((cell, i) => (
              <th key={i} scope="col">
                <Runs of={cell.runs} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((cells, i) => (
            <tr key={i}>
              {cells.map((cell, j) => (
                <td key={j}>
                  <Runs of={cell.runs} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const text = (cell: Cell) => cell.runs.map(run => run.text).join('')

/**
 * A legal text (Markdown of our own kind) as a page shows it: read as the PDF reads it, its headings below those of the
 * page. `language` is that of the text, which may not be the page's.
 */
export function Prose({ markdown, language }: { markdown: string; language: 'zh-CN' | 'en' }) {
  return (
    <div class="prose" lang={language}>
      {readMarkdown(markdown).map((block, i) => {
        if (block.kind === 'table') return <Grid key={i} block={block} />
        if (block.kind === 'paragraph')
          return (
            <p key={i}>
              <Runs of={block.runs} />
            </p>
          )
        return block.level === 1 ? (
          <p key={i} class="prose-title">
            <Runs of={block.runs} />
          </p>
        ) : (
          <h3 key={i}>
            <Runs of={block.runs} />
          </h3>
        )
      })}
    </div>
  )
}
