// Saves a form as one goes: what was changed is sent a moment after the last keystroke, the answer's fresh regions
// (findings, progress, the button that submits) take the place of the old ones. Without it the form has its button.

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

  const say = (what, look = '') => {
    state.textContent = words[what] ?? ''
    state.dataset.look = look
  }

  async function send() {
    const upTo = changed
    const fields = new URLSearchParams(new FormData(form))
    fields.set('_key', key())
    say('saving')
    try {
      const answer = await fetch(form.action, { method: 'POST', body: fields, headers: { accept: 'text/html' } })
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
      }
      if (isRefused) say('refused', 'bad')
      else if (changed === saved) say('saved', 'good')
      else later()
    } catch {
      say('broken', 'bad')
      later(5000)
    }
  }

  /** Saves what is not saved yet; answers whether all of it is. */
  async function flush() {
    clearTimeout(timer)
    await running
    if (changed !== saved) {
      running = send()
      await running
    }
    return changed === saved
  }

  function later(after = 900) {
    clearTimeout(timer)
    timer = setTimeout(flush, after)
  }

  form.addEventListener('input', () => {
    changed += 1
    say('dirty')
    later()
  })
  form.addEventListener('change', () => {
    if (changed !== saved) later(100)
  })
  // the button saves by the form's own way: nothing is waiting then
  form.addEventListener('submit', () => {
    clearTimeout(timer)
    saved = changed
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
}
