import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generatedFiles } from '../../../../scripts/formula-parser.ts'

test('the parser tables are those of the grammar: run npm run formula:parser', async () => {
  const folder = join(import.meta.dirname, '..', '..', '..', '..', 'src', 'core', 'formula')
  for (const [name, text] of await generatedFiles()) expect(readFileSync(join(folder, name), 'utf8')).toBe(text)
})
