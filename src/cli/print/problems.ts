// What is stuck, by cause: how many deals it holds, since when, how it is mended, and whose turn it is.

import type { Instant } from '#core/model/instant'
import type { ProblemGroup } from '#control/answers'
import type { Paint } from './paint.ts'
import { clip, when } from './words.ts'

export interface ProblemsPrint {
  readonly paint: Paint
  readonly zone: string
  readonly now: Instant
}

export function problemLines(groups: readonly ProblemGroup[], { paint, zone, now }: ProblemsPrint): readonly string[] {
  if (groups.length === 0) return ['Nothing is stuck, and nothing waits for an answer.']
  const head = `${'HELD'.padStart(4)}  ${'CAUSE'.padEnd(62)} ${'SINCE'.padEnd(13)} ${'WHO'.padEnd(20)} CODE`
  return [
    paint.bold(head),
    ...groups.flatMap((group) => [
      `${(group.what === 'pipeline' ? 'all' : String(group.count)).padStart(4)}  ${clip(group.message, 62).padEnd(62)} ${when(group.since, now, zone).padEnd(13)} ${group.who.padEnd(20)} ${group.code}`,
      ...(group.message.length > 62 ? [`      ${clip(group.message, 160)}`] : []),
      ...(group.fix ? [`      Fix: ${clip(group.fix, 160)}`] : []),
      ...(group.examples.length > 0 ? [paint.dim(`      ${group.pipeline}: ${group.examples.join(', ')}`)] : []),
    ]),
  ]
}
