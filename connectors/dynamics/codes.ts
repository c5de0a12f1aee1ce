// What this connector's error codes mean, for `dealbridge explain`. 15xx: the connection. 33xx: one record that
// Dynamics will not take.

import type { Codebook, Code } from '#spi'
import { connectionCodes } from './codes/connection.ts'
import { refusalCodes } from './codes/refusals.ts'

export const codes: Codebook = { ...connectionCodes, ...refusalCodes }

export const titleOf = (code: Code): string => codes[code]?.title ?? code
export const fixOf = (code: Code): string => codes[code]?.fix ?? ''
