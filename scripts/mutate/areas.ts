// What is mutated, and which tests have to notice: the parts in which a silent mistake costs most.

export interface Area {
  readonly files: readonly string[]
  readonly tests: readonly string[]
}

const filesOf = (folder: string, names: string): readonly string[] =>
  names.split(' ').map((name) => `${folder}/${name}.ts`)

export const areas = {
  merge: {
    files: ['src/core/reconcile/merge.ts'],
    tests: ['test/unit/core/reconcile/**', 'test/properties/merge.test.ts'],
  },
  planner: {
    files: [
      ...filesOf('src/core/reconcile', 'planner plan-all linked standing limits loops waits agreed moves rows change'),
      ...filesOf(
        'src/core/reconcile',
        'create outcome owed share search lookups lead status side assign choice resting',
      ),
      'src/core/reconcile/stranger.ts',
    ],
    tests: ['test/unit/core/reconcile/**', 'test/properties/standing.test.ts'],
  },
  ledger: {
    files: [
      ...filesOf('src/ledger', 'event-record seal link-index heap stored faults'),
      ...filesOf('src/ledger/lowdb', 'frame scan postings batch tail manifest segment journal replay snapshot'),
      ...filesOf('src/ledger/lowdb', 'history history-part history-read rewrite verify opening lock ledger'),
    ],
    // Without those that start processes, and without every bit of a store flipped: they would take hours.
    tests: ['test/unit/ledger/!(processes|bit-flips).test.ts', 'test/contract/ledger.test.ts'],
  },
  retry: {
    files: [
      ...filesOf('src/engine', 'line backoff retry-budget settle send batches intents echo questions'),
      ...filesOf('src/engine', 'recover lost-updates lost-creates late-creates'),
      'src/core/retry-after.ts',
      'src/platform/transport/pace.ts',
    ],
    tests: [
      'test/unit/engine/{line,settle,after-write,send,batches,echo,questions}.test.ts',
      'test/unit/engine/{recover,lost-updates,lost-creates,late-creates}.test.ts',
      'test/unit/core/retry-after.test.ts',
      'test/unit/platform/transport/pace.test.ts',
    ],
  },
  guard: {
    files: [
      ...filesOf('src/platform/transport', 'allow-list name-lookup content-type size tls proxy http'),
      ...filesOf('src/platform/transport', 'deadline wire fault redact trace'),
      'src/core/origin.ts',
    ],
    tests: [
      'test/unit/platform/transport/**',
      'test/unit/core/origin.test.ts',
      'test/properties/transport-url.test.ts',
    ],
  },
  redaction: {
    files: [
      ...filesOf('src/platform/log', 'mask error-facts lines'),
      'src/platform/log.ts',
      'src/platform/transport/redact.ts',
      'src/core/one-line.ts',
    ],
    tests: [
      'test/unit/platform/log.test.ts',
      'test/unit/platform/log/**',
      'test/unit/platform/transport/fault.test.ts',
      'test/unit/core/one-line.test.ts',
    ],
  },
} as const satisfies Readonly<Record<string, Area>>

export type AreaName = keyof typeof areas

export const isArea = (name: string): name is AreaName => Object.hasOwn(areas, name)
