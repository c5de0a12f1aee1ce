// Dynamics 365 Sales, by the Dataverse Web API. Speaks that language and nothing else: it knows no mapping, no merging,
// no retries, no storage, and neither Partner Center nor what a referral is. It must not repeat a write by itself.

import { type Connector, connectorId, CONTRACT, type Host, kind, type Session } from '#spi'
import { openApi } from './api.ts'
import { openChanges } from './changes.ts'
import { codes } from './codes.ts'
import { openDirectory } from './directory.ts'
import { closeKind, find } from './find.ts'
import { openProbe } from './probe.ts'
import { originsOf, Settings } from './settings.ts'
import { target } from './target.ts'
import { openWriter } from './write.ts'

export const connector: Connector<Settings> = {
  id: connectorId('dynamics'),
  contract: CONTRACT,
  settings: Settings,
  traits: {
    writes: 'create-and-update',
    guard: 'etag',
    batchMax: 1000,
    // Ids are made from keys: a create that is repeated meets its own first try.
    lateCreatesMs: 0,
    satellites: { [closeKind]: { of: kind('opportunity'), by: 'opportunityid' } },
  },
  target,
  codes,
  origins: originsOf,
  open: (settings, host) => Promise.resolve(openSession(settings, host)),
}

function openSession(settings: Settings, host: Host): Session {
  const api = openApi(settings, host)
  const directory = openDirectory(api)
  return {
    probe: openProbe(api, directory),
    changes: openChanges(api),
    find: (questions, signal) => find(api, questions, signal),
    write: openWriter(api, directory),
    close: () => {
      api.auth.close()
      return Promise.resolve()
    },
  }
}
