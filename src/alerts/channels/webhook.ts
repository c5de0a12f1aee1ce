// A message as JSON to an address of one's own. With a secret it is signed, so that the receiver knows whom it comes
// from and that it is not an old one sent again:
//
//   dealbridge-signature: t=<seconds>,v1=<hex of HMAC-SHA256 over "<seconds>.<body>">
//
// `dealbridge-id` is the same when a message comes twice, because its answer was lost.

import { createHmac } from 'node:crypto'
import { type Clock, isSyncError, msOf, type SecretRef, type Secrets } from '#spi'
import type { Letter } from '../wording.ts'
import type { Channel } from './channel.ts'
import { type Addressee, assertTaken, sent } from './post.ts'

export interface WebhookParts {
  readonly name: string
  readonly addressee: Addressee
  readonly secret: SecretRef | undefined
  readonly secrets: Secrets
  readonly clock: Clock
}

export function webhook({ name, addressee, secret, secrets, clock }: WebhookParts): Channel {
  async function post(letter: Letter, fresh: boolean, signal: AbortSignal): Promise<void> {
    const { http, url } = await addressee.reach(fresh)
    const body = JSON.stringify(letter.document)
    const seconds = Math.floor(msOf(clock.now()) / 1_000)
    const key = secret === undefined ? null : await secrets.read(secret, { fresh })
    const headers = {
      'content-type': 'application/json',
      'dealbridge-id': letter.id,
      ...(key === null ? {} : { 'dealbridge-signature': `t=${seconds},v1=${signatureOf(key, seconds, body)}` }),
    }
    const answer = await sent(http, { url, headers, body, name: 'alert.webhook' }, { channel: name, signal })
    assertTaken(answer, name, clock.now())
  }
  return {
    name,
    send: async (letter, signal) => await withFreshSecret(async (fresh) => await post(letter, fresh, signal)),
    close: () => addressee.close(),
  }
}

export const signatureOf = (key: string, seconds: number, body: string): string =>
  createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')

/** What was refused is tried once more with secrets read afresh: they may have been rotated. */
export async function withFreshSecret(send: (fresh: boolean) => Promise<void>): Promise<void> {
  try {
    await send(false)
  } catch (error) {
    if (!isSyncError(error) || error.remedy !== 'fix-config') throw error
    await send(true)
  }
}
