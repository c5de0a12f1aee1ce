// The dependency law is a test whose failure teaches.

import { describe, expect, test } from 'vitest'
import { arrows, breachesOf, layerOf, told, type SourceFile } from './law.ts'
import { sourceFiles } from './tree.ts'

const files = sourceFiles()

describe('the import law', () => {
  test('holds for every file', () => {
    expect(files.length).toBeGreaterThan(100)
    expect(breachesOf(files).map(told)).toEqual([])
  })

  test('knows every layer there is', () => {
    const layers = new Set(files.map(({ path }) => layerOf(path)).filter((layer) => layer !== 'main'))
    expect([...layers].filter((layer) => !Object.hasOwn(arrows, layer))).toEqual([])
  })
})

describe('a deliberate break is caught', () => {
  const cases: readonly (readonly [what: string, file: SourceFile, rule: string])[] = [
    [
      'core leans on the engine',
      one('src/core/model/deal.ts', `import { cycle } from '#engine/cycle'`),
      'core may import',
    ],
    ['a type import is an import', one('src/core/deal.ts', `import type { Host } from '#spi'`), 'core may import'],
    ['a re-export is an import', one('src/spi/index.ts', `export * from '#ledger'`), 'spi may import'],
    [
      'a lazy import is an import',
      one('src/engine/read.ts', `const x = await import('#control/status')`),
      'engine may',
    ],
    [
      'the engine sees only the port',
      one('src/engine/read.ts', `import { x } from '#ledger/lowdb/frame'`),
      'engine may',
    ],
    [
      'a connector reaches past the contract',
      one('connectors/hubspot/api.ts', `import { x } from '#core/model/ids'`),
      '#spi',
    ],
    [
      'a connector borrows from another',
      one('connectors/hubspot/api.ts', `import { x } from '../salesforce/api.ts'`),
      'relative',
    ],
    [
      'a relative path leaves its layer',
      one('src/cli/plan.ts', `import { x } from '../control/status.ts'`),
      'relative',
    ],
    [
      'somebody knows the connectors',
      one('src/settings/use.ts', `import { x } from '../../connectors/builtin.ts'`),
      'main.ts',
    ],
    ['somebody imports main', one('src/cli/cli.ts', `import { x } from '../main.ts'`), 'main.ts'],
    ['a package in the wrong room', one('src/core/plan.ts', `import axios from 'axios'`), 'axios is for platform'],
    ['a package nobody decided on', one('src/cli/cli.ts', `import _ from 'lodash'`), 'lodash is for nobody'],
    ['a file without a name', one('src/core/utils.ts', ''), 'names nothing'],
    ['a folder without a name', one('src/core/date-helpers/x.ts', ''), 'names nothing'],
    ['a file that never ends', one('src/core/long.ts', 'export {}\n'.repeat(351)), '350 lines'],
    ['the clock is read', one('src/engine/a.ts', 'const now = Date.now()'), 'come from platform'],
    ['dice are rolled', one('src/engine/a.ts', 'const x = Math.random()'), 'come from platform'],
    ['a timer is set', one('src/engine/a.ts', 'setTimeout(() => {}, 1)'), 'come from platform'],
    ['the network is called', one('connectors/hubspot/a.ts', 'await fetch(url)'), 'come from platform'],
    ['the environment is read', one('src/cli/a.ts', 'const x = process.env.HOME'), 'come from platform'],
    ['a file is opened', one('src/settings/a.ts', `import { readFile } from 'node:fs/promises'`), 'come from platform'],
  ]

  test.each(cases)('%s', (_what, file, rule) => {
    const breaches = breachesOf([file])
    expect(breaches).toHaveLength(1)
    expect(breaches[0]?.rule).toContain(rule)
    expect(told(breaches[0]!)).toContain(file.path)
    expect(told(breaches[0]!)).toContain('CONTRIBUTING.md')
  })

  test('a loop, type imports included', () => {
    const loop = [
      one('src/core/a.ts', `import type { B } from './b.ts'`),
      one('src/core/b.ts', `import { c } from '#core/c'`),
      one('src/core/c.ts', `export { a } from './a.ts'`),
    ]
    expect(breachesOf(loop).map(({ what }) => what)).toEqual([
      'imports itself: src/core/a.ts > src/core/b.ts > src/core/c.ts > src/core/a.ts',
    ])
  })

  test('what only a comment says is no breach', () => {
    expect(
      breachesOf([one('src/core/a.ts', `// Date.now() is banned; so is import x from 'axios'\n/* fetch(url) */`)]),
    ).toEqual([])
  })
})

function one(path: string, text: string): SourceFile {
  return { path, text: `${text}\n`.replace(/\n\n$/, '\n') }
}
