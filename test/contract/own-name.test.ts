// F93: who we are, in the words in which a CRM tells who changed a record. A change under that name which we did not make
// is another installation's.

import { expect, test } from 'vitest'
import { never } from '#testkit/connector-subject'
import { dynamicsSubject } from './subjects/dynamics.ts'
import { salesforceSubject } from './subjects/salesforce.ts'

const open = { salesforce: salesforceSubject, dynamics: () => dynamicsSubject({ tracked: true }) }

test.each(['salesforce', 'dynamics'] as const)(
  '%s names us in what we write, and somebody else in what people do',
  async (name) => {
    const subject = await open[name]()
    try {
      const { session, shape, create, desk, sample, ours } = subject
      const { user } = await session.probe([shape.kind], never)
      const write = create?.(1) ?? expect.fail('a CRM makes records')
      const [made] = await session.write([write], never)
      if (made?.outcome !== 'written') expect.fail('it was not written')
      const byUs = await session.find([{ shape, by: { id: made.id } }], never)
      expect(byUs[0]?.[0]?.changedBy).toBe(user)
      const id = desk.add(shape.kind, sample(1))
      desk.edit(shape.kind, id, { [ours]: 'theirs' })
      const [byThem] = await session.find([{ shape, by: { id } }], never)
      expect(byThem?.[0]?.changedBy).not.toBe(user)
    } finally {
      await subject.close()
    }
  },
)
