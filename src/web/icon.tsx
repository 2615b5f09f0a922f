import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const kept = new Map<string, string>()

/** The paths inside an icon's SVG: the rest of the file is rewritten, so that no style and no size comes with it. */
function pathsOf(name: string): string {
  let paths = kept.get(name)
  if (paths === undefined) {
    const svg = readFileSync(require.resolve(`@tabler/icons/outline/${name}.svg`), 'utf8')
    paths = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>')).trim()
    kept.set(name, paths)
  }
  return paths
}

/** An icon of the Tabler set, decoration beside words: it is hidden from screen readers. */
export function Icon({ name }: { name: string }) {
  return (
    <svg
      class="icon"
      width="20"
      height="20"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
      dangerouslySetInnerHTML={{ __html: pathsOf(name) }}
    />
  )
}
