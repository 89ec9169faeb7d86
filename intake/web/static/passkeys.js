// A button that uses a passkey: it asks the server what to sign, has the browser do it, and sends the form.
// Hidden until a browser can. Without scripts people sign in, and sign off, with a password and a code.
const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), one => one.charCodeAt())
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
const known = list => (list || []).map(one => ({ ...one, id: bytes(one.id) }))

const use = async (form, button) => {
  const { passkey } = button.dataset
  const put = (name, value) => {
    const field = document.createElement('input')
    Object.assign(field, { type: 'hidden', name: passkey + name, value })
    form.append(field)
  }
  put('with', 'passkey')
  const asked = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { Accept: 'application/json' } })
  if (asked.ok && asked.headers.get('Content-Type').includes('json')) {
    const { token, options } = await asked.json(), { user } = options
    options.challenge = bytes(options.challenge)
    if (user) user.id = bytes(user.id)
    options.excludeCredentials = known(options.excludeCredentials)
    options.allowCredentials = known(options.allowCredentials)
    const made = await navigator.credentials[user ? 'create' : 'get']({ publicKey: options })
    const response = { transports: made.response.getTransports?.() }
    for (const part of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'])
      if (made.response[part]) response[part] = text(made.response[part])
    put('ceremony', token)
    put('answer', JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response }))
  }
  // What is wrong with the form, a page says better than a script could.
  form.submit()
}

for (const button of document.querySelectorAll('[data-passkey]')) {
  const box = button.closest('[data-address]'), said = box.querySelector('[role=status]')
  // A passkey belongs to one address, and at any other the browser refuses.
  box.hidden = !window.PublicKeyCredential || location.origin != box.dataset.address
  button.onclick = async event => {
    event.preventDefault()
    said.textContent = ''
    const form = button.form
    try { await use(form, button) } catch {
      form.querySelectorAll(`[name="${button.dataset.passkey}with"]`).forEach(one => one.remove())
      said.textContent = said.dataset.not
    }
  }
}
