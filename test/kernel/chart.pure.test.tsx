import { renderToString } from 'preact-render-to-string'
import t from 'tap'
import { Chart, type ChartProps } from '../../src/web/chart.tsx'

const props: ChartProps = {
  title: '各月登记金额',
  unit: '元',
  categories: ['2026-09', '2026-10', '<b>&"'],
  series: [
    { name: '登记', values: [1200, 0, null] },
    { name: '备案 <i>', values: [30, 4_500_000, 7] },
  ],
  kind: 'bar',
  language: 'zh-CN',
}

t.test('a chart of any kind carries its title, unit, figures and no style, script or handler', async t => {
  for (const kind of ['bar', 'line', 'stacked', 'rows'] as const) {
    const html = renderToString(<Chart {...props} kind={kind} missing="不足三笔，不公布" />)
    t.notMatch(html, /style=|<style|<script| on\w+=|<b>|<i>|font-family/, kind)
    t.match(html, /各月登记金额/)
    t.match(html, /role="img" aria-label="各月登记金额 \(元\)"/)
    t.match(html, /<td[^>]*>4,500,000<\/td>/)
    t.match(html, /<td[^>]*>不足三笔，不公布<\/td>/)
    t.equal(html.match(/<svg /g)?.length, 2, 'one for wide and one for narrow screens')
    t.match(html, /currentColor/)
  }
})

t.test('the same figures give the same bytes, and every drawing has marks of its own', async t => {
  const once = renderToString(<Chart {...props} kind="line" />)
  t.equal(renderToString(<Chart {...props} kind="line" />), once)
  const marks = [...once.matchAll(/<clipPath id="([^"]+)"/g)].map(found => found[1])
  t.equal(new Set(marks).size, marks.length)
  for (const [, mark] of once.matchAll(/url\(#([^)]+)\)/g)) t.ok(marks.includes(mark), `${mark} is there`)
})

t.test('a chart without figures says so', async t => {
  t.match(renderToString(<Chart {...props} language="en" categories={[]} series={[]} />), /There are no figures yet/)
})
