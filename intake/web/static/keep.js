// Keeps what was typed when the page is hidden, and asks before the form is closed. Without it, Continue saves.
const ask = document.querySelector('dialog'), { wait, left, keep, away } = ask.dataset
const form = document.querySelector('main form'), stay = ask.querySelector('form')
let warn, going

const typed = () => new URLSearchParams(new FormData(form)) + ''
let kept = keep && typed()
const save = () => {
  if (keep && !going && kept != typed()) navigator.sendBeacon(keep, new URLSearchParams(kept = typed()))
}
const begin = () => { warn = Date.now() + wait * 1e3 }
// To a page with nothing of the form on it; the form itself may be open still.
const close = () => {
  save()
  going = 1
  location.replace(away)
}
// By the clock and not by a timer: a phone that slept must not think that it is early.
const look = () => {
  const late = Date.now() - warn
  if (going || late < 0) return
  if (late > left * 1e3) close()
  else if (!ask.open) {
    save()
    ask.showModal()
  }
}
stay.onsubmit = async event => {
  event.preventDefault()
  const answer = await fetch(stay.action, { method: 'POST', body: new URLSearchParams(new FormData(stay)) })
  if (!answer.ok) return close()
  begin()
  ask.close()
}
// Escape means what the only button says.
ask.oncancel = event => {
  event.preventDefault()
  stay.requestSubmit()
}
addEventListener('submit', event => { if (event.target != stay) going = 1 })
addEventListener('pageshow', () => { going = 0 })
addEventListener('pagehide', save)
document.addEventListener('visibilitychange', () => document.hidden ? save() : look())
// The page may be the answer to a form: Back must show it again, and not ask to send that form again.
history.replaceState(null, '')
begin()
setInterval(look, 5e3)
