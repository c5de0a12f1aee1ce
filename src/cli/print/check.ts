// The doctor's findings: each with a verdict, what follows from it, how it is mended, and by whom.

import type { CheckSection, Checked } from '#control/answers'
import type { Finding } from '#spi'
import type { Paint } from './paint.ts'
import { clip } from './words.ts'

export function checkLines({ sections }: Checked, paint: Paint): readonly string[] {
  return [...sections.flatMap((section) => sectionLines(section, paint)), '', tally(sections)]
}

function sectionLines({ title, about, findings, problems }: CheckSection, paint: Paint): readonly string[] {
  return [
    about === '' ? paint.bold(title) : `${paint.bold(title)}  ${about}`,
    ...findings.flatMap((finding) => findingLines(finding, paint)),
    ...problems.map(
      (problem) =>
        `  ${problem.severity === 'error' ? paint.bad('✗') : paint.warn('!')} ${problem.what}${problem.where ? `   ${problem.where.file}:${problem.where.line}:${problem.where.column}` : ''}   ${problem.code}`,
    ),
  ]
}

function findingLines({ level, what, code, consequence, fix, who }: Finding, paint: Paint): readonly string[] {
  const mark = level === 'ok' ? paint.good('✓') : level === 'warning' ? paint.warn('!') : paint.bad('✗')
  return [
    `  ${mark} ${clip(what, 120)}${code ? `   ${code}` : ''}`,
    ...(consequence ? [`      ${consequence}`] : []),
    ...(fix ? [`      Fix: ${fix}${who ? `   Who: ${who}` : ''}`] : []),
  ]
}

export interface Tally {
  readonly fine: number
  readonly warnings: number
  readonly errors: number
}

export function tallyOf(sections: readonly CheckSection[]): Tally {
  const findings = sections.flatMap((section) => section.findings)
  const problems = sections.flatMap((section) => section.problems)
  return {
    fine: findings.filter(({ level }) => level === 'ok').length,
    warnings:
      findings.filter(({ level }) => level === 'warning').length +
      problems.filter(({ severity }) => severity === 'warning').length,
    errors:
      findings.filter(({ level }) => level === 'error').length +
      problems.filter(({ severity }) => severity === 'error').length,
  }
}

function tally(sections: readonly CheckSection[]): string {
  const { fine, warnings, errors } = tallyOf(sections)
  return `${fine} fine · ${warnings} to look at · ${errors} to fix`
}
