// Keys for clinicians: they move the focus, and no key records anything. Every page works without them.
// J and K: the next flag, or form in the queue, and the one before. A, Q, S: what acknowledges, asks, signs.
const box = document.querySelector('#keys'), list = box.querySelector('details'), button = box.querySelector('button')
const steps = [...document.querySelectorAll('.flag,.queue li a')]
let off
// A browser that keeps nothing for a page refuses to be asked.
try { off = localStorage.keys } catch {}

const say = () => { button.textContent = button.dataset[off ? 'on' : 'off'] }
const step = (where, inside) => {
  const at = one => one.compareDocumentPosition(document.activeElement)
  const found = steps.filter(one => at(one) & where && !(at(one) & inside))
  return found[where == 2 ? 0 : found.length - 1]
}
const wanted = { a: '[data-key=a],form[action$="/acknowledge"] button', q: '[data-key=q]', s: '[data-key=s],#note' }
const find = key => {
  if (key == 'j') return step(2, 0)
  if (key == 'k') return step(4, 16)
  if (key == '?') { list.open = true; return list.firstElementChild }
  const one = wanted[key]
  // Of the flag the reader is at, else the first of the page.
  return one && ((document.activeElement.closest('.flag') || document).querySelector(one) || document.querySelector(one))
}

box.hidden = false
say()
button.onclick = () => {
  off = off ? '' : 'off'
  try { localStorage.keys = off } catch {}
  say()
}
document.addEventListener('keydown', event => {
  if (off || event.ctrlKey || event.altKey || event.metaKey) return
  if (event.target.closest('input,textarea,select')) return
  const key = event.key.toLowerCase(), one = find(key)
  if (one) { one.focus(); one.scrollIntoView({ block: 'nearest' }) }
  else if (key == 'p') print()
  else return
  event.preventDefault()
})
