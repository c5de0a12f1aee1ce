// Problems as people read them: where, what, the line itself with the words underlined, and how to mend it. A line is
// shown as it stands, except for what may be a secret.

import { oneLine } from '#core/one-line'
import type { Problem, Where } from '#core/problem'
import { lineAt, type SourceText } from '#core/source'

export interface PrintOptions {
  readonly sources: readonly SourceText[]
  /** Colours say nothing that the words do not. */
  readonly colour?: boolean
}

export function printProblems(problems: readonly Problem[], options: PrintOptions): string {
  const secrets = problems.filter(({ code }) => code === 'DB-1007').flatMap(({ where }) => (where ? [where] : []))
  return problems.map((problem) => printProblem(problem, secrets, options)).join('\n')
}

function printProblem(problem: Problem, secrets: readonly Where[], options: PrintOptions): string {
  const paint = painter(options.colour === true)
  const { where, severity, code, what, hint, fix, who } = problem
  const tone = severity === 'error' ? 'red' : 'yellow'
  const place = where ? [paint('bold', placeText(where, options.sources))] : []
  const lines = [
    [...place, paint(tone, severity), code].join('  '),
    `  ${oneLine(what)}`,
    ...frame(problem, { secrets, sources: options.sources, paint }),
    ...(fix === undefined ? [] : [`  Fix: ${oneLine(fix)}`]),
    ...(who === undefined ? [] : [`  Who: ${who}`]),
  ]
  const isHintShown = where !== undefined && sourceOf(where, options.sources) !== undefined
  if (hint !== undefined && !isHintShown) lines.splice(2, 0, `  ${capital(oneLine(hint))}`)
  return `${lines.join('\n')}\n`
}

const sourceOf = (where: Where, sources: readonly SourceText[]): SourceText | undefined =>
  sources.find(({ file }) => file === where.file)

/** What stands in no file (a variable, a flag) has a name, but no line. */
const placeText = (where: Where, sources: readonly SourceText[]): string =>
  sourceOf(where, sources) ? `${where.file}:${where.line}:${where.column}` : where.file

interface Frame {
  readonly secrets: readonly Where[]
  readonly sources: readonly SourceText[]
  readonly paint: Paint
}

/** As much of a line as fits beside the numbers on a usual terminal. */
const widthMax = 100

function frame({ where, hint }: Problem, { secrets, sources, paint }: Frame): readonly string[] {
  const source = where ? sourceOf(where, sources) : undefined
  if (!where || !source) return []
  const full = masked(lineAt(source, where.line), where, secrets)
  if (full.trim() === '') return hint === undefined ? [] : [`  ${capital(oneLine(hint))}`]
  const skipped = Math.max(0, Math.min(where.column - 20, full.length - widthMax))
  const shown = flat(full.slice(skipped, skipped + widthMax))
  const before = flat(full.slice(skipped, where.column - 1))
  const under = flat(full.slice(where.column - 1, Math.min(where.column - 1 + (where.length ?? 1), skipped + widthMax)))
  const carets = '^'.repeat(Math.max(1, columns(under)))
  const number = String(where.line).padStart(7)
  return [
    paint('dim', `${number} │ `) + shown,
    `${paint('dim', `${' '.repeat(7)} │ `)}${' '.repeat(columns(before))}${paint('cyan', carets)}${hint === undefined ? '' : ` ${oneLine(hint)}`}`,
  ]
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** One terminal line, character for character. */
const flat = (text: string): string => text.replaceAll('\t', ' ').replaceAll(/[\p{Cc}\p{Cf}]/gu, '')

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uff60\p{Emoji_Presentation}]/u
const unseen = /\p{Mn}/u

/** How many columns of a terminal the text takes. */
function columns(text: string): number {
  return Array.from(text, (char) => (unseen.test(char) ? 0 : wide.test(char) ? 2 : 1)).reduce<number>(
    (a, b) => a + b,
    0,
  )
}

const secretKey =
  /((?:secret|passw(?:or)?d|token|private_?key|api_?key|encryption_?key)\w*["']?\s*:\s*)(?!["']?(?:env|file|credential|keyvault):)([^\s,}#][^,}#]*)/gi

/** Dots, as many as there were characters, in place of whatever may be a secret. */
function masked(line: string, { file, line: number }: Where, secrets: readonly Where[]): string {
  const known = secrets.filter((secret) => secret.file === file && secret.line === number)
  const dotted = known.reduce((text, { column, length = 1 }) => {
    const start = column - 1
    return text.slice(0, start) + '•'.repeat(length) + text.slice(start + length)
  }, line)
  return dotted.replace(secretKey, (_, key: string, value: string) => key + '•'.repeat(value.length))
}

const codes = { bold: 1, dim: 2, red: 31, yellow: 33, cyan: 36 } as const
type Paint = (tone: keyof typeof codes, text: string) => string

const painter =
  (colour: boolean): Paint =>
  (tone, text) =>
    colour ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text
