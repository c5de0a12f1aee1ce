// I41, I42: what nobody may read in the wrong place. Secrets and people are known here by name; the real daemon works
// with them, is refused with them and logs all it has to say; then every line, answer and file is searched.

import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { REFERRAL, type Json } from '#spi'
import { realWorld, type RealWorld } from '../support/real-process.ts'

const sealKey = Buffer.from('canary-of-the-ledgers-sealing-key').toString('base64').slice(0, 43) + '='
const hook = 'canary-hook-3f9a'
const secrets = [sealKey, hook]

let world: RealWorld | undefined
afterEach(async () => {
  delete process.env['CANARY_KEY']
  delete process.env['CANARY_HOOK']
  await world?.close()
})

/** Every text of a value, with the name it stands under. */
function texts(value: Json, name = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[name, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, Array.isArray(value) ? name : key))
}

/** People of the pretended customers: how they are called and where they are reached; and what the customers are called. */
function known({ source }: RealWorld): { readonly people: readonly string[]; readonly customers: readonly string[] } {
  const all = source.simulator.desk.all(REFERRAL).flatMap(({ fields }) => texts(fields as Json))
  const named = (names: RegExp) => all.flatMap(([name, text]) => (names.test(name) && text.length > 5 ? [text] : []))
  return {
    people: [...new Set(named(/^(?:email|phoneNumber|addressLine1)$/))],
    customers: [...new Set(source.hands.referrals.map((one) => source.hands.show(one).title.split(' – ')[0] ?? ''))],
  }
}

const found = (text: string, words: readonly string[]): readonly string[] =>
  words.filter((word) => word !== '' && text.includes(word))

async function* filesBelow(folder: string): AsyncIterable<string> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) yield join(entry.parentPath, entry.name)
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 900; tries += 1) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect.fail(`it never came to this: ${what}`)
}

test('secrets and people stay out of logs, metrics, answers and files', { timeout: 180_000 }, async () => {
  process.env['CANARY_KEY'] = sealKey
  process.env['CANARY_HOOK'] = `http://127.0.0.1:9/${hook}`
  const here = await realWorld(['salesforce'])
  world = here
  const crm = here.crms.salesforce ?? expect.fail('no CRM')
  const { people, customers } = known(here)
  expect([people.length > 10, customers.length > 10]).toEqual([true, true])
  await here.configure({
    more: `logging: { level: debug, format: json }
alerts: { channels: { desk: { type: webhook, url: "env:CANARY_HOOK" } }, rules: [{ event: problem.new, to: [desk] }] }`,
  })
  const config = join(here.folder, 'config', 'dealbridge.yaml')
  const text = (await readFile(config, 'utf8')).replace(
    'path: data/ledger }',
    'path: data/ledger, encryptionKey: "env:CANARY_KEY" }',
  )
  await writeFile(config, text)

  // A vendor that repeats in its refusal what it was sent, and one that breaks in the middle of it.
  const [email = '', phone = ''] = people
  let refusals = 0
  crm.served.breaks = ({ method, body }) => {
    if (method !== 'POST' || !body.includes('Opportunity') || refusals >= 3) return undefined
    refusals += 1
    const message = `use one of these records? ${email} ${phone} ${customers.join(' ')}`
    return {
      do: 'answer',
      answer: {
        status: refusals === 1 ? 500 : 400,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([{ errorCode: 'DUPLICATES_DETECTED', message, fields: [email] }]),
      },
    }
  }
  const daemon = here.start('run')
  try {
    await until('work', () => refusals === 3 && crm.hands.count() > 18)
    const door = JSON.parse(await readFile(join(here.folder, 'data/ledger/door.json'), 'utf8')) as {
      url: string
      key: string
    }
    const metrics = await (await fetch(`${door.url}/metrics`)).text()
    const commandLine = await readFile(`/proc/${daemon.child.pid}/cmdline`, 'utf8')
    const told = [
      await here.run('check'),
      await here.run('problems', '--json'),
      await here.run('service', 'config', '--resolved'),
    ]
    const bundled = await here.run('service', 'bundle', '--out', 'bundle.json')
    expect(bundled.code).toBe(0)
    const bundle = await readFile(join(here.folder, 'bundle.json'), 'utf8')
    daemon.child.kill('SIGTERM')
    const { out, err } = await daemon.ended
    const log = out + err
    // It had its say, down to each call: an empty log keeps every secret.
    expect(log.split('\n').filter((line) => line.includes('"level":"debug"')).length).toBeGreaterThan(10)

    for (const one of [log, metrics, commandLine, bundle, ...told.map((end) => end.out + end.err)])
      expect(found(one, [...secrets, door.key, ...people])).toEqual([])
    for (const one of [log, metrics, bundle]) expect(found(one, customers)).toEqual([])

    for await (const file of filesBelow(join(here.folder, 'data'))) {
      expect([file, (await stat(file)).mode & 0o077]).toEqual([file, 0])
      expect([
        file,
        ...found((await readFile(file)).toString('latin1'), [...secrets, ...people, ...customers]),
      ]).toEqual([file])
    }
  } finally {
    daemon.child.kill('SIGKILL')
    await daemon.ended
  }
})
