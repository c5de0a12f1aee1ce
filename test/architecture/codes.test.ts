// Every code that can be shown is explained, every explanation is of a code that can be shown, and none is explained
// twice: what `dealbridge explain DB-3207` says is the only thing there is to say.

import { describe, expect, test } from 'vitest'
import { connectorCodes } from '../../connectors/builtin.ts'
import { codes as dynamics } from '../../connectors/dynamics/codes.ts'
import { codes as partnerCenter } from '../../connectors/partner-center/codes.ts'
import { codes as salesforce } from '../../connectors/salesforce/codes.ts'
import { alertCodes } from '#alerts/codes'
import { assemblyCodes } from '#assembly/codes'
import { cliCodes } from '#cli/codes'
import { controlCodes } from '#control/codes'
import { mappingCodes } from '#core/mapping/codes'
import { reconcileCodes } from '#core/reconcile/codes'
import type { Codebook, CodeEntry } from '#core/codes'
import type { Code } from '#core/model/ids'
import { daemonCodes } from '#daemon/codes'
import { engineCodes } from '#engine/codes'
import { ledgerCodes } from '#ledger/codes'
import { platformCodes } from '#platform/codes'
import { sandboxCodes } from '#sandbox/codes'
import { settingsCodes } from '#settings/codes'
import { sourceFiles } from './tree.ts'

const books: Readonly<Record<string, Codebook>> = {
  settings: settingsCodes,
  alerts: alertCodes,
  assembly: assemblyCodes,
  control: controlCodes,
  daemon: daemonCodes,
  cli: cliCodes,
  platform: platformCodes,
  mapping: mappingCodes,
  reconcile: reconcileCodes,
  engine: engineCodes,
  ledger: ledgerCodes,
  sandbox: sandboxCodes,
  partnerCenter,
  salesforce,
  dynamics,
}

const isBook = (path: string): boolean => /\/codes(?:\.ts$|\/)/.test(path)
const isPretended = (path: string): boolean => path.includes('/simulator/') || path.startsWith('src/testkit/')

/** Codes as programs write them: in quotation marks. Prose in comments mentions others. */
const used = new Map<string, string>()
for (const { path, text } of sourceFiles())
  if (!isBook(path) && !isPretended(path))
    for (const [, code = ''] of text.matchAll(/['"`](DB-\d{4})['"`]/g)) used.set(code, used.get(code) ?? path)

const explained = new Map<string, readonly string[]>()
for (const [book, entries] of Object.entries(books))
  for (const code of Object.keys(entries)) explained.set(code, [...(explained.get(code) ?? []), book])

describe('codes', () => {
  test('that are used are explained', () => {
    expect(used.size).toBeGreaterThan(150)
    expect([...used].filter(([code]) => !explained.has(code)).map(([code, path]) => `${code} in ${path}`)).toEqual([])
  })

  test('that are explained are used', () => {
    expect([...explained].filter(([code]) => !used.has(code)).map(([code, [book]]) => `${code} of ${book}`)).toEqual([])
  })

  test('are explained once', () => {
    expect([...explained].filter(([, of]) => of.length > 1).map(([code, of]) => `${code}: ${of.join(', ')}`)).toEqual(
      [],
    )
  })

  test('of the connectors are all joined', () => {
    expect(Object.keys(connectorCodes).toSorted()).toEqual(
      [partnerCenter, salesforce, dynamics].flatMap((book) => Object.keys(book)).toSorted(),
    )
  })
})

const entries = Object.values(books).flatMap((book) => Object.entries(book) as [Code, CodeEntry][])

test.each(entries)('%s says what it means, why it happens, how it is mended, and by whom', (code, entry) => {
  expect(code).toMatch(/^DB-\d{4}$/)
  for (const words of [entry.title, entry.means, entry.why, entry.fix, entry.who]) expect(words.trim()).not.toBe('')
  // A heading, and sentences.
  expect(entry.title).not.toMatch(/[.!]$/)
  expect(entry.means).toMatch(/[.!:)]$/)
})
