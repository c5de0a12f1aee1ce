// What is mutated, and which tests have to notice: the parts in which a silent mistake costs most.

export interface Area {
  readonly files: readonly string[]
  readonly tests: readonly string[]
}

export const areas = {
  merge: {
    files: ['src/core/reconcile/merge.ts'],
    tests: ['test/unit/core/reconcile/**'],
  },
  planner: {
    files: ['planner', 'plan-all', 'linked', 'standing', 'limits', 'loops', 'waits', 'agreed'].map(
      (name) => `src/core/reconcile/${name}.ts`,
    ),
    tests: ['test/unit/core/reconcile/**', 'test/unit/engine/**', 'test/unit/control/*.test.ts'],
  },
  ledger: {
    files: ['event-record', 'seal', 'link-index', 'heap', 'stored', 'lowdb/frame', 'lowdb/scan', 'lowdb/postings'].map(
      (name) => `src/ledger/${name}.ts`,
    ),
    tests: ['test/unit/ledger/**', 'test/contract/ledger.test.ts'],
  },
  retry: {
    files: ['line', 'backoff', 'retry-budget', 'settle'].map((name) => `src/engine/${name}.ts`),
    tests: ['test/unit/engine/**'],
  },
  guard: {
    files: ['allow-list', 'name-lookup', 'content-type', 'size', 'tls'].map(
      (name) => `src/platform/transport/${name}.ts`,
    ),
    tests: ['test/unit/platform/transport/**', 'test/properties/transport-*'],
  },
  redaction: {
    files: ['src/platform/log/mask.ts', 'src/platform/log/error-facts.ts', 'src/platform/transport/redact.ts'],
    tests: ['test/unit/platform/log.test.ts', 'test/unit/platform/transport/**', 'test/properties/transport-*'],
  },
} as const satisfies Readonly<Record<string, Area>>

export type AreaName = keyof typeof areas

export const isArea = (name: string): name is AreaName => Object.hasOwn(areas, name)
