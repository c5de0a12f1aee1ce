// Writes the pages of docs/reference that the program knows best itself: npm run docs

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cliPage } from './docs/cli.ts'
import { configPage } from './docs/config.ts'
import { errorsPage } from './docs/errors.ts'
import { faultsPage } from './docs/faults.ts'
import { referralFieldsPage } from './docs/referral-fields.ts'

/** The pages as they should be, by their path in the project. */
export function generatedPages(): ReadonlyMap<string, string> {
  const folder = join('docs', 'reference')
  return new Map([
    [join(folder, 'cli.md'), cliPage()],
    [join(folder, 'config.md'), configPage()],
    [join(folder, 'errors.md'), errorsPage()],
    [join(folder, 'faults.md'), faultsPage()],
    [join(folder, 'referral-fields.md'), referralFieldsPage()],
  ])
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  mkdirSync(join(root, 'docs', 'reference'), { recursive: true })
  for (const [path, text] of generatedPages()) writeFileSync(join(root, path), text)
}
