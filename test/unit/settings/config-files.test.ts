// The files in config/: complete, true to the schemas, and loaded as a user would load them.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { saidBy } from '#settings/layers'
import { loadSettings } from '#settings/load'
import { printProblems } from '#settings/print-problem'
import { resolvedSettings } from '#settings/resolved'
import { Document } from '#settings/schema'
import { parseYaml } from '#settings/yaml'
import { generatedFiles } from '../../../scripts/config-files.ts'
import { connectors } from './connectors.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const read = async (...path: readonly string[]): Promise<string> => await readFile(join(root, ...path), 'utf8')

describe('made from the schemas', () => {
  test.each([...generatedFiles()])('%s is fresh (else: npm run schema)', async (path, text) => {
    expect(await read(path)).toBe(text)
  })
})

describe('config/default.yaml', () => {
  test('says what holds when nothing is said', async () => {
    const tree = parseYaml('default.yaml', await read('config', 'default.yaml'))
    const written = tree.ok && tree.value.root ? saidBy(tree.value.root) : expect.fail('not YAML')
    const nothing = { version: 1, sources: {}, targets: {}, pipelines: {} }
    expect(Document.parse(written)).toEqual({
      ...Document.parse(nothing),
      store: { ...Document.parse(nothing).store, type: 'lowdb' },
    })
  })
  test('has a line about every setting', async () => {
    const settings = (await read('config', 'default.yaml'))
      .split('\n')
      .filter((line) => /^ *(?:# )?[a-z][A-Za-z]*:/.test(line))
    expect(settings.length).toBeGreaterThan(80)
    for (const line of settings) expect(line).toMatch(/ # [A-Za-z].*\.$/)
  })
})

describe('config/example.yaml', () => {
  const load = async (profile?: string) =>
    await loadSettings({
      workingDirectory: root,
      config: join('config', 'example.yaml'),
      profile,
      env: {},
      readText: async (path) => await readFile(path, 'utf8'),
      connectors,
    })
  test.each([undefined, 'sandbox'])('is complete, and nothing in it goes unheard: profile %s', async (profile) => {
    const { result, sources } = await load(profile)
    expect(result.ok ? printProblems(result.warnings, { sources }) : printProblems(result.problems, { sources })).toBe(
      '',
    )
  })
  test('serves both CRMs, and only observes', async () => {
    const { result } = await load()
    const settings = result.ok ? result.value : expect.fail('not loaded')
    expect(settings.pipelines.map(({ name, target, mode, mapping }) => [name, target, mode, mapping])).toEqual([
      ['cosell-dach', 'salesforce', 'observe', join(root, 'mappings', 'salesforce.opportunity.yaml')],
      ['deals-world', 'dynamics', 'observe', join(root, 'mappings', 'dynamics.opportunity.yaml')],
    ])
    expect([...settings.connections.keys()]).toEqual(['partner-center', 'salesforce', 'dynamics'])
  })
  test('in the sandbox everything stays on this computer', async () => {
    const { result } = await load('sandbox')
    const settings = result.ok ? result.value : expect.fail('not loaded')
    expect([...settings.connections.values()].flatMap(({ origins }) => origins)).toEqual([
      'http://127.0.0.1:9701',
      'http://127.0.0.1:9702',
      'http://127.0.0.1:9703',
    ])
    expect(settings.store).toEqual({ type: 'memory' })
  })
  test('resolved: each value with its origin', async () => {
    const settings = resolvedSettings(await load('sandbox'))
    const from = new Map(settings.map(({ path, value, from }) => [path, `${JSON.stringify(value)} ${from}`]))
    expect(from.get('name')).toMatch(/^"fabrikam-production" config\/example\.yaml:\d+$/)
    expect(from.get('store.type')).toMatch(/^"memory" profile sandbox, line \d+$/)
    expect(from.get('sources.partner-center.auth.flow')).toMatch(/^"none" profile sandbox, line \d+$/)
    expect(from.get('sources.partner-center.read.overlap')).toMatch(/^"10m" config\/example\.yaml:\d+$/)
    expect(from.get('sources.partner-center.authority')).toBe('"https://login.microsoftonline.com" default')
    expect(from.get('pipelines.cosell-dach.mode')).toMatch(/^"observe" config/)
    expect(from.get('limits.retries.tries')).toBe('8 default')
    expect(from.get('language')).toBe('"en" default')
    expect(from.has('telemetry.otlp.endpoint')).toBe(false)
    expect(new Set(settings.map(({ path }) => path)).size).toBe(settings.length)
  })
})
