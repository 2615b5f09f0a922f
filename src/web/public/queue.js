// Single keys for the queue of filings and for one filing. Everything they do can be done with links and buttons.

const desk = document.querySelector('[data-desk]')
const kind = desk?.dataset.desk
const help = document.querySelector('#keys')
const rows = [...document.querySelectorAll('[data-queue] [data-row]')]
const kept = 'jinshu-single-keys'

// the keys can be turned off (WCAG 2.1.4): speech input would press them by accident
const isOn = () => localStorage.getItem(kept) !== 'off'
const part = document.querySelector('[data-keys-switch]')
if (part) {
  const box = part.querySelector('input')
  part.hidden = false
  box.checked = isOn()
  box.addEventListener('change', () => localStorage.setItem(kept, box.checked ? 'on' : 'off'))
}

const linkOf = row => row?.querySelector('[data-open]')
const boxOf = row => row?.querySelector('input[name="ids"]:not(:disabled)')
const here = () => rows.findIndex(row => row.contains(document.activeElement))

function mark(index) {
  const row = rows[Math.max(0, Math.min(rows.length - 1, index))]
  if (!row) return
  linkOf(row).focus()
  row.scrollIntoView({ block: 'nearest' })
}

// what is selected is counted; nothing selected cannot be passed
const picked = document.querySelector('[data-picked]')
const boxes = rows.map(boxOf).filter(Boolean)
const bulk = document.querySelector('.bulk button[type="submit"]')
const all = document.querySelector('[data-pick-all]')
function count() {
  const n = boxes.filter(box => box.checked).length
  for (const row of rows) row.classList.toggle('is-picked', boxOf(row)?.checked ?? false)
  if (picked) picked.textContent = picked.dataset.words.replace('{n}', String(n))
  if (bulk) bulk.disabled = n === 0
  if (all) {
    all.checked = n > 0 && n === boxes.length
    all.indeterminate = n > 0 && n < boxes.length
  }
}
if (all) {
  all.hidden = false
  all.addEventListener('change', () => {
    for (const box of boxes) box.checked = all.checked
    count()
  })
}
for (const box of boxes) box.addEventListener('change', count)
addEventListener('pageshow', count)
count()

// usual reasons are put where the reason is written
const templates = document.querySelector('[data-templates]')
if (templates) {
  templates.hidden = false
  const reason = templates.closest('form').querySelector('textarea[name="reason"]')
  templates.addEventListener('click', event => {
    const words = event.target.dataset.template
    if (!words) return
    reason.value = reason.value.trim() === '' ? words : `${reason.value.trim()}\n${words}`
    reason.focus()
  })
}

function openReturn() {
  const door = document.querySelector('#return')
  if (!door) return
  door.open = true
  door.querySelector('textarea[name="reason"]').focus()
}

function openBulk(index) {
  const box = boxOf(rows[index])
  const door = document.querySelector('.bulk details')
  if (!box || !door) return
  box.checked = true
  count()
  door.open = true
  bulk.focus()
}

const go = rel => document.querySelector(`[data-go="${rel}"]`)?.click()

const onQueue = {
  j: () => mark(here() + 1),
  k: () => mark(here() - 1),
  x: () => boxOf(rows[here()])?.click(),
  p: () => openBulk(here()),
  r: () => {
    const link = linkOf(rows[here()])
    if (!link) return
    const to = new URL(link.href)
    to.searchParams.set('return', '1')
    location.assign(to)
  },
}
const onFiling = {
  j: () => go('next'),
  k: () => go('prev'),
  u: () => go('up'),
  p: () => document.querySelector('form[data-pass]')?.requestSubmit(),
  r: openReturn,
}
const moves = { ...(kind === 'queue' ? onQueue : onFiling) }
moves.ArrowDown = moves.j
moves.ArrowUp = moves.k

function toggleHelp() {
  if (!help) return
  help.open = !help.open
  if (help.open) help.querySelector('summary').focus()
}

addEventListener('keydown', event => {
  const { key, target } = event
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return
  if (key === 'Escape' && help?.open) return toggleHelp()
  if (target.closest('input:not([type="checkbox"]), textarea, select, [contenteditable]')) return
  if (!isOn() && key.length === 1) return
  // on one filing the arrows go on scrolling
  if (kind === 'filing' && key.startsWith('Arrow')) return
  const move = key === '?' ? toggleHelp : moves[key]
  if (!move) return
  event.preventDefault()
  move()
})

// who came to return a filing finds the reason open
if (new URLSearchParams(location.search).has('return')) openReturn()
