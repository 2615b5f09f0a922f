// Checks a PDF in the reader's own browser: its digest against what the log committed to when it was issued, the entry
// against the signed checkpoint. What the server says is only where to look; each step is computed here.

const out = document.querySelector('[data-result]')
const say = out?.dataset ?? {}
const encoder = new TextEncoder()

const sha256 = async (...parts) => {
  const whole = new Uint8Array(await new Blob(parts).arrayBuffer())
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole))
}
const hex = bytes => [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
const fromHex = text => Uint8Array.from(text.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
const fromBase64 = text => Uint8Array.from(atob(text), sign => sign.charCodeAt(0))
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i])
const node = (left, right) => sha256(Uint8Array.of(1), left, right)

/** The root that an entry's path leads to (RFC 9162, 2.1.3.2); undefined for a path of the wrong length. */
async function rootOf(index, size, leaf, path) {
  let [fn, sn, root] = [index, size - 1, leaf]
  for (const hash of path) {
    if (sn === 0) return undefined
    if (fn % 2 === 1 || fn === sn) {
      root = await node(hash, root)
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2)
        sn = Math.floor(sn / 2)
      }
    } else root = await node(root, hash)
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  return sn === 0 ? root : undefined
}

/** A `.tlog-proof` in its parts. */
function parseProof(text) {
  const cut = text.indexOf('\n\n')
  const lines = text.slice(0, cut).split('\n')
  if (lines.shift() !== 'c2sp.org/tlog-proof@v1') throw new Error('not a proof')
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift().slice(6)) : undefined
  const index = Number(/^index (\d+)$/.exec(lines.shift() ?? '')?.[1] ?? Number.NaN)
  return { extra, index, path: lines.map(fromBase64), checkpoint: text.slice(cut + 2) }
}

/** Size and root of a checkpoint, when the log's own key has signed it. */
async function openCheckpoint(note, vkey) {
  const cut = note.indexOf('\n\n')
  const body = note.slice(0, cut + 1)
  const [name, keyId, keyText] = /^(.+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey.trim())?.slice(1) ?? []
  const key = fromBase64(keyText ?? '')
  if (key[0] !== 1) throw new Error('not a log key')
  const [origin, size, root] = body.split('\n')
  const line = note
    .slice(cut + 2)
    .split('\n')
    .find(each => each.startsWith(`— ${name} `))
  const signature = fromBase64(line?.split(' ')[2] ?? '')
  const isOurs = origin === name && hex(signature.slice(0, 4)) === keyId
  const imported = await crypto.subtle.importKey('raw', key.slice(1), { name: 'Ed25519' }, false, ['verify'])
  const isSigned = isOurs && (await crypto.subtle.verify('Ed25519', imported, signature.slice(4), encoder.encode(body)))
  return { isSigned, size: Number(size), root: fromBase64(root) }
}

/** The number printed on the document, from its title and subject, where they are readable without a PDF reader. */
function numberIn(bytes) {
  const text = new TextDecoder('latin1').decode(bytes).replaceAll('\0', '')
  return /\d{6}-(?:RG|BA|CT|DD)-\d{4}-\d{8}-[0-9A-Z](?:-R\d+)?/.exec(text)?.[0]
}

const get = async path => {
  const response = await fetch(path, { headers: { accept: 'application/json, text/plain' } })
  return response.ok ? response : undefined
}

/**
 * Whether the log is the one that this browser saw before, and has not become shorter: a server that shows each visitor
 * a log of their own is found out by whoever comes twice. The first one seen is kept.
 */
function compareWithMemory(vkey, head) {
  const root = hex(head.root)
  try {
    const kept = JSON.parse(localStorage.getItem('jinshu-log') ?? 'null')
    if (kept && kept.vkey !== vkey) return [['pinned', false]]
    const isWhole = !kept || head.size > kept.size || (head.size === kept.size && root === kept.root)
    if (isWhole) localStorage.setItem('jinshu-log', JSON.stringify({ vkey, size: head.size, root }))
    return kept
      ? [
          ['pinned', true],
          ['grown', isWhole],
        ]
      : [['first', true]]
  } catch {
    // a browser that keeps nothing compares with nothing, and is not told otherwise
    return []
  }
}

/** Which entry of the log commits to a document of each kind. */
const sealing = {
  registration: 'registration.certify',
  filing: 'filing.receipt',
  contract: 'contract.seal',
  delivery: 'receipt.seal',
}

/** Everything that must hold, each with whether it does. */
async function examine(digest, found) {
  const steps = []
  const add = (name, isTrue) => steps.push([name, Boolean(isTrue)])
  const { record, salt, auditId } = found.document
  const vkey = (await (await get('/log/vkey')).text()).trim()
  const proof = parseProof(await (await get(`/api/v1/audit-entries/${auditId}/proof`)).text())
  const entry = JSON.parse(new TextDecoder().decode(proof.extra))
  const said = JSON.parse(record)
  add('issued', said.sha256 === digest && said.number === found.number)
  const commitment = hex(await sha256(fromHex(salt), encoder.encode(record)))
  add('commitment', commitment === entry.c && entry.type === sealing[found.kind])
  const head = await openCheckpoint(proof.checkpoint, vkey)
  const leaf = await sha256(Uint8Array.of(0), proof.extra)
  const root = await rootOf(proof.index, head.size, leaf, proof.path)
  add('inclusion', root && proof.index < head.size && same(root, head.root))
  add('signature', head.isSigned)
  if (head.isSigned) for (const [name, isTrue] of compareWithMemory(vkey, head)) add(name, isTrue)
  add('valid', found.verdict !== 'revoked' && found.verdict !== 'terminated')
  return steps
}

const element = (name, text, className) => {
  const made = document.createElement(name)
  if (text) made.textContent = text
  if (className) made.className = className
  return made
}

function show(verdict, tone, digest, steps, number, note = say[`${verdict}Meaning`]) {
  out.replaceChildren()
  const heading = element('h2', say[verdict], `verdict-words ${tone}`)
  out.append(heading)
  if (note) out.append(element('p', note))
  const list = element('ul', '', 'checks')
  const first = element('li', `${say.digest}: `)
  first.append(element('code', digest))
  if (number) {
    const named = element('li', `${say.number}: `)
    named.append(element('code', number))
    list.append(named)
  }
  list.append(first)
  for (const [name, isTrue] of steps) {
    const item = element('li', '', isTrue ? 'good' : 'bad')
    item.append(element('strong', `${isTrue ? '✓' : '✗'} ${isTrue ? say.passed : say.broken} `), say[name])
    list.append(item)
  }
  out.append(list)
  if (number) {
    const link = element('a', say.details, 'btn')
    link.href = `/verify/${number}?sha256=${digest}`
    out.append(link)
  }
  out.hidden = false
  out.focus()
}

async function check(file) {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const digest = hex(await sha256(bytes))
  const typed = document.querySelector('#number')?.value.trim().toUpperCase()
  const number = numberIn(bytes) ?? typed
  // on the page of a number the file is compared with that number: another genuine document is not this one
  const asked = document.querySelector('input[type=hidden]#number')?.value
  const answer =
    (await get(`/api/v1/verified-documents/${digest}`)) ??
    (number && (await get(`/api/v1/verifications/${encodeURIComponent(number)}?sha256=${digest}`)))
  if (!answer) return show('unknown', 'bad', digest, [])
  const found = await answer.json()
  if (!found.document) return show('unproved', 'warn', digest, [], found.number)
  const steps = await examine(digest, found)
  if (asked) steps.splice(-1, 0, ['asked', found.number === asked])
  const failed = steps.filter(([, isTrue]) => !isTrue).map(([name]) => name)
  const verdict =
    failed.length === 0
      ? 'genuine'
      : failed[0] === 'issued'
        ? 'altered'
        : failed[0] === 'asked'
          ? 'another'
          : failed[0] === 'valid'
            ? found.verdict
            : 'unproved'
  show(verdict, verdict === 'genuine' ? 'good' : 'bad', digest, steps, found.number)
}

const form = document.querySelector('form[data-verify]')
const input = form?.querySelector('input[type=file]')
const begin = file =>
  check(file).catch(error => {
    console.warn(error)
    show('unproved', 'warn', '', [], undefined, say.failed)
  })

if (form && globalThis.crypto?.subtle) {
  input.addEventListener('change', () => input.files[0] && begin(input.files[0]))
  form.addEventListener('submit', event => {
    event.preventDefault()
    if (input.files[0]) begin(input.files[0])
  })
  form.addEventListener('dragover', event => {
    event.preventDefault()
    form.classList.add('over')
  })
  form.addEventListener('dragleave', () => form.classList.remove('over'))
  form.addEventListener('drop', event => {
    event.preventDefault()
    form.classList.remove('over')
    if (event.dataTransfer.files[0]) begin(event.dataTransfer.files[0])
  })
}

// a code is read by the browser itself or by a decoder that is fetched only then; its address leads to the number's page,
// on this site only
const scanner = document.querySelector('[data-scan]')

async function createReader() {
  if ('BarcodeDetector' in globalThis) {
    try {
      const detector = new BarcodeDetector({ formats: ['qr_code'] })
      return async canvas => (await detector.detect(canvas)).map(code => code.rawValue)
    } catch {
      // a browser may have the name and no reader behind it
    }
  }
  const { decodeQR } = await import(scanner.dataset.decoder)
  return async canvas => {
    const { width, height, data } = canvas
      .getContext('2d', { willReadFrequently: true })
      .getImageData(0, 0, canvas.width, canvas.height)
    try {
      return [decodeQR({ width, height, data }, { timeLimit: 200 })]
    } catch {
      return []
    }
  }
}

/** A picture on a canvas no larger than a decoder needs. */
function draw(picture, width, height, canvas = document.createElement('canvas')) {
  const scale = Math.min(1, 1280 / Math.max(width, height))
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  canvas.getContext('2d', { willReadFrequently: true }).drawImage(picture, 0, 0, canvas.width, canvas.height)
  return canvas
}

const numberOf = values =>
  values.map(value => /\/verify\/([0-9A-Z-]+)$/.exec(value)?.[1]).find(number => number !== undefined)

if (scanner) {
  const note = scanner.querySelector('[data-scan-note]')
  const video = scanner.querySelector('video')
  const button = scanner.querySelector('button')
  const tell = words => {
    note.textContent = words
    note.hidden = words === ''
  }
  scanner.hidden = false
  button.hidden = !navigator.mediaDevices

  scanner.querySelector('input').addEventListener('change', async event => {
    const [file] = event.target.files
    if (!file) return
    tell('')
    try {
      const picture = await createImageBitmap(file)
      const number = numberOf(await (await createReader())(draw(picture, picture.width, picture.height)))
      if (number) return location.assign(`/verify/${number}`)
    } catch (error) {
      console.warn(error)
    }
    tell(scanner.dataset.none)
  })

  button.addEventListener('click', async () => {
    tell('')
    let stream
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
    } catch {
      return tell(scanner.dataset.denied)
    }
    button.disabled = true
    video.srcObject = stream
    video.hidden = false
    await video.play()
    const readCodes = await createReader()
    const canvas = document.createElement('canvas')
    const look = async () => {
      const isReady = video.videoWidth > 0
      const number =
        isReady && numberOf(await readCodes(draw(video, video.videoWidth, video.videoHeight, canvas)).catch(() => []))
      if (!number) return requestAnimationFrame(look)
      for (const track of stream.getTracks()) track.stop()
      location.assign(`/verify/${number}`)
    }
    look()
  })
}
