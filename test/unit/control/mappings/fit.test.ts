// A mapping made for one org, fitted to another: what does not fit becomes a comment with the reason above it.

import { describe, expect, test } from 'vitest'
import { fit, type Judge } from '#control/mappings/fit'
import type { Problem } from '#core/problem'
import { entryOf, whereIs, type SourceNode } from '#core/source'
import { parseYaml } from '#settings/yaml'

const file = 'mappings/cosell.yaml'

/** Objects to every plain value that is one of these, and to groups and lists that hold nothing. */
function against(...words: readonly string[]): Judge {
  return async (text) => {
    const tree = parseYaml(file, text)
    if (!tree.ok) return tree.problems
    const { source, root } = tree.value
    const problems: Problem[] = []
    const visit = (node: SourceNode, isValue: boolean): void => {
      if (node.kind === 'list') for (const item of node.items) visit(item, true)
      if (node.kind === 'map') for (const { value } of node.entries) visit(value, true)
      if (node.kind !== 'scalar' || !isValue) return
      if (node.text === '' && node.means === 'null')
        problems.push(problem('A list is needed here; this is nothing.', node))
      if (words.includes(node.text)) problems.push(problem(`There is no "${node.text}".`, node))
    }
    const problem = (what: string, node: SourceNode): Problem => ({
      code: 'DB-2101',
      severity: 'error',
      what,
      where: whereIs(source, node),
    })
    if (root) visit(root, false)
    return problems
  }
}

const mapping = `match:
  try:
    - { crm: PC_Id__c, equals: id }
    - { crm: Id, equals: externalReferenceId }        # the seller was first
assign:
  field: OwnerId
  rules:
    - when: a
      to: { user: anna }
    - when: b
      to: { roundRobin: [mei, lukas] }
  otherwise: { user: desk }
fields:
  - crm: Name
    formula: |
      LEFT(name,
        120)

  # how much
  - crm: Amount
    values:
      one: A
      two: B
  - { crm: Id, direction: toReferral }
statusInCrm:
  state: State__c        # what sellers see
  link: Link__c
`

describe('what can be left out', () => {
  test.each<[what: string, word: string, before: string, after: string]>([
    [
      'an item in braces, with the comment behind it',
      'externalReferenceId',
      '    - { crm: Id, equals: externalReferenceId }        # the seller was first\n',
      '    # Left out: There is no "externalReferenceId".\n    # - { crm: Id, equals: externalReferenceId }        # the seller was first\n',
    ],
    [
      'an item of several lines',
      'anna',
      '    - when: a\n      to: { user: anna }\n',
      '    # Left out: There is no "anna".\n    # - when: a\n    #   to: { user: anna }\n',
    ],
    [
      'a row with a formula of several lines, and not the empty line after it',
      'Name',
      '  - crm: Name\n    formula: |\n      LEFT(name,\n        120)\n\n',
      '  # Left out: There is no "Name".\n  # - crm: Name\n  #   formula: |\n  #     LEFT(name,\n  #       120)\n\n',
    ],
    ['one value of a table', 'B', '      two: B\n', '      # Left out: There is no "B".\n      # two: B\n'],
    [
      'one of several keys',
      'State__c',
      '  state: State__c        # what sellers see\n',
      '  # Left out: There is no "State__c".\n  # state: State__c        # what sellers see\n',
    ],
  ])('%s', async (_what, word, before, after) => {
    expect(mapping).toContain(before)
    const fitted = await fit(file, mapping, against(word))
    expect(fitted.text).toBe(mapping.replace(before, after))
    expect(fitted).toMatchObject({ left: [], leftOut: [{ because: `There is no "${word}".`, code: 'DB-2101' }] })
  })

  test('what is left without content goes with it, round by round', async () => {
    const { text, left, leftOut } = await fit(file, mapping, against('anna', 'mei', 'State__c', 'Link__c'))
    expect(left).toEqual([])
    const root = parsedRoot(text)
    expect(entryOf(root, 'statusInCrm')).toBeUndefined()
    const assign = entryOf(root, 'assign')?.value
    expect(assign?.kind === 'map' && entryOf(assign, 'rules')).toBeUndefined()
    expect(assign?.kind === 'map' && entryOf(assign, 'otherwise')).toBeDefined()
    expect(leftOut.map(({ section }) => section)).toEqual([
      'assign.rules',
      'assign.rules',
      'statusInCrm.state',
      'statusInCrm.link',
      'assign.rules',
      'statusInCrm',
    ])
    expect(text).toContain('  # Left out: nothing is left of it.\n  # rules:\n')
  })

  test('nothing is lost: without the marks it says what it said', async () => {
    const { text } = await fit(file, mapping, against('anna', 'mei', 'Name', 'B', 'State__c', 'Link__c'))
    const back = text
      .split('\n')
      .filter((line) => !/^ *# Left out: /.test(line))
      .map((line) => line.replace(/^( *)# (?!how much)/, '$1'))
    expect(back.join('\n')).toBe(mapping)
  })
})

describe('what cannot', () => {
  test('is told, and the file stays as it is', async () => {
    const text = 'record: Oportunity\nfields: []\n'
    const fitted = await fit(file, text, against('Oportunity'))
    expect(fitted).toMatchObject({ text, leftOut: [], left: [{ what: 'There is no "Oportunity".' }] })
  })

  test('a judge that is never content is given up on', async () => {
    const never: Judge = async () => [
      { code: 'DB-2101', severity: 'error', what: 'no', where: { file, line: 3, column: 9 } },
    ]
    const { left } = await fit(file, `fields:\n  - { crm: A }\n  - { crm: B }\n`, never)
    expect(left).not.toEqual([])
  })
})

function parsedRoot(text: string) {
  const tree = parseYaml(file, text)
  if (!tree.ok || tree.value.root?.kind !== 'map') return expect.fail(JSON.stringify(tree))
  return tree.value.root
}
