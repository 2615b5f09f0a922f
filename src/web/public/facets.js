// A ticked facet takes effect at once: the list is fetched and put in place, so that focus, scroll position and opened
// parts stay where they were. Without this script the form's button does the same.

let asked = new AbortController()
let shown = location.pathname + location.search
const told = document.createElement('p')
told.className = 'visually-hidden'
told.setAttribute('role', 'status')
document.body.append(told)

const formOf = () => document.querySelector('form[data-facets]')

function addressOf(form) {
  const query = new URLSearchParams(new FormData(form)).toString()
  return query ? `${form.getAttribute('action')}?${query}` : form.getAttribute('action')
}

/** Puts the list of another page in place of ours. */
function put(page, box) {
  const opened = [...document.querySelectorAll('[data-facet] details[open]')].map(
    each => each.closest('[data-facet]').dataset.facet,
  )
  document.querySelector('.search-page').replaceWith(page.querySelector('.search-page'))
  document.title = page.title
  for (const name of opened) {
    const rest = document.querySelector(`[data-facet="${CSS.escape(name)}"] details`)
    if (rest) rest.open = true
  }
  const boxes = [...formOf().querySelectorAll('input[type="checkbox"]')]
  boxes.find(each => each.name === box.name && each.value === box.value)?.focus({ preventScroll: true })
  told.textContent =
    document.querySelector('.total')?.textContent ?? document.querySelector('.empty-title')?.textContent
  ready()
}

async function narrow(box) {
  const form = formOf()
  const address = addressOf(form)
  asked.abort()
  asked = new AbortController()
  try {
    const reply = await fetch(address, { headers: { accept: 'text/html' }, signal: asked.signal })
    const page = new DOMParser().parseFromString(await reply.text(), 'text/html')
    if (!reply.ok || !page.querySelector('.search-page')) throw new Error(`status ${reply.status}`)
    put(page, box)
    history.pushState(null, '', address)
    shown = location.pathname + location.search
  } catch (error) {
    // a newer tick took over; for anything else the browser asks, and says what is wrong
    if (error.name !== 'AbortError') form.requestSubmit()
  }
}

function ready() {
  const button = formOf()?.querySelector('[data-apply]')
  if (button) button.hidden = true
}

document.addEventListener('change', event => {
  if (event.target.matches?.('form[data-facets] input[type="checkbox"]')) narrow(event.target)
})
// going back to another search, not to a place on this page
addEventListener('popstate', () => {
  if (location.pathname + location.search !== shown) location.reload()
})
ready()
