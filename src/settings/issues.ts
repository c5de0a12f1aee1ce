// What a schema found wrong, in sentences with a place. The schema speaks of types; a person reads about settings.

import type { z } from 'zod'
import type { Code } from '#core/model/ids'
import type { JsonObject } from '#core/model/json'
import { nearest } from '#core/nearest'
import type { Problem, Where } from '#core/problem'
import { needsUnit } from '#core/units'
import { isNothing, keyAt, type Layers, nodeAt, type Path, placeOf } from './layers.ts'
import { keysOf, shapesAt, valuesOf } from './shape.ts'

type Issue = z.core.$ZodIssue

export interface Checked {
  readonly layers: Layers
  /** Where the checked part begins: a connection is checked by itself. */
  readonly at: Path
  readonly shape: JsonObject
}

export function problemsOf(issues: readonly Issue[], checked: Checked): readonly Problem[] {
  const misspelled = new Set(issues.flatMap((issue) => meant(issue, checked)))
  // A key that is there under a slightly wrong name is one mistake, not two.
  const told = issues.filter((issue) => !(isMissing(issue, checked) && misspelled.has(spelled(steps(issue)))))
  return told.flatMap((issue) => issueProblems(issue, checked))
}

/** The keys that unknown ones were probably meant to be. */
function meant(issue: Issue, { shape }: Checked): readonly string[] {
  if (issue.code !== 'unrecognized_keys') return []
  const known = keysOf(shapesAt(shape, steps(issue)))
  return issue.keys.flatMap((key) => {
    const near = nearest(key, known)
    return near === undefined ? [] : [spelled([...steps(issue), near])]
  })
}

function issueProblems(issue: Issue, checked: Checked): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...steps(issue), key], checked))
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const nearestBranch = issue.errors.toSorted((a, b) => weight(a) - weight(b))[0] ?? []
    const here = steps(issue)
    return nearestBranch.flatMap((inner) => issueProblems(moved(inner, here), checked))
  }
  if (issue.code === 'invalid_key') return [badName(issue, checked)]
  return [isMissing(issue, checked) ? missing(steps(issue), checked) : wrongValue(issue, checked)]
}

const steps = (issue: Issue): Path => issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
const moved = (issue: Issue, under: Path): Issue => ({ ...issue, path: [...under, ...issue.path] })

/** A branch whose type does not even fit is further off than one with a wrong detail. */
const weight = (issues: readonly Issue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === 'invalid_type' && issue.path.length === 0 ? 100 : 1), 0)

function unknownKey(path: Path, { layers, at, shape }: Checked): Problem {
  const key = String(path.at(-1))
  const known = keysOf(shapesAt(shape, path.slice(0, -1)))
  const near = nearest(key, known)
  const full = [...at, ...path]
  const inside = full.length > 1 ? ` in ${spelled(full.slice(0, -1))}` : ''
  const node = keyAt(layers.root, full)
  return {
    code: 'DB-1010',
    severity: 'error',
    what: `There is no setting "${key}"${inside}.`,
    ...(node ? { where: placeOf(layers, node) } : {}),
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    fix: near === undefined ? `remove it; there are: ${known.join(', ')}` : `write ${near}`,
    ...(node && near !== undefined && !layers.outside.has(node)
      ? { edit: { start: node.start, end: node.end, text: near } }
      : {}),
  }
}

function isMissing(issue: Issue, { layers, at }: Checked): boolean {
  const node = nodeAt(layers.root, [...at, ...steps(issue)])
  const isOfValue = issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union'
  return isOfValue && (node === undefined || isNothing(node))
}

function missing(path: Path, { layers, at, shape }: Checked): Problem {
  const full = [...at, ...path]
  const values = valuesOf(shapesAt(shape, path))
  const example = values.length > 0 ? `: ${values.join(' | ')}` : ''
  return {
    code: 'DB-1014',
    severity: 'error',
    what: `${full.length > 1 ? spelled(full.slice(0, -1)) : 'The configuration'} needs "${String(full.at(-1))}".`,
    ...nearestPlace(layers, full),
    fix: `add ${String(full.at(-1))}${example}`,
  }
}

function badName(issue: Issue & { readonly code: 'invalid_key' }, { layers, at }: Checked): Problem {
  const full = [...at, ...steps(issue)]
  const node = keyAt(layers.root, full)
  return {
    code: 'DB-1011',
    severity: 'error',
    what: `The name "${String(full.at(-1))}" ${issue.issues[0]?.message ?? 'cannot be used'}.`,
    ...(node ? { where: placeOf(layers, node) } : {}),
  }
}

function wrongValue(issue: Issue, { layers, at, shape }: Checked): Problem {
  const path = steps(issue)
  const full = [...at, ...path]
  const values = valuesOf(shapesAt(shape, path))
  const node = nodeAt(layers.root, full)
  const written = node?.kind === 'scalar' ? node.text : ''
  const near = values.length > 0 && written !== '' ? nearest(written, values) : undefined
  return {
    ...verdict(issue, written, spelled(full), values),
    severity: 'error',
    ...nearestPlace(layers, full),
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
  }
}

interface Verdict {
  readonly code: Code
  readonly what: string
  readonly fix?: string
}

function verdict(issue: Issue, written: string, name: string, values: readonly string[]): Verdict {
  if (issue.message === 'secret-literal') return secretVerdict(written, name)
  if (issue.message.startsWith(needsUnit)) return { code: 'DB-1013', what: `"${name}" ${issue.message}.` }
  if (values.length > 0) return { code: 'DB-1011', what: `"${name}" must be ${oneOf(values)}.` }
  return { code: 'DB-1011', what: `"${name}" ${demand(issue)}.` }
}

function secretVerdict(written: string, name: string): Verdict {
  if (written.startsWith('keyvault:')) return noKeyVault(name)
  return {
    code: 'DB-1007',
    what: `"${name}" must say where the secret is, not hold it: everyone who sees this file would see it.`,
    fix: 'write env:NAME, file:PATH or credential:NAME, and change the secret if others have seen it',
  }
}

const noKeyVault = (name: string): Verdict => ({
  code: 'DB-1016',
  what: `"${name}" names a key vault; this version does not read key vaults.`,
  fix: 'hand the secret over with env:NAME, file:PATH or credential:NAME',
})

export const keyVault = (at: Path, where: Where): Problem => ({ ...noKeyVault(spelled(at)), severity: 'error', where })

const oneOf = (values: readonly string[]): string =>
  values.length === 1 ? (values[0] ?? '') : `one of ${values.join(', ')}`

const types: Readonly<Record<string, string>> = {
  string: 'must be text; put it in quotation marks',
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
  array: 'must be a list',
  object: 'must be a group of settings',
  record: 'must be a group of settings',
}

/** The schema's own words where somebody wrote them; ours for what zod says by itself. */
function demand(issue: Issue): string {
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid'))
    return types[issue.expected] ?? 'has the wrong form'
  if (issue.code === 'too_small' && issue.message.startsWith('Too')) return `must be at least ${issue.minimum}`
  if (issue.code === 'too_big' && issue.message.startsWith('Too')) return `must be at most ${issue.maximum}`
  return issue.message.startsWith('Invalid') ? 'does not have the right form' : issue.message.replace(/\.$/, '')
}

/** The value; where there is none, its key, or the key of the group that lacks it. */
function nearestPlace(layers: Layers, path: Path): Pick<Problem, 'where'> {
  const { root } = layers
  const value = nodeAt(root, path)
  if (value?.kind === 'scalar' && !isNothing(value)) return { where: placeOf(layers, value) }
  for (let length = path.length; length > 0; length -= 1) {
    const part = path.slice(0, length)
    const node = keyAt(root, part) ?? nodeAt(root, part)
    if (node) return { where: placeOf(layers, node) }
  }
  return { where: placeOf(layers, { ...root, end: root.start }) }
}

/** `alerts.rules[2].event` */
export function spelled(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  )
}
