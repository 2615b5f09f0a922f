// A page whose next part is being made looks for it, and shows itself anew when it is there.
// `data-watch` marks what waits; while nobody types and the page is seen, it asks every few seconds, for two minutes.
const waiting = document.querySelector('[data-watch]')
let left = 40
let isTouched = false
let busyUntil = 0
// what was just sent (a download above all) must not be cut off by showing the page anew
const busyFor = ms => {
  busyUntil = Math.max(busyUntil, performance.now() + ms)
}
addEventListener('submit', () => busyFor(8000))
// nor may a click that has begun
for (const kind of ['pointermove', 'pointerdown', 'keydown']) addEventListener(kind, () => busyFor(1000))
const isBusy = () => performance.now() < busyUntil
addEventListener('input', () => {
  isTouched = true
})

const look = async () => {
  if (isTouched || left-- <= 0) return
  if (!document.hidden && !isBusy()) {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined)
    if (answer?.ok) {
      const there = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-watch]')
      if (there?.dataset.watch !== waiting.dataset.watch && !isTouched && !isBusy()) return location.reload()
    }
  }
  setTimeout(look, 3000)
}
if (waiting) setTimeout(look, 1500)
