// Says that new forms came in, and moves nothing. Without it, the link "Look for new forms" does the same.
const box = document.querySelector('[data-arrivals]'), say = box.dataset, link = box.querySelector('a')
const title = document.title
let told = 0
const look = async () => {
  if (document.hidden) return
  const answer = await fetch(say.arrivals).catch(() => ({}))
  // Signed out meanwhile: the answer is a page, and there is nothing to say.
  const came = answer.ok && !answer.redirected ? +await answer.text() : 0
  if (!(came > told)) return
  told = came
  link.textContent = came > 1 ? say.many.replace('%', came) : say.one
  document.title = title.replace(/\d+/, waiting => +waiting + came)
}
setInterval(look, 60000)
document.addEventListener('visibilitychange', look)
