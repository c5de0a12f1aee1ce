// Names become addresses here, and an address inside a private network is refused before anything is sent: a name
// that suddenly points inwards is how an outsider borrows our place in the network. Only an origin that is this
// computer by its own words (the sandbox, the tests) may lead to a loopback address.

import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { machineIdentity } from '#core/origin'

/** No byte went out: the name led to an address that no vendor has. */
export class PrivateAddress extends Error {
  readonly code = 'PRIVATE_ADDRESS'
}

export interface Address {
  readonly address: string
  readonly family: 4 | 6
}

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly Address[]>

const systemResolve: Resolve = async (hostname) => {
  const found = await lookup(hostname, { all: true })
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
}

const inner = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  inner.addSubnet(network, prefix, 'ipv4')

// Of IPv6 only global unicast (2000::/3) is outside. Within it, these lead back to IPv4 or to nowhere.
const outer = new BlockList()
outer.addSubnet('2000::', 3, 'ipv6')
for (const [network, prefix] of [
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const)
  inner.addSubnet(network, prefix, 'ipv6')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !inner.check(address, 'ipv4')
  return outer.check(address, 'ipv6') && !inner.check(address, 'ipv6')
}

/** An address written as such is never looked up; it is looked at all the same. */
export function assertNotPrivate({ hostname, origin }: URL): void {
  const address = hostname.replace(/[[\]]/g, '')
  if (isIP(address) === 0 || isPublicAddress(address) || isLoopbackAddress(address) || origin === machineIdentity)
    return
  throw new PrivateAddress('a private address')
}

export const isLoopbackAddress = (address: string): boolean =>
  loopback.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')

/** Every address of the answer must pass, so that no later attempt can reach one that would not. */
export function guardedLookup(allowed: 'public' | 'loopback', resolve: Resolve = systemResolve) {
  const passes = allowed === 'loopback' ? isLoopbackAddress : isPublicAddress
  return async (hostname: string): Promise<[Address[]]> => {
    const found = await resolve(hostname)
    if (found.length === 0 || !found.every(({ address }) => passes(address)))
      throw new PrivateAddress('a name led to a private address')
    return [[...found]]
  }
}
