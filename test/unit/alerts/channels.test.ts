// Channels against receivers on loopback: what arrives there, and what their answers come to here.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openChannels } from '#alerts/channels/open'
import { signatureOf } from '#alerts/channels/webhook'
import type { Channel } from '#alerts/channels/channel'
import type { Letter } from '#alerts/wording'
import { openLog } from '#platform/log'
import { openSecrets } from '#platform/secrets'
import { Alerts } from '#settings/schema/alerts'
import { isObject, type JsonObject, msOf, parseJson, type SimulatedAnswer, type SimulatedCall } from '#spi'
import { type Served, serve } from '#testkit/serve'
import { handClock } from '../../support/host.ts'

const never = new AbortController().signal
const clock = handClock()
const letter: Letter = {
  id: 'm-1',
  subject: '[fabrikam] One thing.',
  lines: [{ text: 'One thing.', advice: 'Do this.', url: 'https://partner.example/49d90c72', isOver: false }],
  more: 0,
  closing: 'The end.',
  document: {
    schema: 'dealbridge.alert/v1',
    id: 'm-1',
    installation: 'fabrikam',
    at: clock.now(),
    notices: [],
    more: 0,
  },
}

let served: Served
let answers: (call: SimulatedCall) => SimulatedAnswer
let env: Record<string, string>
let channel: Channel
let logged: string[]

const nothing: SimulatedAnswer = { status: 202, headers: {}, body: '' }
const json = (status: number, body: object, headers = {}): SimulatedAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

beforeEach(async () => {
  answers = () => nothing
  logged = []
  served = await serve(() => ({
    name: 'receiver',
    handle: async (call) => await Promise.resolve(answers(call)),
    tick: async () => await Promise.resolve(),
    desk: {
      all: () => [],
      read: () => undefined,
      add: () => expect.fail(),
      edit: () => undefined,
      remove: () => undefined,
    },
  }))
  env = { URL: `${served.url}/hook?sig=the-signature`, KEY: 'shared', SECRET: 'app-secret' }
})
afterEach(async () => {
  channel.close()
  await served.close()
})

function open(settings: object): Channel {
  const alerts = Alerts.parse({ channels: { ops: settings } })
  const secrets = openSecrets({ clock, env })
  const log = openLog({
    clock,
    level: 'debug',
    format: 'json',
    destination: { write: (line) => void logged.push(line) },
  })
  channel = openChannels(alerts, { clock, log, secrets, proxy: null }).get('ops') ?? expect.fail('not opened')
  return channel
}

const bodyOf = ({ body }: { readonly body: string }): JsonObject => {
  const read = parseJson(body)
  return isObject(read) ? read : expect.fail('not an object')
}
const only = (): Served['calls'][number] => served.calls[0] ?? expect.fail('nothing arrived')

describe('a webhook', () => {
  test('gets the document, named and signed', async () => {
    await open({ type: 'webhook', url: 'env:URL', secret: 'env:KEY' }).send(letter, never)
    const { method, url, headers, body } = only()
    const seconds = Math.floor(msOf(clock.now()) / 1_000)
    expect([method, url.pathname + url.search, headers['dealbridge-id']]).toEqual([
      'POST',
      '/hook?sig=the-signature',
      'm-1',
    ])
    expect(headers['dealbridge-signature']).toBe(`t=${seconds},v1=${signatureOf('shared', seconds, body)}`)
    expect(bodyOf({ body })).toMatchObject({ schema: 'dealbridge.alert/v1', installation: 'fabrikam' })
  })

  test('without a secret is not signed', async () => {
    await open({ type: 'webhook', url: 'env:URL' }).send(letter, never)
    expect(Object.keys(only().headers)).not.toContain('dealbridge-signature')
  })

  test.each([
    [400, 'fix-config', 'DB-1702', 2],
    [404, 'fix-config', 'DB-1702', 2],
    [302, 'fix-config', 'DB-1702', 2],
    [408, 'retry-later', 'DB-1703', 1],
    [429, 'retry-later', 'DB-1703', 1],
    [503, 'retry-later', 'DB-1703', 1],
  ])('%i: %s', async (status, remedy, code, calls) => {
    answers = () => ({ status, headers: { location: 'https://elsewhere.example/' }, body: '' })
    await expect(open({ type: 'webhook', url: 'env:URL' }).send(letter, never)).rejects.toMatchObject({ remedy, code })
    // A refusal is tried once more with the address read afresh; what passes by itself is left to the caller.
    expect(served.calls).toHaveLength(calls)
  })

  test('waits as long as it is asked to', async () => {
    answers = () => ({ status: 429, headers: { 'retry-after': '120' }, body: '' })
    const sending = open({ type: 'webhook', url: 'env:URL' }).send(letter, never)
    await expect(sending).rejects.toMatchObject({ notBefore: '2026-11-20T14:02:00.000Z' })
  })

  test('whose address was replaced is reached at the new one', async () => {
    answers = ({ url }) => ({ ...nothing, status: url.pathname === '/new' ? 200 : 410 })
    const hook = open({ type: 'webhook', url: 'env:URL' })
    await expect(hook.send(letter, never)).rejects.toMatchObject({ code: 'DB-1702' })
    env['URL'] = `${served.url}/new`
    await hook.send(letter, never)
  })

  test.each(['http://elsewhere.example/hook', 'not an address', 'https://user:pass@elsewhere.example/'])(
    '%s is no address',
    async (url) => {
      env['URL'] = url
      await expect(open({ type: 'webhook', url: 'env:URL' }).send(letter, never)).rejects.toMatchObject({
        code: 'DB-1701',
      })
      expect(served.calls).toEqual([])
    },
  )

  test('a lost answer is no answer', async () => {
    served.breaks = () => ({ do: 'cut-after' })
    await expect(open({ type: 'webhook', url: 'env:URL' }).send(letter, never)).rejects.toMatchObject({
      code: 'DB-1703',
      message: 'The receiver of the alert channel "ops" cannot be reached (cut).',
    })
  })
})

test('a Teams workflow gets an adaptive card', async () => {
  await open({ type: 'teamsWorkflow', url: 'env:URL' }).send(letter, never)
  const card = bodyOf(only())
  expect(card).toMatchObject({
    type: 'message',
    attachments: [
      { contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard', version: '1.4' } },
    ],
  })
  for (const words of [
    '[fabrikam] One thing.',
    'One thing.',
    'Do this.',
    'The end.',
    'https://partner.example/49d90c72',
  ])
    expect(JSON.stringify(card)).toContain(JSON.stringify(words))
})

describe('mail through Microsoft Graph', () => {
  const mail = (): Channel =>
    open({
      type: 'graphMail',
      from: 'dealbridge@fabrikam.example',
      to: ['ops@fabrikam.example', 'lead@fabrikam.example'],
      tenant: 'fabrikam.example',
      auth: { flow: 'clientSecret', clientId: 'the-app', clientSecret: 'env:SECRET' },
      endpoint: served.url,
      authority: served.url,
    })
  let tokens: number
  beforeEach(() => {
    tokens = 0
    answers = (call) => (isToken(call) ? token() : nothing)
  })
  const isToken = ({ url }: SimulatedCall): boolean => url.pathname.endsWith('/oauth2/v2.0/token')
  const token = (): SimulatedAnswer => {
    tokens += 1
    return json(200, { token_type: 'Bearer', access_token: `token-${tokens}`, expires_in: 3_600 })
  }
  const mails = (): Served['calls'] => served.calls.filter((call) => !isToken(call))

  test('signs in as the application and sends one mail; the next needs no new token', async () => {
    const channel = mail()
    await channel.send(letter, never)
    await channel.send(letter, never)
    const [grant] = served.calls
    expect(grant?.url.pathname).toBe('/fabrikam.example/oauth2/v2.0/token')
    expect(Object.fromEntries(new URLSearchParams(grant?.body))).toMatchObject({
      grant_type: 'client_credentials',
      client_id: 'the-app',
      client_secret: 'app-secret',
      scope: `${served.url}/.default`,
    })
    expect([tokens, mails().length]).toEqual([1, 2])
    const [sent] = mails()
    expect(sent?.url.pathname).toBe('/v1.0/users/dealbridge%40fabrikam.example/sendMail')
    expect(sent?.headers['authorization']).toBe('Bearer token-1')
    expect(bodyOf(sent ?? only())).toEqual({
      message: {
        subject: '[fabrikam] One thing.',
        body: { contentType: 'Text', content: 'One thing.\nDo this.\nhttps://partner.example/49d90c72\n\nThe end.\n' },
        toRecipients: [
          { emailAddress: { address: 'ops@fabrikam.example' } },
          { emailAddress: { address: 'lead@fabrikam.example' } },
        ],
        internetMessageHeaders: [{ name: 'x-dealbridge-id', value: 'm-1' }],
      },
      saveToSentItems: false,
    })
  })

  test('a token that Graph refuses is replaced once', async () => {
    answers = (call) =>
      isToken(call) ? token() : { ...nothing, status: call.headers['authorization'] === 'Bearer token-1' ? 401 : 202 }
    await mail().send(letter, never)
    expect([tokens, mails().map(({ status }) => status)]).toEqual([2, [401, 202]])
  })

  test('the library repeats no mail, whatever it is told', async () => {
    answers = (call) => (isToken(call) ? token() : json(503, { error: { code: 'x' } }, { 'retry-after': '1' }))
    await expect(mail().send(letter, never)).rejects.toMatchObject({ code: 'DB-1703' })
    expect(mails()).toHaveLength(1)
  })

  test.each([
    [401, {}, 'DB-1704'],
    [
      403,
      { error: { code: 'ErrorAccessDenied', message: 'Access to Contoso is denied', innerError: null } },
      'DB-1705',
    ],
    [404, { error: { code: 'ErrorInvalidUser' } }, 'DB-1705'],
    [400, { Message: 'no' }, 'DB-1702'],
    [500, {}, 'DB-1703'],
  ])('%i keeps its meaning, and its words stay there', async (status, body, code) => {
    answers = (call) => (isToken(call) ? token() : json(status, body))
    const error: unknown = await mail()
      .send(letter, never)
      .then(
        () => null,
        (thrown: unknown) => thrown,
      )
    expect(error).toMatchObject({ code })
    expect(String(error)).not.toContain('Contoso')
  })

  test('an application that Microsoft does not accept, with a secret read twice', async () => {
    answers = () => json(401, { error: 'invalid_client', error_description: 'AADSTS7000215: app-secret is wrong' })
    const error: unknown = await mail()
      .send(letter, never)
      .then(
        () => null,
        (thrown: unknown) => thrown,
      )
    expect(error).toMatchObject({ code: 'DB-1704', remedy: 'fix-config' })
    expect(String(error)).not.toMatch(/AADSTS|app-secret/)
    expect(served.calls).toHaveLength(2)
  })

  test('Microsoft’s sign-in that is down is an outage', async () => {
    answers = () => ({ ...nothing, status: 503 })
    await expect(mail().send(letter, never)).rejects.toMatchObject({ code: 'DB-1703' })
  })

  test('ends when it is told to', async () => {
    served.breaks = (call) => (isToken(call) ? undefined : { do: 'stall' })
    const stop = new AbortController()
    const sending = mail().send(letter, stop.signal)
    setTimeout(() => stop.abort(), 30)
    await expect(sending).rejects.toThrow(/cannot be reached/)
  })
})

test('no line of the log holds an address, a token or a secret', async () => {
  await open({ type: 'webhook', url: 'env:URL', secret: 'env:KEY' }).send(letter, never)
  expect(logged.join('')).toContain('alert.webhook')
  expect(logged.join('')).not.toMatch(/the-signature|shared|hook\?|127\.0\.0\.1/)
})

test('mail to the owner of a record has no address, so there is no such channel', () => {
  const auth = { flow: 'clientSecret', clientId: 'x', clientSecret: 'env:SECRET' }
  const owner = { type: 'graphMail', from: 'a@b.example', to: 'recordOwner', tenant: 't', auth }
  const parts = { clock, log: openLog({ clock, level: 'error', format: 'json' }), proxy: null }
  const channels = openChannels(Alerts.parse({ channels: { owner } }), {
    ...parts,
    secrets: openSecrets({ clock, env }),
  })
  expect([...channels.keys()]).toEqual([])
  open({ type: 'console' })
})
