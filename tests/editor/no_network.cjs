// Loaded before the language server: whatever reaches for the network is told on standard error, and stopped.
const net = require('node:net')

net.Socket.prototype.connect = function (...asked) {
  process.stderr.write(`reached for the network: ${JSON.stringify(asked[0])}\n`)
  process.exit(7)
}
