// Microsoft Partner Center: the source of referrals. Speaks its REST API for a signed-in person, reads every kind of
// referral, writes what the API lets a partner write. Must not know of mappings, CRMs, merging, retries or storage.

import { type Connector, connectorId, CONTRACT, type Host, type Session } from '#spi'
import { openApi } from './api.ts'
import { openAuth } from './auth.ts'
import { openCaller } from './call.ts'
import { changes, noMemory } from './changes.ts'
import { codes } from './codes.ts'
import { facts } from './facts.ts'
import { openFinder } from './find.ts'
import { moves, stepNames } from './lifecycle.ts'
import { probe } from './probe.ts'
import { properties } from './properties.ts'
import { openReader } from './reader.ts'
import { originsOf, Settings } from './settings.ts'
import { signIn } from './sign-in.ts'
import { push } from './webhook/index.ts'
import { openRegistrations } from './webhook/registration.ts'
import { writeAll } from './write.ts'

export const connector: Connector<Settings> = {
  id: connectorId('partner-center'),
  contract: CONTRACT,
  settings: Settings,
  // Writes go one by one: a batch is only a way to hand over several. The list shows a new deal up to two minutes late.
  traits: { writes: 'create-and-update', guard: 'etag', batchMax: 20, lateCreatesMs: 180_000 },
  source: {
    label: 'Partner Center',
    facts,
    moves,
    reasonField: 'statusReason',
    step: { field: 'salesStage', write: stepNames },
    newDeal: { reference: 'externalReferenceId', title: ['customerProfile.name', 'name'] },
    properties,
  },
  signIn,
  push,
  codes,
  origins: originsOf,
  open: async (settings, host) => openSession(settings, host),
}

function openSession(settings: Settings, host: Host): Session {
  const auth = openAuth(settings, host)
  const call = openCaller(host, auth)
  const api = openApi(settings.endpoint, call, host.log)
  const registrations = openRegistrations(settings.webhookEndpoint, call, host)
  const reader = openReader(api, host, settings)
  const { microsoft } = settings.read
  const finder = openFinder({ api, reader, log: host.log, read: { microsoft } })
  const memory = noMemory()
  return {
    probe: async (kinds, signal) => await probe({ api, auth, host, settings, registrations }, kinds, signal),
    changes: (_, since, signal) => changes({ api, host, settings, reader, memory, microsoft }, since, signal),
    find: async (questions, signal) => await finder.find(questions, signal),
    write: async (batch, signal) => await writeAll({ api, reader, finder }, batch, signal),
    close: async () => auth.close(),
  }
}
