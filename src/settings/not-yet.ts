// Settings that are understood but not acted on in this version. They must not be accepted in silence: whoever relies
// on an alert has to know that none will come. Those that nothing can run without are errors, the others warnings.

import { isObject, type Json } from '#core/model/json'
import type { Problem } from '#core/problem'
import { isNothing, keyAt, type Layers, nodeAt, type Path, placeOf, saidBy } from './layers.ts'

export interface NotYet {
  readonly path: Path
  /** Only for these values; for any when absent. */
  readonly when?: (value: Json) => boolean
  readonly what: string
  readonly fix: string
  readonly isError?: boolean
}

export const notYet: readonly NotYet[] = [
  {
    path: ['alerts', 'channels'],
    when: (value) => isObject(value) && Object.values(value).some((one) => has(one, 'to', 'recordOwner')),
    what: 'Mail to the owner of a record is not part of this version: nothing is sent over such a channel.',
    fix: 'write addresses, for example of a team',
  },
  {
    path: ['http', 'console', 'signIn'],
    when: (value) => !(isObject(value) && value['type'] === 'none'),
    what: 'Signing in to the console is not part of this version.',
    fix: 'leave http.listen on this computer, and reach it through a tunnel or a proxy that signs people in',
  },
  {
    path: ['http', 'console', 'publishNeeds'],
    when: (value) => value === 2,
    what: 'A second person to approve a mapping is not asked for in this version.',
    fix: 'approve mappings where the files are kept',
  },
  {
    path: ['http', 'console', 'editMappings'],
    when: (value) => value !== 'readOnly',
    what: 'The console only shows mappings in this version.',
    fix: 'edit the files, and reload',
  },
  {
    path: ['http', 'publicUrl'],
    what: 'No page and no message leads to the daemon in this version, so its public address is not used.',
    fix: 'leave it out',
  },
  {
    path: ['store', 'keep', 'payloads'],
    what: 'What is sent and answered is never kept word for word in this version, so there is nothing to let go of.',
    fix: 'leave it out',
  },
  {
    path: ['store', 'keep', 'contactDetails'],
    what: 'Contact details are kept as long as the history they stand in, in this version.',
    fix: 'set store.keep.history to the shorter time, or forget single deals: dealbridge referrals forget',
  },
  {
    path: ['telemetry', 'otlp'],
    what: 'Traces are not sent in this version.',
    fix: 'use http.metrics meanwhile',
  },
  {
    path: ['logging', 'personalData'],
    when: (value) => value !== 'mask',
    what: 'The log never holds personal data in this version, so there is nothing to hash or to show.',
    fix: 'write mask, or leave it out',
  },
  {
    path: ['language'],
    when: (value) => value !== 'en',
    what: 'Messages are written in English in this version.',
    fix: 'write en, or leave it out',
  },
  {
    path: ['store', 'type'],
    when: (value) => value === 'postgres',
    what: 'The PostgreSQL store is not part of this version.',
    fix: 'write lowdb, and run one process',
    isError: true,
  },
]

const has = (of: Json, name: string, value: string): boolean => isObject(of) && of[name] === value

export function notYetProblems(layers: Layers): readonly Problem[] {
  return notYet.flatMap(({ path, when = () => true, what, fix, isError = false }): readonly Problem[] => {
    const node = nodeAt(layers.root, path)
    if (!node || isNothing(node) || !when(saidBy(node))) return []
    const place = node.kind === 'scalar' ? node : (keyAt(layers.root, path) ?? node)
    const code = isError ? 'DB-1016' : 'DB-1015'
    return [{ code, severity: isError ? 'error' : 'warning', what, where: placeOf(layers, place), fix }]
  })
}
