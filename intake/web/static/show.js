// A button beside each box for a password that shows what was typed. It is hidden again before it is sent.
for (const box of document.querySelectorAll('input[type=password]')) {
  const button = document.createElement('button'), label = document.createElement('span')
  const name = box.labels[0].textContent
  const show = on => {
    box.type = on ? 'text' : 'password'
    button.firstChild.data = on ? 'Hide' : 'Show'
  }
  button.type = 'button'
  button.className = 'btn alt sm'
  label.className = 'vh'
  label.textContent = ` ${name}`
  button.append('Show', label)
  box.after(button)
  button.onclick = () => show(box.type == 'password')
  box.form.addEventListener('submit', () => show())
}
