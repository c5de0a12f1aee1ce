// Looked at once, before anything else: an environment that would undo our promises is refused, not worked around.

import { FixConfig } from '#spi'

export interface SafeStartOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The arguments Node itself was started with. */
  readonly nodeArguments?: readonly string[]
}

/** Throws a FixConfig; otherwise every file made from now on is the owner's alone. */
export function safeStart(options: SafeStartOptions = {}): void {
  const { env = process.env, nodeArguments = process.execArgv } = options
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
    throw new FixConfig(
      'NODE_TLS_REJECT_UNAUTHORIZED=0 is set: anybody could pretend to be Microsoft or the CRM. Remove it. ' +
        'A company’s own certificate authority is added with NODE_EXTRA_CA_CERTS.',
      { code: 'DB-1110' },
    )
  const flags = [...nodeArguments, ...(env['NODE_OPTIONS'] ?? '').split(/\s+/)]
  const leaks = leaksSecrets(env['NODE_DEBUG'] ?? '') || flags.some((flag) => flag.startsWith('--tls-keylog'))
  if (leaks)
    throw new FixConfig(
      'Node is told to write requests or session keys to the outside (NODE_DEBUG, --tls-keylog), and with them ' +
        'every token. Remove the setting.',
      { code: 'DB-1111' },
    )
  process.umask(0o077)
}

/** The sections of Node's own debug output that print headers and bodies. */
const leaksSecrets = (debug: string): boolean =>
  debug.split(',').some((part) => /^(?:https?|tls|undici|fetch|net|\*)$/i.test(part.trim()))
