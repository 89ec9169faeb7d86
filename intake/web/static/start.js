// Puts a code that came with the link into its box. It is sent only by pressing Start.
const box = document.querySelector('#code')
if (location.hash.startsWith('#code=')) {
  box.value = location.hash.slice(6)
  history.replaceState(null, '', location.pathname)
}
