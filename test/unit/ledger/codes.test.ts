import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ledgerCodes } from '#ledger/codes'

test('every code the ledger uses is explained, with what to do and who', () => {
  const root = join(import.meta.dirname, '../../../src/ledger')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const text = files.map((name) => (name === 'codes.ts' ? '' : readFileSync(join(root, name), 'utf8'))).join('')
  const used = new Set(text.match(/DB-\d{4}/g))
  expect(used.size).toBeGreaterThan(12)
  expect([...used].filter((code) => !Object.hasOwn(ledgerCodes, code))).toEqual([])
  const parts = Object.values(ledgerCodes).flatMap((entry) => Object.values(entry ?? {}))
  expect(parts.length).toBe(5 * Object.keys(ledgerCodes).length)
  expect(parts.filter((part) => part.length < 5)).toEqual([])
})
