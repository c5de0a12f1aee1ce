// YAML text into a tree that remembers where everything stands. YAML 1.2, and of that only what people write by hand:
// maps, lists and plain values. Anchors, tags and merge keys are refused, and so is anything too large or too deep, so
// that no file can cost more than its length. What a setting means is none of its business; that is for schemas.

import { Composer, type CST, Lexer, Parser } from 'yaml'
import { type Parsed, parsed, type Problem, refused } from '#core/problem'
import { type SourceText, sourceText, type SourceTree, whereIs } from '#core/source'
import { syntaxProblems } from './yaml/syntax.ts'
import { readTree } from './yaml/tree.ts'

export const yamlLimits = { bytes: 1024 * 1024, depth: 32, problems: 50 } as const

export function parseYaml(file: string, text: string): Parsed<SourceTree> {
  const source = sourceText(file, text)
  if (Buffer.byteLength(text) > yamlLimits.bytes) return refused([tooLarge(source)])
  const tokens = tokensOf(source)
  if (!tokens.ok) return tokens
  const composer = new Composer({ version: '1.2', schema: 'core', merge: false, uniqueKeys: false })
  const [document, second] = composer.compose(tokens.value, true, text.length)
  if (!document) return parsed({ source, root: null })
  if (second) return refused([secondDocument(source, second.range[0])])
  const broken = syntaxProblems(source, [...document.errors, ...document.warnings])
  if (broken.length > 0) return refused(broken.slice(0, yamlLimits.problems))
  const { root, problems, warnings } = readTree(source, document.contents)
  if (problems.length > 0) return refused(problems.slice(0, yamlLimits.problems))
  return parsed({ source, root }, warnings.slice(0, yamlLimits.problems))
}

/** Fed to the parser word by word, so that a file nested ten thousand deep is given up at the thirty-third level. */
function tokensOf(source: SourceText): Parsed<CST.Token[]> {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  for (const word of new Lexer().lex(source.text)) {
    tokens.push(...parser.next(word))
    if (depthOf(parser.stack) > yamlLimits.depth) return refused([tooDeep(source, parser.offset)])
  }
  tokens.push(...parser.end())
  return parsed(tokens)
}

const collections: ReadonlySet<string> = new Set<CST.Token['type']>(['block-map', 'block-seq', 'flow-collection'])

/** How many maps and lists are open. Besides them the stack holds the document and the value being read. */
function depthOf(stack: readonly CST.Token[]): number {
  if (stack.length <= yamlLimits.depth) return 0
  return stack.filter(({ type }) => collections.has(type)).length
}

const secondDocument = (source: SourceText, offset: number): Problem => ({
  code: 'DB-1003',
  severity: 'error',
  what: 'A second document (---) begins here.',
  where: whereIs(source, { start: offset, end: offset }),
  fix: 'keep one document in one file',
})

const tooLarge = (source: SourceText): Problem => ({
  code: 'DB-1002',
  severity: 'error',
  what: 'This file is larger than 1 MiB.',
  where: whereIs(source, { start: 0, end: 0 }),
  fix: 'check that it is the right file, or divide it',
})

const tooDeep = (source: SourceText, offset: number): Problem => ({
  code: 'DB-1008',
  severity: 'error',
  what: `This file is nested more than ${yamlLimits.depth} levels deep.`,
  where: whereIs(source, { start: offset, end: offset }),
  fix: 'check that it is the right file; no setting lies that deep',
})
