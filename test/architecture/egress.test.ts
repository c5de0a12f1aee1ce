// The watch over the suite's connections, itself looked at: a process that wants to leave this computer is stopped and
// told of, however it goes about it; one that stays is counted.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { EGRESS_FOLDER, egressOf, type Egress } from '../support/egress/watch.ts'

const watch = pathToFileURL(join(import.meta.dirname, '../support/egress/watch.ts')).href

/** What a process of its own, which runs these words, is seen to do. */
function seenOf(words: string): { readonly told: Egress | undefined; readonly out: string } {
  const folder = mkdtempSync(join(tmpdir(), 'dealbridge-egress-test-'))
  try {
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', words], {
      encoding: 'utf8',
      env: { ...process.env, [EGRESS_FOLDER]: folder, NODE_OPTIONS: `--import=${watch}` },
    })
    const [name] = readdirSync(folder)
    const text = name === undefined ? null : readFileSync(join(folder, name), 'utf8')
    return { told: text === null ? undefined : egressOf(text), out: stdout }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const failing = (call: string): string =>
  `try { await ${call}; console.log('got through') } catch { console.log('stopped') }`

describe('I40: the suite talks to this computer only', () => {
  test('this very process is watched', () => {
    expect(process.env[EGRESS_FOLDER]).toBeDefined()
    expect(process.env['NODE_OPTIONS']).toContain('watch.ts')
  })

  test.each([
    ['fetch', failing(`fetch('http://203.0.113.7/')`), '203.0.113.7:80'],
    [
      'a bare socket',
      `import net from 'node:net'; ${failing(`new Promise((yes, no) => net.connect(443, '203.0.113.8', yes).on('error', no))`)}`,
      '203.0.113.8:443',
    ],
    [
      'TLS by a name that leads outside',
      `import tls from 'node:tls'; const lookup = (n, o, done) => done(null, o.all ? [{ address: '203.0.113.9', family: 4 }] : '203.0.113.9', 4);
       ${failing(`new Promise((yes, no) => tls.connect({ host: 'partner.example', port: 443, lookup }, yes).on('error', no))`)}`,
      'partner.example:443',
    ],
  ])('%s: stopped, and told', (_how, words, target) => {
    expect(seenOf(words)).toMatchObject({ told: { elsewhere: [target] }, out: 'stopped\n' })
  })

  test('a name that is asked for is told, even where nobody answers', () => {
    const { told } = seenOf(
      failing(`import('node:dns').then(({ default: dns }) => new Promise((yes, no) =>
      dns.lookup('login.microsoftonline.com', (error) => error ? no(error) : yes())))`),
    )
    expect(told?.elsewhere).toEqual(['the name login.microsoftonline.com'])
  })

  test('what stays here is counted', () => {
    const words = `import http from 'node:http'; const server = http.createServer((_, answer) => answer.end('ok')).listen(0, '127.0.0.1', async () => {
      await fetch('http://127.0.0.1:' + server.address().port); server.close() })`
    expect(seenOf(words)).toMatchObject({ told: { loopback: 1, elsewhere: [] } })
  })
})
