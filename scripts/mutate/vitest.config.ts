// The tests of one area: the mutation run hands them over.

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: (process.env['DEALBRIDGE_MUTATE_TESTS'] ?? '').split(' '), testTimeout: 20_000 },
})
