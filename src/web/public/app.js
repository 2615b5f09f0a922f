// What makes our pages quicker to use. Nothing here is needed: every form and link works without it.

const each = (selector, work) => document.querySelectorAll(selector).forEach(work)

// the theme's button says which one it leads to
each('form.theme button', button => {
  button.value = document.documentElement.dataset.bsTheme === 'dark' ? 'light' : 'dark'
})

// a refused form is shown from its first mistake on
const wrong = document.querySelector('[aria-invalid="true"]') ?? document.querySelector('[data-focus]')
wrong?.focus()
wrong?.scrollIntoView({ block: 'center' })

// a form is sent once; its key makes a second time harmless, but a person should see that it is on its way
each('form[data-once]', form => {
  form.addEventListener('submit', event => {
    if (form.dataset.sent) return event.preventDefault()
    form.dataset.sent = 'yes'
    form.setAttribute('aria-busy', 'true')
    // a download leads nowhere: the form may be used again
    setTimeout(() => {
      delete form.dataset.sent
      form.removeAttribute('aria-busy')
    }, 8000)
  })
})
addEventListener('pageshow', () => each('form[data-sent]', form => delete form.dataset.sent))

// codes are copied by a button
each('button[data-copy]', button => {
  button.hidden = false
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy)
    const words = button.textContent
    button.textContent = button.dataset.done
    setTimeout(() => {
      button.textContent = words
    }, 2000)
  })
})

// menus close when one looks elsewhere
const menus = [...document.querySelectorAll('details[data-menu]')]
document.addEventListener('click', event => {
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false
})
document.addEventListener('keydown', event => {
  if (event.key !== 'Escape') return
  for (const menu of menus)
    if (menu.open) {
      menu.open = false
      menu.querySelector('summary').focus()
    }
})

// filters take effect when they are changed
each('form[data-instant]', form => form.addEventListener('change', () => form.requestSubmit()))

// what is typed is not lost by leaving
each('form[data-guard]', form => {
  let isDirty = false
  form.addEventListener('input', () => {
    isDirty = true
  })
  form.addEventListener('submit', () => {
    isDirty = false
  })
  addEventListener('beforeunload', event => {
    if (isDirty) event.preventDefault()
  })
})

// prints the page
each('button[data-print]', button => {
  button.hidden = false
  button.addEventListener('click', () => print())
})

// the address of the page, with the language it was asked in, without what was only a choice of language
const here = new URL(location.href)
if (here.searchParams.has('lang')) {
  here.searchParams.delete('lang')
  history.replaceState(history.state, '', here)
}

// our own fonts come last and only for browsers whose system lacks Chinese ones; the page does not wait for them
const sheet = document.createElement('link')
sheet.rel = 'stylesheet'
sheet.href = document.querySelector('#theme').dataset.fonts
document.head.append(sheet)
