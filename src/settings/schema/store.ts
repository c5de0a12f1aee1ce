// What the daemon remembers, and for how long.

import { z } from 'zod'
import { SecretRef } from '#spi'
import { Count, durationWithin } from './text.ts'

const Keep = z.strictObject({
  history: durationWithin('1d', '3650d').prefault('400d').describe('What was changed, when and why.'),
  payloads: durationWithin('0s', '3650d').prefault('14d').describe('What was sent and answered, word for word.'),
  contactDetails: durationWithin('0s', '3650d')
    .prefault('90d')
    .describe('Names, addresses and numbers of people, after the deal is closed.'),
})

const Backup = z.strictObject({
  every: durationWithin('10m', '30d').prefault('1d').describe('How often.'),
  to: z.string().min(1).prefault('data/backup').describe('A folder, from the folder that holds config/.'),
  keep: Count.prefault(14).describe('How many copies.'),
})

const Lowdb = z.strictObject({
  type: z
    .literal('lowdb')
    .optional()
    .meta({ default: 'lowdb', description: 'lowdb: files, one process; memory: forgets when it stops.' }),
  path: z.string().min(1).prefault('data/ledger').describe('A folder of its own, from the folder that holds config/.'),
  encryptionKey: SecretRef.optional().describe(
    'Seals all that is kept; without it, whoever reads the files can read it.',
  ),
  formerKeys: z.array(SecretRef).max(10).optional().describe('Keys it replaces, until all is sealed anew.'),
  allowNetworkDisk: z.boolean().optional().describe('The path is on a network disk that only this machine uses.'),
  keep: Keep.prefault({}).describe('For how long.'),
  backup: Backup.optional().describe('Copies of the ledger while the daemon runs.'),
})

const Memory = z.strictObject({ type: z.literal('memory') })

const Postgres = z.looseObject({ type: z.literal('postgres') })

export const Store = z.discriminatedUnion('type', [Lowdb, Memory, Postgres])
