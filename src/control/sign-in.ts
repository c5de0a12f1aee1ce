// Leads a person through signing in to a connection. What comes of it is kept in the connection's part of the vault, on
// the disk that a running daemon reads from, and shown to nobody.

import { FixConfig } from '#core/errors'
import { openConnection, type Connection } from '#assembly/connection'
import type { Machine } from '#assembly/machine'
import { openRedirect } from '#platform/redirect'
import type { Settings } from '#settings/settings'
import type { DevicePrompt, SignedIn } from '#spi'
import { unknownName } from './names.ts'

export interface SignInWish {
  readonly connection: string
  /** A short code, typed on any other device; otherwise a browser on this computer. */
  readonly device: boolean
  readonly showCode: (prompt: DevicePrompt) => void
  readonly showAddress: (url: string) => void
  readonly signal: AbortSignal
}

export async function signIn(settings: Settings, machine: Machine, wish: SignInWish): Promise<SignedIn> {
  const connection = await connectionFor(settings, machine, wish.connection)
  try {
    return await lead(connection, wish)
  } finally {
    await connection.close()
  }
}

/** Without any ledger: the daemon may be holding them. */
async function connectionFor(settings: Settings, machine: Machine, name: string): Promise<Connection> {
  const found = [...settings.connections.values()].find((one) => one.name === name)
  if (!found) throw unknownName('connection', name, [...settings.connections.keys()])
  const secrets = machine.secretsFor(settings.root)
  const vault = await machine.openVault(settings.store, secrets)
  return openConnection(found, { machine, secrets, vault, retries: settings.limits.retries, proxy: settings.proxy })
}

async function lead(
  { settings: { connector, settings }, host, name }: Connection,
  wish: SignInWish,
): Promise<SignedIn> {
  const { device, showCode, showAddress, signal } = wish
  if (!connector.signIn)
    throw new FixConfig(`Nobody signs in to ${name}: it uses the credentials that the configuration names.`, {
      code: 'DB-1115',
      who: 'operations',
    })
  if (device) return await connector.signIn.device(settings, host, showCode, signal)
  const redirect = await openRedirect()
  try {
    const browser = await connector.signIn.browser(settings, host, redirect.uri)
    showAddress(browser.url)
    return await browser.finish(await redirect.returned(signal), signal)
  } finally {
    redirect.close()
  }
}
