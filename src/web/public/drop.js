/** A file may be dropped on a form that takes one; without this its file field does the same. */
for (const form of document.querySelectorAll('form[data-drop]')) {
  const field = form.querySelector('input[type="file"]')
  const mark = isOver => form.classList.toggle('over', isOver)
  form.addEventListener('dragover', event => {
    event.preventDefault()
    mark(true)
  })
  form.addEventListener('dragleave', () => mark(false))
  form.addEventListener('drop', event => {
    event.preventDefault()
    mark(false)
    if (event.dataTransfer?.files.length === 1) field.files = event.dataTransfer.files
  })
}
