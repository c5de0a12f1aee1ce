// A failed token call as a remedy. Entra's own numbers say more than OAuth's words, so they stand in the details.

import * as oauth from 'oauth4webapi'
import {
  FixConfig,
  type Host,
  isSyncError,
  later,
  RetryLater,
  retryAfterMs,
  type SyncError,
  TransportFault,
} from '#spi'
import { titleOf } from './codes.ts'

/** What an admin can do about it, by Entra's number. */
const advice: Readonly<Record<string, string>> = {
  '7000215': 'The client secret is wrong: use the secret’s value, not its id.',
  '7000222':
    'The client secret has expired: make a new one in the app registration and put it where the reference points.',
  '700016': 'The application id is not known in this tenant: check auth.clientId and tenant.',
  '90002': 'The tenant is not known: check tenant.',
  '500011': 'The environment is not known in this tenant: check url and tenant.',
  '700027': 'The certificate is not registered for the application, or has expired: upload it to the app registration.',
}

/** These pass by themselves. */
const passing = new Set(['50196', '90033', '90023'])

export function tokenFault(error: unknown, host: Host): SyncError {
  if (isSyncError(error)) return error
  if (error instanceof oauth.ResponseBodyError) return refusedBy(error, host)
  const why = error instanceof TransportFault ? error.why : 'its answer could not be read'
  return new RetryLater(`${titleOf('DB-1512')}: ${why}. It is tried again.`, {
    code: 'DB-1512',
    facts: { why },
    // The library's own error may hold the whole answer, token included: it is not kept as a cause.
  })
}

function refusedBy(error: oauth.ResponseBodyError, host: Host): SyncError {
  const number = numberIn(error.error_description)
  if (error.error === 'temporarily_unavailable' || passing.has(number)) return outage(undefined, host)
  const said = number === '' ? error.error : `AADSTS${number}`
  const fix = advice[number] ?? 'Check auth and tenant of this connection against the app registration.'
  return new FixConfig(`${titleOf('DB-1501')} (${said}). ${fix}`, {
    code: 'DB-1501',
    facts: { said },
    who: 'operations',
  })
}

const numberIn = (description: string | undefined): string => /^AADSTS(\d{1,10})\b/.exec(description ?? '')?.[1] ?? ''

export function outage(retryAfter: string | undefined, { clock }: Host): RetryLater {
  const ms = retryAfterMs(retryAfter, clock.now())
  return new RetryLater(`${titleOf('DB-1512')}. It is tried again.`, {
    code: 'DB-1512',
    notBefore: ms === undefined ? undefined : later(clock.now(), ms),
  })
}
