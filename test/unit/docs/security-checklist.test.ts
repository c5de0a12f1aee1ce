import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/reference/security-checklist.md'), 'utf8')
const rows = page.split('\n').flatMap((line) => {
  const [, number = '', , stands = ''] = /^\| (\d+) \| ([^|]+) \| (.+) \|$/.exec(line) ?? []
  return number === '' ? [] : [{ number: Number(number), stands }]
})

test('every item is there, once and in order', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 52 }, (_, index) => index + 1))
})

test.each(rows)('item $number: what it names exists; without a test it has a reason', ({ stands }) => {
  const paths = [...stands.matchAll(/`((?:test|src|\.github)\/[^`]+|SECURITY\.md)`/g)].map(([, path = '']) => path)
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  if (stands.startsWith('**test**')) expect(paths.some((path) => path.startsWith('test/'))).toBe(true)
  else expect(stands.length).toBeGreaterThan(10)
})
