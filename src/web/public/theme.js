// Runs before the page is drawn: who has not chosen sees light or dark as their system is set.
const root = document.documentElement
if (!root.dataset.bsTheme && matchMedia('(prefers-color-scheme: dark)').matches) root.dataset.bsTheme = 'dark'
