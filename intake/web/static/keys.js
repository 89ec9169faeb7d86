// Keys for clinicians: they move the focus, and no key records anything. Every page works without them.
// J and K: what comes next and before. A, Q, S: the button, link or box marked with that letter. P prints. ? lists them.
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
const marked = letter => {
  const wanted = `[data-key=${letter}]`
  return (document.activeElement.closest('.flag') || document).querySelector(wanted)
}
const find = key => {
  if (key == 'j') return step(2, 0)
  if (key == 'k') return step(4, 16)
  if (key == '?') { list.open = true; return list.firstElementChild }
  if (/^[aqs]$/.test(key)) return marked(key) || document.querySelector(`[data-key=${key}]`)
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
