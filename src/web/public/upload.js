// Sends a file with its progress shown, lets the person stop it, and takes files that are dropped. Without it the form
// sends the file by itself.

const token = () => document.querySelector('meta[name="jinshu-csrf"]')?.content ?? ''

/** The messages of a refusal, one a line. */
function refusalOf(request) {
  try {
    const problem = JSON.parse(request.responseText)
    const lines = (problem.errors ?? []).map(error => [error.message, error.remedy].filter(Boolean).join(' — '))
    return [problem.title, ...(lines.length > 0 ? lines : [problem.detail])]
  } catch {
    return [`${request.status} ${request.statusText}`]
  }
}

for (const form of document.querySelectorAll('form[data-upload]')) {
  const words = JSON.parse(form.dataset.words)
  const most = Number(form.dataset.upload)
  const input = form.querySelector('input[type="file"]')
  const state = form.querySelector('[data-upload-state]')
  const bar = form.querySelector('progress')
  const says = form.querySelector('[data-upload-words]')
  const wrong = form.querySelector('[data-upload-error]')
  const send = form.querySelector('button[type="submit"]')
  let request

  const refuse = lines => {
    state.hidden = true
    send.disabled = false
    delete form.dataset.sent
    form.removeAttribute('aria-busy')
    wrong.hidden = false
    wrong.replaceChildren(
      ...lines.map((line, i) => {
        const part = document.createElement(i === 0 && lines.length > 1 ? 'h3' : 'p')
        if (part.tagName === 'H3') part.className = 'alert-title h4'
        part.textContent = line
        return part
      }),
    )
    wrong.focus()
  }
  const progress = event => {
    if (!event.lengthComputable) return
    const share = Math.floor((event.loaded / event.total) * 100)
    bar.value = share
    says.textContent = share < 100 ? `${words.sending} ${share}%` : words.reading
  }
  const begin = file => {
    wrong.hidden = true
    if (file.size > most) return refuse([words.large])
    request = new XMLHttpRequest()
    request.open('POST', `/api/v1/data-versions?fileName=${encodeURIComponent(file.name)}`)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.setRequestHeader('accept-language', document.documentElement.lang)
    request.setRequestHeader('jinshu-csrf', token())
    const as = form.querySelector('input[name="_as"]')?.value
    if (as) request.setRequestHeader('jinshu-organization', as)
    request.upload.addEventListener('progress', progress)
    request.addEventListener('load', () => {
      if (request.status >= 300) return refuse(refusalOf(request))
      location.assign(`/vendor/versions/${JSON.parse(request.responseText).id}`)
    })
    request.addEventListener('error', () => refuse([words.broken]))
    request.addEventListener('abort', () => refuse([words.cancelled]))
    bar.value = 0
    says.textContent = `${words.sending} 0%`
    state.hidden = false
    send.disabled = true
    request.send(file)
  }

  form.addEventListener('submit', event => {
    // the form's own sending is left to browsers without this script
    event.preventDefault()
    event.stopImmediatePropagation()
    const [file] = input.files
    if (file) begin(file)
    else refuse([words.empty])
  })
  form.querySelector('[data-upload-cancel]').addEventListener('click', () => request?.abort())

  const drop = form.querySelector('[data-drop]')
  form.querySelector('[data-drop-words]').hidden = false
  for (const kind of ['dragenter', 'dragover'])
    drop.addEventListener(kind, event => {
      event.preventDefault()
      drop.classList.add('over')
    })
  for (const kind of ['dragleave', 'drop']) drop.addEventListener(kind, () => drop.classList.remove('over'))
  drop.addEventListener('drop', event => {
    event.preventDefault()
    if (event.dataTransfer.files.length > 0) {
      input.files = event.dataTransfer.files
      begin(input.files[0])
    }
  })
}

// a page that waits for a file to be read looks again by itself
const waiting = document.querySelector('[data-reload]')
if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.reload) * 1000)
