// Sends a file in pieces (tus 1.0) with its progress shown; pauses, goes on after a reload or a broken connection, and
// takes files that are dropped. Without it the form sends the file by itself.

const token = () => document.querySelector('meta[name="jinshu-csrf"]')?.content ?? ''

const base = '/api/v1/uploads'
/** Small enough that little is lost when a connection breaks, and that each piece can be hashed before it is sent. */
const pieceBytes = 4 * 1024 * 1024
/** Pauses before trying again, in milliseconds. */
const pauses = [500, 1000, 2000, 4000, 8000, 15000]
const keptName = 'jinshu-uploads'

/** Uploads that this browser has begun, by what tells a file apart; a browser that keeps nothing only cannot resume. */
const kept = {
  all() {
    try {
      return JSON.parse(localStorage.getItem(keptName) ?? '{}')
    } catch {
      return {}
    }
  },
  set(print, url) {
    const all = kept.all()
    if (url) all[print] = url
    else delete all[print]
    try {
      localStorage.setItem(keptName, JSON.stringify(all))
    } catch {
      // nothing is kept: the upload itself goes on
    }
  },
}

const fingerprint = (file, as) => [file.name, file.size, file.lastModified, as].join('/')
const encoded = value => btoa(String.fromCharCode(...new TextEncoder().encode(value)))

async function checksumOf(piece) {
  if (!crypto.subtle) return {}
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await piece.arrayBuffer()))
  return { 'upload-checksum': `sha256 ${btoa(String.fromCharCode(...digest))}` }
}

/** The messages of a refusal, one a line. */
function refusalOf(request) {
  try {
    const problem = JSON.parse(request.responseText)
    const lines = (problem.errors ?? []).map(error => [error.message, error.remedy].filter(Boolean).join(' — '))
    return [problem.title, ...(lines.length > 0 ? lines : [problem.detail])]
  } catch {
    return [`${request.status} ${request.statusText}`.trim()]
  }
}

class Refused extends Error {
  constructor(request) {
    super(`${request.status}`)
    this.status = request.status
    this.lines = refusalOf(request)
  }
}

/** One file on its way; `say` is told what happens to it. */
class Sending {
  constructor(file, as, say) {
    Object.assign(this, { file, as, say, print: fingerprint(file, as), isPaused: false, isOver: false })
  }

  ask(method, url, headers = {}, body = null) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      this.request = request
      request.open(method, url)
      const all = { 'tus-resumable': '1.0.0', 'jinshu-csrf': token(), 'accept-language': document.documentElement.lang }
      if (this.as) all['jinshu-organization'] = this.as
      for (const [name, value] of Object.entries({ ...all, ...headers })) request.setRequestHeader(name, value)
      request.upload.addEventListener('progress', event => {
        if (body) this.say.progress((this.offset + event.loaded) / this.file.size)
      })
      request.addEventListener('load', () => (request.status < 300 ? resolve(request) : reject(new Refused(request))))
      for (const kind of ['error', 'abort', 'timeout']) request.addEventListener(kind, () => reject(new Error(kind)))
      request.send(body)
    })
  }

  /** Where to go on: in an upload that was begun before, else in a new one. */
  async locate() {
    this.url ??= kept.all()[this.print]
    if (this.url) {
      try {
        const found = await this.ask('HEAD', this.url)
        this.offset = Number(found.getResponseHeader('upload-offset'))
        return found
      } catch (error) {
        if (![403, 404, 410].includes(error.status)) throw error
        kept.set(this.print)
        this.url = undefined
      }
    }
    const begun = await this.ask('POST', base, {
      'upload-length': `${this.file.size}`,
      'upload-metadata': `filename ${encoded(this.file.name)}`,
    })
    this.url = begun.getResponseHeader('location')
    this.offset = 0
    kept.set(this.print, this.url)
    return begun
  }

  /** Sends what is missing; answers the data version's id. */
  async send() {
    let answer = await this.locate()
    while (!answer.getResponseHeader('jinshu-data-version')) {
      this.say.progress(this.offset / this.file.size)
      const piece = this.file.slice(this.offset, this.offset + pieceBytes)
      const headers = { 'upload-offset': `${this.offset}`, ...(await checksumOf(piece)) }
      if (this.isPaused || this.isOver) throw new Error('abort')
      answer = await this.ask(
        'PATCH',
        this.url,
        { ...headers, 'content-type': 'application/offset+octet-stream' },
        piece,
      )
      this.offset = Number(answer.getResponseHeader('upload-offset'))
      this.tries = 0
    }
    kept.set(this.print)
    return answer.getResponseHeader('jinshu-data-version')
  }

  async run() {
    this.isPaused = false
    this.tries = 0
    for (;;) {
      try {
        return this.say.done(await this.send())
      } catch (error) {
        if (this.isPaused || this.isOver) return undefined
        // a piece that arrived otherwise than it was sent, or that another try took over, is asked about again
        const isLasting = error instanceof Refused && ![409, 423, 429, 460].includes(error.status) && error.status < 500
        if (isLasting) return this.say.refused(error.lines)
        if (this.tries >= pauses.length) return this.say.broken()
        this.say.waiting()
        await new Promise(done => setTimeout(done, pauses[this.tries++]))
        if (this.isPaused || this.isOver) return undefined
      }
    }
  }

  pause() {
    this.isPaused = true
    this.request?.abort()
  }

  async cancel() {
    this.isOver = true
    this.request?.abort()
    kept.set(this.print)
    if (this.url) await this.ask('DELETE', this.url).catch(() => {})
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
  const pause = form.querySelector('[data-upload-pause]')
  let sending

  const stop = lines => {
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
  const say = {
    progress(share) {
      const percent = Math.min(100, Math.floor(share * 100))
      bar.value = percent
      says.textContent = percent < 100 ? `${words.sending} ${percent}%` : words.reading
    },
    waiting: () => {
      says.textContent = words.waiting
    },
    refused: stop,
    broken: () => stop([words.broken]),
    done: id => location.assign(`/vendor/versions/${id}`),
  }
  const begin = file => {
    wrong.hidden = true
    if (file.size > most) return stop([words.large])
    sending = new Sending(file, form.querySelector('input[name="_as"]')?.value ?? '', say)
    say.progress(0)
    state.hidden = false
    send.disabled = true
    pause.textContent = words.pause
    return sending.run()
  }

  form.addEventListener('submit', event => {
    // the form's own sending is left to browsers without this script
    event.preventDefault()
    event.stopImmediatePropagation()
    const [file] = input.files
    if (file) begin(file)
    else stop([words.empty])
  })
  form.querySelector('[data-upload-cancel]').addEventListener('click', () => {
    sending?.cancel()
    stop([words.cancelled])
  })
  pause.hidden = false
  pause.addEventListener('click', () => {
    if (!sending) return
    if (sending.isPaused) {
      pause.textContent = words.pause
      sending.run()
    } else {
      sending.pause()
      pause.textContent = words.resume
      says.textContent = words.paused
    }
  })
  addEventListener('online', () => {
    if (sending && !sending.isPaused && !sending.isOver) sending.tries = 0
  })

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
