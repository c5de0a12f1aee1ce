// A session with the pretended environment, for one test: what the daemon would open, with nothing in between.

import { connector } from '../../../../connectors/dynamics/index.ts'
import {
  kind,
  linkKey,
  pointer,
  recordId,
  type CreateWrite,
  type Fields,
  type Page,
  type Session,
  type Shape,
  type UpdateWrite,
  type VendorRecord,
  version,
} from '#spi'
import { testHost, type TestHost } from '../../../support/host.ts'
import { pretend, type Pretended } from './pretended.ts'
import type { DynamicsKnobs } from '../../../../connectors/dynamics/simulator/index.ts'

export const signal = new AbortController().signal

export interface Connected extends Pretended {
  readonly session: Session
  readonly host: TestHost
}

/** `settings`: beside the endpoint, which is the pretended environment's. */
export async function connect(
  knobs: DynamicsKnobs = {},
  settings: (url: string) => object = () => ({}),
  env: Readonly<Record<string, string>> = {},
): Promise<Connected> {
  const there = await pretend(knobs)
  const parsed = connector.settings.parse({
    endpoint: there.url,
    authority: there.url,
    auth: { flow: 'none' },
    ...settings(there.url),
  })
  const host = testHost({
    origins: connector.origins(parsed),
    clock: there.clock,
    env,
    pace: { parallel: 8 },
  })
  const session = await connector.open(parsed, host)
  return { ...there, session, host }
}

export const deal: Shape = {
  kind: kind('opportunity'),
  fields: ['name', 'statecode', 'statuscode', 'salesstage', 'estimatedvalue', 'estimatedclosedate', 'fab_pcreferralid'],
}
export const shape = (name: string, ...fields: string[]): Shape => ({ kind: kind(name), fields })

export const create = (name: string, key: string, fields: Fields, keyField: string | null = null): CreateWrite => ({
  do: 'create',
  kind: kind(name),
  key: linkKey(key),
  keyField,
  fields: keyField === null ? fields : { [keyField]: key, ...fields },
})
export const dealFor = (key: string, fields: Fields): CreateWrite =>
  create('opportunity', key, fields, 'fab_pcreferralid')
export const update = (name: string, id: string, fields: Fields, expect: string | null = null): UpdateWrite => ({
  do: 'update',
  kind: kind(name),
  id: recordId(id),
  expect: expect === null ? null : version(expect),
  fields,
})
export const to = (key: string) => pointer(linkKey(key)) as never

export async function readById({ session }: Connected, of: Shape, id: string): Promise<VendorRecord | undefined> {
  const [found] = await session.find([{ shape: of, by: { id: recordId(id) } }], signal)
  return found?.[0]
}

export async function collect(pages: AsyncIterable<Page>): Promise<readonly Page[]> {
  const all: Page[] = []
  for await (const page of pages) all.push(page)
  return all
}

/** How many calls the far side saw, tokens apart. */
export const callsOf = ({ served }: Pretended, since = 0): number =>
  served.calls.slice(since).filter(({ url }) => url.pathname.startsWith('/api/')).length
