// Says at once whether a credit code can be right (GB 32100), and takes the division from it.
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** Whether the 18th character is the one that the first 17 ask for. */
function fits(code) {
  let weight = 1
  let sum = 0
  for (const character of code.slice(0, 17)) {
    sum += alphabet.indexOf(character) * weight
    weight = (weight * 3) % 31
  }
  return alphabet[(31 - (sum % 31)) % 31] === code[17]
}

const form = /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/

for (const input of document.querySelectorAll('input[data-uscc]')) {
  const select = input.form.querySelector('select[data-division]')
  const said = document.createElement('div')
  said.className = 'form-hint'
  said.setAttribute('role', 'status')
  input.after(said)
  let taken = ''

  const prefill = code => {
    // what a person chose stays; what came from an earlier code does not
    if (!select || (select.value !== '' && select.value !== taken)) return
    const candidates = [code.slice(2, 8), `${code.slice(2, 6)}00`, `${code.slice(2, 4)}0000`]
    const found = candidates.find(each => [...select.options].some(option => option.value === each))
    if (found === undefined) return
    select.value = found
    taken = found
  }

  input.addEventListener('input', () => {
    const at = input.selectionStart
    const upper = input.value.toUpperCase()
    if (upper !== input.value) {
      input.value = upper
      input.setSelectionRange(at, at)
    }
    const code = input.value.trim()
    const { good, bad, form: shape } = input.dataset
    const isWhole = code.length === 18
    const isFormed = form.test(code)
    said.textContent = !isWhole ? '' : isFormed ? (fits(code) ? good : bad) : shape
    said.classList.toggle('text-danger', isWhole && !(isFormed && fits(code)))
    if (isWhole && isFormed) prefill(code)
  })
}
