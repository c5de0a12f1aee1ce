// Every command that a page or an explanation names is one the command line takes, with flags it has.

import { CommanderError } from 'commander'
import { describe, expect, test } from 'vitest'
import { commandTree } from '../../../scripts/docs/cli.ts'
import { allCodes } from '../../../scripts/docs/errors.ts'
import { blocksOf, pages, proseOf } from './pages.ts'

/** Why the command line refuses it; null when it does not. `complete`: all its arguments stand there too. */
async function refusal(command: string, complete: boolean): Promise<string | null> {
  try {
    await commandTree().parseAsync(wordsOf(command), { from: 'user' })
    return null
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0 || error.code === 'commander.help') return null
    return isShort.has(error.code) && !complete ? null : error.message
  }
}

const isShort: ReadonlySet<string> = new Set([
  'commander.missingArgument',
  'commander.missingMandatoryOptionValue',
  'commander.optionMissingArgument',
])

/** As a shell would see it: placeholders are words, quotation marks hold words together. */
const wordsOf = (command: string): readonly string[] =>
  [...meant(command).matchAll(/"[^"]*"|'[^']*'|[^\s"']+/g)]
    .map(([word]) => word.replaceAll(/^["']|["']$/g, ''))
    .slice(1)

const meant = (command: string): string =>
  command
    .replaceAll(/[<[]?(\w+)[>\]]/g, '$1')
    .replaceAll(/ N\b/g, ' 3')
    .replaceAll(/(\w)\|[\w-]+/g, '$1')

/** One line of a block may hold several commands, and a remark behind two spaces or a #. What was printed is none. */
function commandsIn(line: string, language: string): readonly string[] {
  if (language === 'console' && !line.startsWith('$ ')) return []
  return line
    .split(/&&|;|\|(?=\s)/)
    .map((part) => part.trim().replace(/^\$ /, ''))
    .filter((part) => /^dealbridge(?:\s|$)/.test(part))
    .map((part) =>
      part
        .replace(/\s+#.*$/, '')
        .replace(/\s{2,}\S.*$/, '')
        .replace(/\s+>\s.*$/, ''),
    )
}

const typed = pages.flatMap((page) =>
  blocksOf(page)
    .filter(({ language }) => ['', 'sh', 'console', 'text'].includes(language))
    .flatMap(({ text, line, language }) =>
      text
        .split('\n')
        .flatMap((one, at) =>
          commandsIn(one, language).map((command) => [`${page.path}:${line + at + 1}`, command] as const),
        ),
    ),
)

const named = pages
  .filter(({ text }) => !text.startsWith('<!-- Made from'))
  .flatMap((page) =>
    [...proseOf(page).matchAll(/`(dealbridge [^`…]+)`/g)].map(([, command = '']) => [page.path, command] as const),
  )

const explained = Object.entries(allCodes).flatMap(([code, entry]) =>
  [...`${entry?.fix} ${entry?.means} ${entry?.why}`.matchAll(/`(dealbridge [^`…]+)`/g)].map(
    ([, command = '']) => [code, command] as const,
  ),
)

describe('commands to be typed', () => {
  test.each(typed)('%s: %s', async (_where, command) => {
    expect(await refusal(command, true)).toBeNull()
  })
})

describe('commands named in a sentence', () => {
  test.each(named)('%s: %s', async (_where, command) => {
    expect(await refusal(command, false)).toBeNull()
  })
})

describe('commands that an explanation names', () => {
  test.each(explained)('%s: %s', async (_where, command) => {
    expect(await refusal(command, false)).toBeNull()
  })
})

test('what does not exist is found', async () => {
  expect(await refusal('dealbridge mappings suggest --pipeline cosell', true)).toContain('unknown option')
  expect(await refusal('dealbridge forgive', false)).toContain("unknown command 'forgive'")
})
