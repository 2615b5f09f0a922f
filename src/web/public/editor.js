// Saves a form as one goes: what was changed is sent when its field is left (or half a minute after it was typed), the
// answer's fresh regions (findings, progress, the button that submits) take the place of the old ones. Every saving is an
// entry of the log for ever, so pauses of typing are kept by the tab only: what was not sent is there again after a
// reload or a crash. Without this script the form has its button.

const form = document.querySelector('form[data-autosave]')

const key = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('')

/** Takes the regions that a saving may change from the page that came back. */
function renew(fresh) {
  for (const region of document.querySelectorAll('[data-live]')) {
    const next = fresh.querySelector(`[data-live="${region.dataset.live}"]`)
    if (next && next.innerHTML !== region.innerHTML && !region.contains(document.activeElement))
      region.innerHTML = next.innerHTML
  }
}

/** Puts the messages of a refusal beside their fields, and takes earlier ones away. */
function tell(fresh) {
  for (const old of form.querySelectorAll('.invalid-feedback')) old.remove()
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid')
  for (const message of fresh.querySelectorAll('form[data-autosave] .invalid-feedback')) {
    const field = document.getElementById(message.id.replace(/-error$/, ''))
    field?.setAttribute('aria-invalid', 'true')
    field?.closest('.mb-3')?.append(document.importNode(message, true))
  }
}

if (form) {
  const words = JSON.parse(form.dataset.words)
  const state = form.querySelector('[data-save-state]')
  let changed = 0
  let saved = 0
  let isRefused = false
  let timer
  let running
  let sent = content()

  const kept = `jinshu-typed ${new URL(form.action).pathname}`

  /** What is in the form, without its marks. */
  function content() {
    return JSON.stringify([...new FormData(form)].filter(([name]) => !name.startsWith('_')))
  }

  /** Keeps what is typed for this tab, with the state of the draft to which it belongs. */
  function keep() {
    try {
      sessionStorage.setItem(kept, JSON.stringify({ base: form.dataset.base, typed: content() }))
    } catch {
      // no room or no storage: it is still on the page
    }
  }

  /** Puts back what was typed and not sent, unless the draft was changed elsewhere meanwhile. */
  function restore() {
    const { base, typed } = JSON.parse(sessionStorage.getItem(kept) ?? '{}')
    if (base !== form.dataset.base || typed === undefined || typed === sent) return false
    const values = Map.groupBy(JSON.parse(typed), ([name]) => name)
    for (const field of form.elements) {
      if (!field.name || field.name.startsWith('_') || field.type === 'hidden') continue
      const given = (values.get(field.name) ?? []).map(([, value]) => value)
      if (field.type === 'checkbox' || field.type === 'radio') field.checked = given.includes(field.value)
      else if (given.length > 0) field.value = given[0]
    }
    return true
  }

  const say = (what, look = '') => {
    state.textContent = words[what] ?? ''
    state.dataset.look = look
  }

  async function send() {
    const upTo = changed
    const typed = content()
    const fields = new URLSearchParams(new FormData(form))
    fields.set('_key', key())
    say('saving')
    try {
      const answer = await fetch(form.action, {
        method: 'POST',
        body: fields,
        headers: { accept: 'text/html' },
        // the last of it goes out also while the page is being left
        keepalive: document.visibilityState === 'hidden',
      })
      if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status))
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
      // a session that ended shows the sign-in page instead: leave it to the button, which carries everything along
      if (!fresh.querySelector('form[data-autosave]')) {
        isRefused = true
        return say('refused', 'bad')
      }
      isRefused = !answer.ok
      tell(fresh)
      if (answer.ok) {
        renew(fresh)
        saved = upTo
        sent = typed
        form.dataset.base = fresh.querySelector('form[data-autosave]').dataset.base
        sessionStorage.removeItem(kept)
      }
      if (isRefused) say('refused', 'bad')
      else if (changed === saved) say('saved', 'good')
      else {
        keep()
        later(longest)
      }
    } catch {
      say('broken', 'bad')
      later(5000)
    }
  }

  /** Saves what is not saved yet; answers whether all of it is. */
  async function flush() {
    clearTimeout(timer)
    await running
    timer = undefined
    // typed and taken back again: there is nothing to save
    if (changed !== saved && content() === sent) {
      saved = changed
      sessionStorage.removeItem(kept)
      say('')
    }
    if (changed !== saved) {
      running = send()
      await running
    }
    return changed === saved
  }

  /** Longest time that something typed waits in a field that is not left, and a breath after it is. */
  const longest = 30_000
  const breath = 1_000

  function later(after) {
    clearTimeout(timer)
    timer = setTimeout(flush, after)
  }

  form.addEventListener('input', () => {
    changed += 1
    say('dirty')
    keep()
    timer ??= setTimeout(flush, longest)
  })
  form.addEventListener('change', () => {
    if (changed !== saved) later(breath)
  })
  // the button saves by the form's own way: nothing is waiting then
  form.addEventListener('submit', () => {
    clearTimeout(timer)
    saved = changed
    sessionStorage.removeItem(kept)
  })
  addEventListener('beforeunload', event => {
    if (changed !== saved) event.preventDefault()
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' && changed !== saved) flush()
  })

  // other forms of the page read what was saved: they wait for it
  document.addEventListener(
    'submit',
    async event => {
      const other = event.target
      if (other === form || changed === saved) return
      event.preventDefault()
      event.stopPropagation()
      delete other.dataset.sent
      if (await flush()) other.requestSubmit(event.submitter)
    },
    true,
  )

  if (restore()) {
    changed += 1
    flush()
  }
}
