// A call to the daemon's door from anybody: the connection's name, then headers, then the body. `sign: yes` among the
// headers has it signed by whom we trust, because what is behind the signature is otherwise never reached.

import { createSign } from 'node:crypto'
import type { Assembly } from '#assembly/assembly'
import { pushRoute, type PushDoorParts } from '#daemon/push-door'
import { connectionName, pipelineName } from '#core/model/ids'
import { type Host, instantFromMs } from '#spi'
import { connector } from '../../../connectors/partner-center/index.ts'
import { makeSigner } from '../../../connectors/partner-center/simulator/certificate.ts'
import { openLog } from '#platform/log'
import { memoryVault } from '#platform/vault'
import { handClock, seededRandom } from '../../support/host.ts'
import type { Target } from '../target.ts'

const certificateUrl = 'https://certificates.fabrikam.example/signing.cer'
const signer = makeSigner(instantFromMs(Date.UTC(2026, 10, 20, 14)))
const settings = connector.settings.parse({
  tenant: 'fabrikam.example',
  endpoint: 'http://127.0.0.1:9',
  authority: 'http://127.0.0.1:9',
  webhookEndpoint: 'http://127.0.0.1:9',
  auth: { flow: 'none' },
  webhook: { certificateOrigins: ['https://certificates.fabrikam.example'], trustAnchors: 'env:ROOT' },
})

const event = (name: string): string =>
  JSON.stringify({
    EventName: name,
    ResourceUri: 'https://api.partner.microsoft.com/engagements/v1/referrals/00000000-0000-4000-8000-000000000001',
    ResourceName: 'referral',
    AuditUri: null,
    ResourceChangeUtcDate: '2026-11-20T13:59:59Z',
  })
const signedCall = (name: string): string =>
  `POST /push/partner-center\nsign: yes\nx-ms-certificate-url: ${certificateUrl}\nx-ms-signature-algorithm: rsa-sha256\n\n${event(name)}`

export const target: Target = {
  name: 'webhook',
  covers: [
    'connectors/partner-center/webhook',
    'src/daemon/push-door.ts',
    'src/core/model/json-text.ts',
    'src/core/model/instant.ts',
  ],
  seeds: () =>
    [
      signedCall('referral-updated'),
      signedCall('related-referral-created'),
      signedCall('test-created'),
      `POST /push/partner-center\nauthorization: Signature QUJDREVGR0hJSktMTU5PUFFSU1Q=\nx-ms-certificate-url: ${certificateUrl}\nx-ms-signature-algorithm: rsa-sha512\n\n${event('referral-updated')}`,
      'GET /push/nobody\n\n',
    ].map((text) => Buffer.from(text)),
  bytesMax: 4_000,
  burst: 200,
  run: async (input) => {
    const { door, nudges, written } = openDoor()
    const call = callIn(input.toString('utf8'))
    const first = await door(call)
    const again = await door(call)
    // I44: a hint makes us look once, and a call that is not believed not at all.
    const most = first?.status === 200 ? 1 : 0
    if (nudges() > most) throw new Error(`a call that is answered with ${first?.status} made us look ${nudges()} times`)
    if (first?.status !== again?.status) throw new Error('the same call, answered otherwise')
    return written() + (first?.body.length ?? 0)
  },
}

function callIn(text: string) {
  const end = text.indexOf('\n\n')
  const [first = '', ...lines] = (end === -1 ? text : text.slice(0, end)).split('\n')
  const body = end === -1 ? '' : text.slice(end + 2)
  const [method = '', path = ''] = first.split(' ')
  const headers = Object.fromEntries(
    lines.flatMap((line) => {
      const at = line.indexOf(':')
      return at < 1 ? [] : [[line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]]
    }),
  )
  if (headers['sign'] === 'yes')
    headers['x-ms-signature'] =
      `Signature ${createSign('RSA-SHA256').update(body, 'utf8').sign(signer.privateKey, 'base64')}`
  return { method, path, query: new URLSearchParams(), headers, body, from: '192.0.2.1' }
}

function openDoor() {
  const clock = handClock()
  let [size, nudges] = [0, 0]
  const log = openLog({
    clock,
    level: 'debug',
    format: 'json',
    destination: { write: (line) => void (size += line.length) },
  })
  const http = {
    send: async () => ({ status: 200, headers: {}, body: Buffer.from(signer.certificatePem).toString('base64') }),
  }
  const secrets = { read: async () => signer.rootPem }
  const host: Host = { http, clock, random: seededRandom(1), log, vault: memoryVault(), secrets }
  const connection = { name: connectionName('partner-center'), settings: { settings, connector }, host }
  const runner = { name: pipelineName('cosell'), source: connection, target: {} }
  const assembly = {
    connections: new Map([[connection.name, connection]]),
    runners: new Map([[runner.name, runner]]),
  } as unknown as Assembly
  const parts: PushDoorParts = {
    assembly: () => assembly,
    nudge: () => void (nudges += 1),
    clock,
    log,
    signal: new AbortController().signal,
  }
  return { door: pushRoute(parts), nudges: () => nudges, written: () => size }
}
