// A configuration file: settings, or problems with a place, and neither shows a secret.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadSettings } from '#settings/load'
import { printProblems } from '#settings/print-problem'
import { resolvedSettings } from '#settings/resolved'
import { connectors } from '../../unit/settings/connectors.ts'
import { root } from '../coverage.ts'
import type { Target } from '../target.ts'
import { placed } from './mapping.ts'

const example = readFileSync(join(root, 'config', 'example.yaml'), 'utf8')
/** Without what it says to people, which is half of it. */
const terse = example.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\s+# .*$/gm, '')

export const target: Target = {
  name: 'config',
  covers: [
    'src/settings',
    'src/core/source.ts',
    'connectors/partner-center/settings.ts',
    'connectors/salesforce/settings.ts',
    'connectors/dynamics/settings.ts',
  ],
  seeds: () => [Buffer.from(terse)],
  bytesMax: 8_000,
  burst: 40,
  run: async (input) => {
    const text = input.toString('utf8')
    const loaded = await loadSettings({ workingDirectory: '/srv', env: {}, readText: async () => text, connectors })
    const { result, sources } = loaded
    const problems = result.ok ? result.warnings : result.problems
    if (problems.some(({ what }) => what.includes('failed while it checked'))) throw new Error('a schema threw')
    if (!result.ok && !problems.some(({ severity }) => severity === 'error'))
      throw new Error('refused without a reason')
    const shown = printProblems(problems, { sources }).length
    return (
      shown +
      JSON.stringify(resolvedSettings(loaded)).length +
      placed(
        problems.filter(({ where }) => where),
        text,
      )
    )
  },
}
