// Codes of plans that want more than they may do without asking.

import type { Codebook, CodeEntry } from '../../codes.ts'

const brake = (title: string, means: string, why: string, fix: string): CodeEntry => ({
  title,
  means,
  why,
  fix,
  who: 'operations',
})

const look =
  'Look at `dealbridge plan`. If it is right, let it go with `dealbridge sync`, which asks once; if not, mend the cause first.'

export const brakeCodes: Codebook = {
  'DB-3120': brake(
    'More changes than one run may write',
    'The plan holds more changes than limits.changes.perRun. Nothing of it was written.',
    'A first run, an import, or a mapping that suddenly sees everything differently.',
    look,
  ),
  'DB-3121': brake(
    'More outcomes than one run may send',
    'The plan would send more Won, Lost or Declined than limits.changes.outcomes or the mapping’s maxPerRun. Nothing of it was written.',
    'A quarter’s end, or a bulk edit in the CRM that closed deals by mistake. Outcomes cannot be taken back.',
    'Look at each of them in `dealbridge plan`. Then `dealbridge sync --approve-outcomes N`, with the number you counted.',
  ),
  'DB-3122': brake(
    'More new records than one run may make',
    'The plan would make more records than limits.changes.creates. Nothing of it was written.',
    'A first run, or a key field that was emptied: then every deal looks new.',
    look,
  ),
  'DB-3123': brake(
    'A large share of all linked records would change',
    'More linked records would change than limits.changes.shareOfLinked allows. Nothing of it was written.',
    'A bulk edit, a change of currency or time zone, or a mapping that reads a field differently than before.',
    look,
  ),
  'DB-3124': brake(
    'The new mapping changes many records',
    'The mapping was changed, and under the new one many linked records would be written. Nothing of it was written.',
    'Meant, or a slip in the mapping.',
    look,
  ),
  'DB-3125': brake(
    'Many linked records have vanished',
    'More linked records than limits.changes.vanished can no longer be found. Nothing was written.',
    'The integration user lost a permission, a sharing rule changed, or the connection leads to another org.',
    'Run `dealbridge check`. If the records were deleted on purpose, switch the pipeline to review with `dealbridge mode <pipeline> review`, and agree to its plan with `dealbridge sync`.',
  ),
  'DB-3126': brake(
    'A record moved since the plan was made',
    'A saved plan was to be written, and at least one of its changes would be different now. Nothing of it was written.',
    'Someone edited a record in the meantime, or the running daemon has already written the change.',
    'Make the plan again with `dealbridge plan --out`, look at it, and write that one.',
  ),
}
