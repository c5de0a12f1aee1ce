// F2: what no vendor's name may lead to.

import { describe, expect, test } from 'vitest'
import {
  type Address,
  assertNotPrivate,
  guardedLookup,
  isLoopbackAddress,
  isPublicAddress,
  PrivateAddress,
} from '#platform/transport/name-lookup'

describe('addresses', () => {
  test.each([
    ['20.190.160.1', true],
    ['8.8.8.8', true],
    ['172.15.0.1', true],
    ['172.32.0.1', true],
    ['100.63.0.1', true],
    ['2603:1030::1', true],
    ['2001:4860:4860::8888', true],
    ['0.0.0.0', false],
    ['10.0.0.1', false],
    ['100.64.0.1', false],
    ['127.0.0.1', false],
    ['127.255.255.254', false],
    ['169.254.169.254', false],
    ['172.16.0.1', false],
    ['172.31.255.255', false],
    ['192.0.0.1', false],
    ['192.0.2.1', false],
    ['192.168.1.1', false],
    ['198.18.0.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['::ffff:8.8.8.8', false],
    ['::ffff:127.0.0.1', false],
    ['64:ff9b::7f00:1', false],
    ['fc00::1', false],
    ['fd00::1', false],
    ['fe80::1', false],
    ['ff02::1', false],
    ['2001:db8::1', false],
    ['2001:0:1::1', false],
    ['2002:7f00:1::', false],
    ['not an address', false],
  ])('%s is public: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected)
  })
  test.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['10.0.0.1', false],
    ['8.8.8.8', false],
    ['', false],
  ])('%s is this computer: %s', (address, expected) => {
    expect(isLoopbackAddress(address)).toBe(expected)
  })
})

describe('an address that is written as one', () => {
  test.each([
    ['https://8.8.8.8/', true],
    ['https://[2603:1030::1]/', true],
    ['http://127.0.0.1:9701/', true],
    ['http://[::1]:9701/', true],
    ['https://crm.example/', true],
    ['https://10.0.0.1/', false],
    ['https://[fd00::1]/', false],
    ['https://[::ffff:10.0.0.1]/', false],
    // Where a cloud machine is told who it is: there, over plain HTTP, and nowhere beside it.
    ['http://169.254.169.254/metadata/identity', true],
    ['https://169.254.169.254/', false],
    ['http://169.254.169.254:8080/', false],
    ['http://169.254.169.253/', false],
  ])('%s may be talked to: %s', (url, may) => {
    const look = (): void => assertNotPrivate(new URL(url))
    if (may) expect(look).not.toThrow()
    else expect(look).toThrow(PrivateAddress)
  })
})

describe('a lookup', () => {
  const four = (address: string): Address => ({ address, family: 4 })
  const resolving =
    (...addresses: readonly string[]) =>
    async () =>
      addresses.map(four)
  test('hands on what it found', async () => {
    expect(await guardedLookup('public', resolving('8.8.8.8', '9.9.9.9'))('x')).toEqual([
      [four('8.8.8.8'), four('9.9.9.9')],
    ])
    expect(await guardedLookup('loopback', resolving('127.0.0.1'))('localhost')).toEqual([[four('127.0.0.1')]])
  })
  test.each<[string, 'public' | 'loopback', readonly string[]]>([
    ['one private among public ones', 'public', ['8.8.8.8', '10.0.0.1']],
    ['nothing at all', 'public', []],
    ['a public one where this computer was meant', 'loopback', ['8.8.8.8']],
  ])('refuses %s', async (_, allowed, addresses) => {
    await expect(guardedLookup(allowed, resolving(...addresses))('x')).rejects.toBeInstanceOf(PrivateAddress)
  })
  test('asks the system otherwise', async () => {
    const [found] = await guardedLookup('loopback')('localhost')
    expect(found.length).toBeGreaterThan(0)
    expect(await guardedLookup('loopback')('::1')).toEqual([[{ address: '::1', family: 6 }]])
    expect(await guardedLookup('loopback')('127.0.0.1')).toEqual([[four('127.0.0.1')]])
  })
})
