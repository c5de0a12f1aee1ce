// What this connector's error codes mean, for `dealbridge explain`. 13xx: the connection. 142x: its credential.
// 32xx: one record that Salesforce will not take.

import type { Codebook } from '#spi'
import { connectionCodes } from './codes/connection.ts'
import { recordCodes } from './codes/record.ts'

export const codes: Codebook = { ...connectionCodes, ...recordCodes }
