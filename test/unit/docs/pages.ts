// The project's pages in Markdown, as the tests of the documentation see them: text, code blocks, links, headings.

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

export const root = join(import.meta.dirname, '..', '..', '..')

export interface Page {
  /** From the root, with slashes. */
  readonly path: string
  readonly text: string
}

export interface Block {
  readonly page: string
  readonly line: number
  /** `sh`, `yaml`; empty where nothing is said. */
  readonly language: string
  /** What stands behind the language. */
  readonly mark: string
  readonly text: string
}

const below = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))

const atRoot = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md']

/** Ours to keep: everything a reader may open. */
export const pages: readonly Page[] = [...atRoot, ...below('docs'), ...below('connectors'), ...below('mappings')]
  .toSorted()
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

/** What is written by hand below docs. */
export const written: readonly Page[] = pages.filter(
  ({ path, text }) => path.startsWith('docs/') && !text.startsWith('<!-- Made from'),
)

export function blocksOf({ path, text }: Page): readonly Block[] {
  return [...text.matchAll(/^( *)```(\w*) *([^\n]*)\n([^]*?)^\1```$/gm)].map(
    ({ index, 1: indent = '', 2: language = '', 3: mark = '', 4: inside = '' }) => ({
      page: path,
      line: text.slice(0, index).split('\n').length,
      language,
      mark: mark.trim(),
      text: inside.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  )
}

/** Without blocks of code. */
export const proseOf = ({ text }: Page): string => text.replaceAll(/^( *)```[^]*?^\1```$/gm, '')

/** As a heading's address is written on the web pages that show Markdown. */
export function anchorsOf(page: Page): ReadonlySet<string> {
  const headings = [...proseOf(page).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) => heading)
  const anchors = headings.map((heading) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  )
  const counts = new Map<string, number>()
  return new Set(
    anchors.map((anchor) => {
      const before = counts.get(anchor) ?? 0
      counts.set(anchor, before + 1)
      return before === 0 ? anchor : `${anchor}-${before}`
    }),
  )
}
