// Puts the part of the address after the # into its box. It is sent only by pressing the button.
const box = document.querySelector('#link')
if (location.hash.length > 20) {
  box.value = location.hash.slice(1)
  history.replaceState(null, '', location.pathname)
  const next = document.querySelectorAll('.in')[1] || document.querySelector('.acts .btn')
  next.focus()
}
