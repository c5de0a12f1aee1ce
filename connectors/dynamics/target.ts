// Facts of the Dynamics data model that mappings rest on without naming them.

import { kind, type TargetFacet } from '#spi'
import { closeKind } from './find.ts'

const odd: Readonly<Record<string, string>> = { opportunityclose: 'activityid' }

export const target: TargetFacet = {
  label: 'Dynamics',
  record: kind('opportunity'),
  idField: (of) => (Object.hasOwn(odd, of) ? (odd[of] ?? '') : `${of}id`),
  parentField: (of) => (of === 'contact' ? 'parentcustomerid' : null),
  contactRole: null,
  closedIsReadOnly: true,
  working: { statuscode: 'In Progress' },
  lead: {
    kind: kind('lead'),
    open: { statecode: 'Open' },
    qualified: { statecode: 'Qualified' },
    disqualified: { statecode: 'Disqualified' },
    originField: 'originatingleadid',
    becameField: 'qualifyingopportunityid',
  },
  finals: { [closeKind]: { value: 'actualrevenue', date: 'actualend' } },
}
