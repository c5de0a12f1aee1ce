// Every link between our pages leads somewhere, and every code that is named exists.

import { existsSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { allCodes } from '../../../scripts/docs/errors.ts'
import { anchorsOf, pages, proseOf, root, written } from './pages.ts'

const byPath = new Map(pages.map((page) => [page.path, page]))

const linksIn = (text: string): readonly string[] =>
  [...text.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)].map(([, link = '']) => link)

/** Why it leads nowhere; null when it leads somewhere. */
function trouble(from: string, link: string): string | null {
  if (/^(?:https:|mailto:)/.test(link)) return null
  if (/^\w+:/.test(link)) return 'not a link of the web'
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? from : posix.normalize(join(dirname(from), path))
  if (target.startsWith('..')) return 'leads out of the project'
  if (!existsSync(join(root, target))) return `there is no ${target}`
  const page = byPath.get(target)
  if (anchor === undefined || !page) return null
  return anchorsOf(page).has(anchor) ? null : `${target} has no heading #${anchor}`
}

describe('links', () => {
  test.each(pages.map((page) => [page.path, page] as const))('of %s lead somewhere', (path, page) => {
    const broken = linksIn(proseOf(page)).flatMap((link) => trouble(path, link)?.concat(` (${link})`) ?? [])
    expect(broken).toEqual([])
  })

  test('lead to every page below docs: nothing is hidden', () => {
    const named = new Set(
      pages.flatMap((page) =>
        linksIn(page.text).map((link) => posix.normalize(join(dirname(page.path), link.split('#')[0] ?? ''))),
      ),
    )
    const lost = pages.filter(({ path }) => path.startsWith('docs/') && !path.startsWith('docs/decisions/'))
    expect(lost.filter(({ path }) => !named.has(path) && path !== 'docs/README.md').map(({ path }) => path)).toEqual([])
  })
})

test.each(pages.map((page) => [page.path, page] as const))('%s names only codes there are', (_path, { text }) => {
  const named = [...text.matchAll(/DB-\d{4}\b/g)].map(([code]) => code)
  expect(named.filter((code) => !Object.hasOwn(allCodes, code))).toEqual([])
})

describe('pages below docs', () => {
  const guides = written.filter(({ path }) => !path.startsWith('docs/decisions/'))
  test.each(guides.map((page) => [page.path, page] as const))(
    '%s names its reader and the time it takes',
    (_path, page) => {
      const [, , first = ''] = page.text.split('\n')
      expect(first).toMatch(/^(?:For|Reader:) .+/)
    },
  )
})
