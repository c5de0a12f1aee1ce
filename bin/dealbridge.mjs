#!/usr/bin/env node
// What `dealbridge` runs once installed: the compiled program, on a Node that is new enough.
// The host's own Node is used where it can be; an older one fetches the right one once (scripts/bootstrap.mjs).
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ensureNode } from '../scripts/bootstrap.mjs'

const program = fileURLToPath(new URL('../dist/src/main.js', import.meta.url))

function forward(node) {
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' })
  // The terminal sends Ctrl-C to both; a service manager signals only this process.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  process.on('SIGINT', () => {})
  child.on('exit', (code, signal) => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 70)))
}

try {
  const node = ensureNode()
  if (node === process.execPath) await import(new URL('../dist/src/main.js', import.meta.url).href)
  else forward(node)
} catch (error) {
  console.error(`dealbridge: ${error.message}`)
  process.exitCode = 70
}
