// The connector contract, version 1, as behaviour: what every connector does, whichever vendor it speaks to. Each check
// is a name and a function, so that any test runner can run them:
//
//   for (const check of connectorChecks(['creates', 'wire'])) test(check.name, () => check.run(open))
//
// `open` makes a ConnectorSubject: a session against a pretended vendor, with the hands of its people. The list says
// what this connector is held to; a need it does not name leaves its checks out, in plain sight. The suite knows no
// vendor and must not look inside a connector. It is tried itself, on connectors that are wrong on purpose.

import { conductChecks } from './connector-conduct.ts'
import { readingChecks } from './connector-reading.ts'
import type { ConnectorCheck, Need } from './connector-subject.ts'
import { wireChecks } from './connector-wire.ts'
import { writingChecks } from './connector-writing.ts'

export type { ConnectorCheck, ConnectorSubject, Need, SubjectWire } from './connector-subject.ts'

export const connectorChecks = (meets: readonly Need[]): readonly ConnectorCheck[] =>
  [...readingChecks, ...writingChecks, ...wireChecks, ...conductChecks].filter(({ needs }) =>
    needs.every((need) => meets.includes(need)),
  )
