// Watches every connection that a process of the test suite opens, and lets none of them leave this computer. Loaded
// through NODE_OPTIONS into every worker and every process a test starts: the real daemon too. Each leaves what it saw
// in a file of its own; the verdict over all of them is in verdict.ts.
//
// It stands at the socket, below everything of ours: a rule that our own code forgets to keep is kept here, and told.

import dns from 'node:dns'
import { appendFileSync } from 'node:fs'
import { BlockList, isIP, Socket } from 'node:net'
import { join } from 'node:path'

export interface Egress {
  /** Connections to this computer. */
  readonly loopback: number
  /** Where else somebody wanted to go: `host:port`, or a name that was looked up. */
  readonly elsewhere: readonly string[]
}

/** The folder that all of them report to; absent outside the suite. */
export const EGRESS_FOLDER = 'SUITE_EGRESS_FOLDER'

const here = new BlockList()
here.addSubnet('127.0.0.0', 8, 'ipv4')
here.addAddress('::1', 'ipv6')

/** Also the v4 addresses that are written as v6. */
const isHere = (address: string): boolean => here.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

const { [EGRESS_FOLDER]: folder } = process.env
const file = `${process.pid}-${Math.round(performance.timeOrigin)}`
/** Connections that stayed and are not told yet. */
let untold = 0
const told = new Set<string>()

if (folder !== undefined) {
  watchSockets()
  watchNames()
  process.on('exit', tell)
}

/** A line at a time, so that a process that is killed leaves whole ones behind: many of these are. */
function say(line: string): void {
  if (folder !== undefined) appendFileSync(join(folder, file), `${line}\n`)
}

function tell(): void {
  if (untold > 0) say(String(untold))
  untold = 0
}

/** The first at once, the others now and then: they only count. */
function stayed(): void {
  untold += 1
  if (untold >= 20 || !told.has('here')) tell()
  told.add('here')
}

function left(target: string): void {
  if (!told.has(target)) say(`left ${target}`)
  told.add(target)
}

/** What the lines of one process say. A last line that was cut off says nothing. */
export function egressOf(text: string): Egress {
  const lines = text.split('\n').slice(0, -1)
  const isLeft = (line: string): boolean => line.startsWith('left ')
  return {
    loopback: lines.reduce((sum, line) => sum + (isLeft(line) ? 0 : Number(line)), 0),
    elsewhere: lines.filter(isLeft).map((line) => line.slice('left '.length)),
  }
}

interface ConnectWish {
  readonly host?: string
  readonly port?: number | string
  readonly path?: string
}

function watchSockets(): void {
  const connect: unknown = Reflect.get(Socket.prototype, 'connect')
  if (typeof connect !== 'function') return
  Socket.prototype.connect = function watched(this: Socket, ...given: unknown[]): Socket {
    const wish = wishOf(given)
    const target = `${wish.host ?? 'localhost'}:${wish.port ?? wish.path ?? ''}`
    // A name may be led to any address: what counts is where it leads in the end.
    this.on('lookup', (_error, address) => {
      if (typeof address === 'string' && isIP(address) > 0 && !isHere(address)) refuse(this, target)
    })
    if (isIP(wish.host ?? '') > 0 && !isHere(wish.host ?? '')) {
      refuse(this, target)
      return this
    }
    stayed()
    return Reflect.apply(connect, this, given) as Socket
  }
}

/** What Node hands on is a list of its own making, `[options, callback]`; what people hand over has many forms. */
function wishOf([first, second]: readonly unknown[]): ConnectWish {
  const one: unknown = Array.isArray(first) ? first[0] : first
  if (typeof one === 'object' && one !== null) return one
  if (typeof one === 'number') return { port: one, ...(typeof second === 'string' ? { host: second } : {}) }
  return typeof one === 'string' ? { path: one } : {}
}

function refuse(socket: Socket, target: string): void {
  left(target)
  process.nextTick(() => socket.destroy(new Error(`A test wanted to reach ${target}.`)))
}

/** Asking for a name is a message to somebody too. What ends in `.example` or `.invalid` has nobody to ask. */
function watchNames(): void {
  const { lookup } = dns
  const watched = (name: string, ...rest: unknown[]): unknown => {
    if (name !== 'localhost' && isIP(name) === 0 && !/\.(?:example|invalid|test|localhost)$/.test(name))
      left(`the name ${name}`)
    return Reflect.apply(lookup, dns, [name, ...rest])
  }
  dns.lookup = Object.assign(watched, lookup)
}
