// Salesforce, as a target of referrals. This connector speaks REST through jsforce and knows nothing of mappings,
// merging, retries or the other side. There is no delete in it, on purpose, and no upsert: a creation can only create.

import {
  type Connector,
  connectorId,
  CONTRACT,
  type Cursor,
  type Host,
  kind,
  type Kind,
  type Page,
  type Question,
  type Session,
  type Shape,
  type Write,
} from '#spi'
import { Api } from './api.ts'
import { SignIn } from './auth.ts'
import { Budget } from './budget.ts'
import { Changes } from './changes.ts'
import { codes } from './codes.ts'
import { Objects } from './describe.ts'
import { CallFailure } from './faults.ts'
import { find } from './find.ts'
import { probe } from './probe.ts'
import { Products } from './products.ts'
import { dataOrigin, Settings, tokenOrigin } from './settings.ts'
import { write } from './write.ts'

const role = kind('OpportunityContactRole')

export const connector: Connector<Settings> = {
  id: connectorId('salesforce'),
  contract: CONTRACT,
  settings: Settings,
  traits: {
    writes: 'create-and-update',
    guard: 'modified-at',
    // Twenty full collections, so that a thousand deals with account, contact and role take four calls.
    batchMax: 4_000,
    // Queries are answered from the database itself; only a request that was under way may still be done.
    lateCreatesMs: 10_000,
    satellites: { [role]: { of: kind('Opportunity'), by: 'OpportunityId' } },
  },
  target: {
    label: 'Salesforce',
    record: kind('Opportunity'),
    idField: () => 'Id',
    parentField: (of) => (of === 'Contact' ? 'AccountId' : null),
    contactRole: {
      kind: role,
      dealField: 'OpportunityId',
      contactField: 'ContactId',
      fields: (name, primary) => ({ Role: name, IsPrimary: primary }),
    },
    finals: {},
  },
  codes,
  origins: (settings) => [...new Set([dataOrigin(settings), tokenOrigin(settings)])],
  open: (settings, host) => Promise.resolve(openSession(settings, host)),
}

function openSession(settings: Settings, host: Host): Session {
  const budget = new Budget(settings.limits.shareOfDailyLimit, host)
  const api = new Api({ settings, host, budget, signIn: new SignIn(settings, host) })
  const objects = new Objects(api, host)
  const products = new Products()
  const parts = { settings, host, budget, api, objects, products }
  const changes = new Changes(parts)
  const writing = { ...parts, collectionMax: settings.limits.batch, server: { collectionReferences: true } }
  return {
    probe: (kinds: readonly Kind[], signal) => remedied(() => probe(parts, kinds, signal), signal),
    changes: (shapes, since, signal) => remediedPages(changes, shapes, since, signal),
    find: (questions: readonly Question[], signal) => remedied(() => find(parts, questions, signal), signal),
    write: (batch: readonly Write[], signal) => remedied(() => write(writing, batch, signal)),
    close: () => api.close(),
  }
}

/**
 * Outside this connector a failed call is its remedy; only writing needs to know whether it was executed. A read that
 * was stopped says why it was, instead of what the network made of it.
 */
async function remedied<T>(run: () => Promise<T>, reading?: AbortSignal): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw outward(error, reading)
  }
}

function outward(error: unknown, reading?: AbortSignal): unknown {
  if (reading?.aborted) return reading.reason
  return error instanceof CallFailure ? error.error : error
}

async function* remediedPages(
  changes: Changes,
  shapes: readonly Shape[],
  since: Cursor | null,
  signal: AbortSignal,
): AsyncIterable<Page> {
  try {
    yield* changes.since(shapes, since, signal)
  } catch (error) {
    throw outward(error, signal)
  }
}
