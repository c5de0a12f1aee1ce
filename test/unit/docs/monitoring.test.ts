// The metrics page, the alert rules and the board speak of metrics there are, and of none that nobody reports.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { openMetrics } from '#platform/metrics'
import { sourceFiles } from '../../architecture/tree.ts'
import { root } from './pages.ts'

const read = (...path: readonly string[]): string => readFileSync(join(root, 'docs', ...path), 'utf8')

/** What the registry knows, by the method that reports it. */
const reportedBy: Readonly<Record<string, string>> = {
  dealbridge_build_info: 'build',
  dealbridge_last_success_timestamp_seconds: 'succeeded',
  dealbridge_run_duration_seconds: 'run',
  dealbridge_changes_total: 'changes',
  dealbridge_referrals: 'step',
  dealbridge_held_changes: 'held',
  dealbridge_unanswered_referrals: 'unanswered',
  dealbridge_next_answer_deadline_timestamp_seconds: 'unanswered',
  dealbridge_api_requests_total: 'call',
  dealbridge_api_request_duration_seconds: 'call',
  dealbridge_schema_drift: 'drift',
  dealbridge_expired_referrals_total: 'expired',
  dealbridge_response_time_seconds: 'answered',
  dealbridge_end_to_end_lag_seconds: 'lag',
  dealbridge_api_budget_used_ratio: 'budget',
  dealbridge_credential_expiry_timestamp_seconds: 'credentialExpiry',
}

const program = sourceFiles()
  .filter(({ path }) => !path.endsWith('/metrics.ts'))
  .map(({ text }) => text)
  .join('\n')
const isReported = (name: string): boolean =>
  reportedBy[name] === 'build' || new RegExp(`(?:metrics|meter)\\??\\.${reportedBy[name]}\\(`).test(program)

const [told = '', untold = ''] = read('reference', 'metrics.md').split('**not reported**')
const namesIn = (text: string): readonly string[] =>
  [...new Set([...text.matchAll(/dealbridge_[a-z_]+/g)].map(([name]) => name))].toSorted()

test('the page names every metric there is, with its labels', async () => {
  const known = [...(await openMetrics({ version: '1' }).text()).matchAll(/^# TYPE (\S+)/gm)].map(
    ([, name = '']) => name,
  )
  expect(known.toSorted()).toEqual(Object.keys(reportedBy).toSorted())
  expect(namesIn(told + untold)).toEqual(known.toSorted())
})

test('the page says truly which of them are reported', () => {
  expect(namesIn(told).filter((name) => !isReported(name))).toEqual([])
  const alsoNamed = new Set(namesIn(told))
  expect(namesIn(untold).filter((name) => isReported(name) && !alsoNamed.has(name))).toEqual([])
})

const base = (name: string): string => name.replace(/_(?:bucket|count|sum)$/, '')
const Rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z
        .array(
          z.strictObject({
            alert: z.string().regex(/^Dealbridge[A-Z]\w+$/),
            expr: z.string(),
            for: z.string().optional(),
            labels: z.object({ severity: z.enum(['warning', 'critical']) }),
            annotations: z.object({ summary: z.string(), action: z.string() }),
          }),
        )
        .min(5),
    }),
  ),
})
const Board = z.object({
  title: z.string(),
  panels: z
    .array(z.object({ id: z.int(), title: z.string(), targets: z.array(z.object({ expr: z.string() })).min(1) }))
    .min(8),
})

test('alert rules are rules, and rest on what is reported', () => {
  const { groups } = Rules.parse(parse(read('monitoring', 'alerts.yaml')))
  const expressions = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)).join('\n')
  expect(namesIn(expressions).filter((name) => !isReported(base(name)))).toEqual([])
})

test('the board is a board, and shows what is reported', () => {
  const { panels } = Board.parse(JSON.parse(read('monitoring', 'board.json')))
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n')
  expect(namesIn(expressions).filter((name) => !isReported(base(name)))).toEqual([])
})
