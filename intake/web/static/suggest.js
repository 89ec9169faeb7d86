// Suggests names while a medicine is typed (an ARIA 1.2 combobox). Without it, "Find it" does the same.
// The names are fetched once and looked through here: what is typed goes nowhere until the form is sent.
const box = document.querySelector('[data-names]'), say = box.dataset
const first = box.form.elements.typed_first
const list = document.createElement('div'), live = document.createElement('p')
let names, found = [], at = -1, later

const set = (one, attributes) => { for (const name in attributes) one.setAttribute(name, attributes[name]) }
const tell = (words, what) => { live.textContent = words.replace('%', what) }

const mark = i => {
  at = i
  const options = [...list.children]
  options.forEach((one, n) => set(one, { 'aria-selected': one.firstChild.selected = n == i }))
  set(box, { 'aria-activedescendant': i < 0 ? '' : options[i].id })
  options[i]?.scrollIntoView({ block: 'nearest' })
}
const show = open => {
  clearTimeout(later)
  open ? box.after(list) : list.remove()
  set(box, { 'aria-expanded': !!open })
  mark(-1)
}
const pick = name => {
  first.value ||= box.value
  box.value = name
  show()
  tell(say.picked, name)
  box.focus()
}
const option = (name, n) => {
  const one = document.createElement('div'), selected = new Option()
  set(one, { id: 'name-' + n, role: 'option', class: 'opt' })
  // Never seen itself: the stylesheet draws a row that holds something selected as a chosen one.
  selected.hidden = true
  one.append(selected, name)
  one.onclick = () => pick(name)
  return one
}
const look = async () => {
  names ??= fetch(say.names).then(answer => answer.json()).catch(() => [])
  const all = await names
  // On a weak signal the names may come after the reader has gone on.
  if (document.activeElement != box) return
  const typed = ' ' + box.value.trim().toLowerCase()
  // Names that begin with it stand before names with a later word that does.
  const rank = name => (' ' + name.toLowerCase()).indexOf(typed)
  found = typed[2] ? all.filter(name => rank(name) >= 0).sort((a, b) => rank(a) - rank(b)).slice(0, 8) : []
  list.replaceChildren(...found.map(option))
  show(found[0])
  later = setTimeout(() => typed[2] && tell(found[0] ? say.found : say.none, found.length), 400)
}

set(list, { id: 'names-found', role: 'listbox', class: 'cells group', 'aria-label': say.list })
set(live, { role: 'status', class: 'vh' })
set(box, { role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': list.id, 'aria-expanded': false })
box.after(live)
box.addEventListener('input', () => { first.value = ''; look() })
box.addEventListener('keydown', event => {
  const { key } = event, many = found.length, open = list.isConnected
  const step = { ArrowDown: at + 1, ArrowUp: at < 1 ? many - 1 : at - 1 }[key]
  if (key == 'Tab') return show()
  if (many && step >= 0) { open || show(true); mark(step % many) }
  else if (open && at >= 0 && key == 'Enter') pick(found[at])
  else if (open && key == 'Escape') show()
  else return
  event.preventDefault()
})
// On click and not before: closing moves what is below, and the press must land where it was aimed.
// Not on blur either: VoiceOver on a phone leaves the box to walk through the list (w3c/aria-practices 1619).
document.addEventListener('click', event => { list.contains(event.target) || event.target == box || show() })
