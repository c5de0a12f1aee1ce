// The vendors that the testkit pretends in memory, for the connector suite: what many other tests rest on keeps the
// contract too. There is no protocol and so no wire.

import { type Codebook, type Desk, linkKey, NeedsHuman } from '#spi'
import type { ConnectorSubject } from '#testkit/connector-suite'
import { fakeAccount, fakeCrmTraits, fakeCrmVendor, fakeKeyField, fakeOpportunity, withId } from '#testkit/fake-crm'
import { FakeSession, type FakeSessionOptions } from '#testkit/fake-session'
import {
  fakeReferral,
  fakeReferralFields,
  fakeSource,
  fakeSourceTraits,
  fakeSourceVendor,
  withFacts,
} from '#testkit/fake-source'
import type { FakeChange, FakeVendor } from '#testkit/fake-vendor'
import { handClock } from '../../support/host.ts'

type Parts = Pick<ConnectorSubject, 'connector' | 'shape' | 'ours' | 'theirs' | 'sample' | 'unfit'> &
  Partial<Pick<ConnectorSubject, 'create' | 'ground'>>

export function pretendedCrm(): ConnectorSubject {
  const clock = handClock()
  const vendor = fakeCrmVendor({ name: 'the CRM', nowMs: () => clock.monotonicMs(), refuse })
  return subject(
    { vendor, clock, present: withId },
    {
      connector: { contract: 1, codes, traits: fakeCrmTraits },
      shape: { kind: fakeOpportunity, fields: ['Id', 'Name', 'NextStep', fakeKeyField] },
      ours: 'Name',
      theirs: 'NextStep',
      sample: (n) => ({ Name: `Deal ${n}` }),
      unfit: { Name: unfit },
      create: (n) => ({
        do: 'create',
        kind: fakeOpportunity,
        key: linkKey(`r-${n}`),
        keyField: fakeKeyField,
        fields: { Name: `New ${n}`, [fakeKeyField]: `r-${n}` },
      }),
      ground: {
        create: {
          do: 'create',
          kind: fakeAccount,
          key: linkKey('r-1/account'),
          keyField: null,
          fields: { Name: 'Contoso' },
        },
        unfit: { Name: unfit },
        field: 'AccountId',
      },
    },
  )
}

export function pretendedSource(): ConnectorSubject {
  const clock = handClock()
  const vendor = fakeSourceVendor({ name: 'the source', nowMs: () => clock.monotonicMs(), refuse })
  return subject(
    { vendor, clock, present: withFacts },
    {
      connector: { contract: 1, codes, traits: fakeSourceTraits, source: fakeSource },
      shape: { kind: fakeReferral, fields: [] },
      ours: 'name',
      theirs: 'details.notes',
      sample: (n) => fakeReferralFields({ name: `Deal ${n}`, stage: 'Accepted' }),
      unfit: { name: unfit },
    },
  )
}

interface World {
  readonly vendor: FakeVendor
  readonly clock: ReturnType<typeof handClock>
  readonly present: NonNullable<FakeSessionOptions['present']>
}

function subject({ vendor, clock, present }: World, parts: Parts): ConnectorSubject {
  const open = (): FakeSession =>
    new FakeSession({ vendor, present, pageSize: () => 3, mark: (newestMs) => newestMs + 1 })
  return {
    ...parts,
    session: open(),
    open: () => Promise.resolve(open()),
    desk: deskOf(vendor),
    now: () => clock.now(),
    passes: (ms) => clock.turn(ms),
    close: () => Promise.resolve(),
  }
}

const deskOf = (vendor: FakeVendor): Desk => ({
  all: (kind) => vendor.live(kind),
  read: (kind, id) => vendor.read(kind, id),
  add: (kind, fields) => vendor.add(kind, fields),
  edit: (kind, id, fields) => void vendor.edit(kind, id, fields),
  remove: (kind, id) => vendor.remove(kind, id),
})

const unfit = 'what nobody may be called'

const refuse = ({ after }: FakeChange): NeedsHuman | null =>
  after['Name'] === unfit || after['name'] === unfit
    ? new NeedsHuman('The name is taken.', { code: 'DB-3203', who: 'CRM admin' })
    : null

const words = { title: '', means: '', why: '', fix: '', who: 'CRM admin' } as const
const codes: Codebook = { 'DB-3203': words }
