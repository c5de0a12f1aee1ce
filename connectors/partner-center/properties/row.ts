// How a line of the property tables is written: one function for each direction, so that a table reads as a table.

import type { Property } from '#spi'

export type Type = Property['type']

interface More {
  readonly values?: readonly string[]
  readonly list?: boolean
  readonly personal?: boolean
}

interface Because extends More {
  readonly why: string
}

/** May be read, and changed by a partner. */
export const both = (path: string, type: Type, about: string, more: More = {}): Property => ({
  path,
  type,
  direction: 'both',
  about,
  ...more,
})

/** May be read only, and why. */
export const read = (path: string, type: Type, about: string, why: string | Because): Property => ({
  path,
  type,
  direction: 'toCrm',
  about,
  ...(typeof why === 'string' ? { why } : why),
})

/** Not for mapping, and why. It is kept and shown all the same. */
export const none = (path: string, type: Type, about: string, why: string): Property => ({
  path,
  type,
  direction: 'none',
  about,
  why,
})

export const given = 'Partner Center sets it.'
export const frozen = 'Can be given when a deal is created and is fixed afterwards.'
export const moved = 'Moves through the stage table of the mapping, so that no illegal move can be written.'
export const inner = 'For Partner Center itself: it says nothing about the deal.'
