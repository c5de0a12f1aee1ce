// Why no answer came: the errors of sockets, TLS and axios in our own nine words. Decided by class and code.

import { FixConfig, TransportFault, type TransportFailure } from '#spi'
import { NotJson } from './content-type.ts'
import { Expired } from './deadline.ts'
import { PrivateAddress } from './name-lookup.ts'
import { codeOf, redacted } from './redact.ts'
import { TooLarge } from './size.ts'

const byCode: Readonly<Record<string, TransportFailure>> = {
  ENOTFOUND: 'name-not-found',
  EAI_AGAIN: 'name-not-found',
  EAI_FAIL: 'name-not-found',
  EAI_NODATA: 'name-not-found',
  EAI_NONAME: 'name-not-found',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  EHOSTDOWN: 'refused',
  ENETUNREACH: 'refused',
  ENETDOWN: 'refused',
  EADDRNOTAVAIL: 'refused',
  EMFILE: 'refused',
  ENFILE: 'refused',
  NO_TUNNEL: 'refused',
  ETIMEDOUT: 'connect-timeout',
  HPE_HEADER_OVERFLOW: 'too-large',
  EPROTO: 'tls',
  CERT_HAS_EXPIRED: 'tls',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls',
}
const tlsCode = /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH)/

export interface Ended {
  readonly sent: boolean
  readonly signal: AbortSignal
  readonly caller: AbortSignal
  readonly connection: string
}

/** The error to throw for one that ended a call. Ours keep their meaning; foreign ones lose all but class and code. */
export function faultOf(error: unknown, ended: Ended): TransportFault | FixConfig {
  if (error instanceof Error && error.cause instanceof FixConfig) return error.cause
  if (isPrivate(error)) return privateAddress(ended.connection)
  return new TransportFault(failureOf(error, ended), ended.sent, redacted(error))
}

function failureOf(error: unknown, { sent, signal, caller }: Ended): TransportFailure {
  if (caller.aborted) return 'aborted'
  if (signal.reason instanceof Expired) return signal.reason.phase === 'connect' ? 'connect-timeout' : 'timeout'
  if (error instanceof TooLarge) return 'too-large'
  if (error instanceof NotJson) return 'not-json'
  const code = codeOf(error) ?? ''
  const known = Object.hasOwn(byCode, code) ? byCode[code] : undefined
  // The system gave up on a connection that stood: the answer is lost, which is not the same as never connected.
  if (known === 'connect-timeout' && sent) return 'cut'
  return known ?? (tlsCode.test(code) ? 'tls' : 'cut')
}

const isPrivate = (error: unknown): boolean =>
  error instanceof PrivateAddress || (error instanceof Error && codeOf(error) === 'PRIVATE_ADDRESS')

function privateAddress(connection: string): FixConfig {
  return new FixConfig(
    `The address of the connection "${connection}" leads into a private network, where no vendor is. Nothing was sent.`,
    { code: 'DB-1121', facts: { connection } },
  )
}
