import { describe, expect, test } from 'vitest'
import { openMetrics } from '#platform/metrics'

const lines = async (use: (metrics: ReturnType<typeof openMetrics>) => void): Promise<readonly string[]> => {
  const metrics = openMetrics({ version: '1.4.2' })
  use(metrics)
  return (await metrics.text()).split('\n').filter((line) => !line.startsWith('#') && line !== '')
}

describe('each fact under its name', () => {
  test('the version that runs', async () => {
    expect(await lines(() => undefined)).toContain(
      `dealbridge_build_info{version="1.4.2",node="${process.versions.node}"} 1`,
    )
  })
  test('pipelines', async () => {
    const text = await lines((metrics) => {
      metrics.run('cosell', 'done', 5_400)
      metrics.changes({ pipeline: 'cosell', direction: 'toCrm', action: 'create', result: 'written' }, 3)
      metrics.step('cosell', { inStep: 191, waiting: 2, stuck: 6 })
      metrics.succeeded('cosell', 1_795_000_000_000)
      metrics.unanswered('cosell', { lt4h: 0, lt24h: 1, lt72h: 2, lt14d: 6 }, 1_795_000_020_000)
      metrics.expired('cosell', 1)
      metrics.answered('cosell', 'lead', 3_600_000)
      metrics.lag('cosell', 'toCrm', 38_000)
      metrics.held('cosell', { 'DB-3207': 6, 'DB-2110': 1 })
    })
    for (const line of [
      'dealbridge_run_duration_seconds_sum{pipeline="cosell",result="done"} 5.4',
      'dealbridge_changes_total{pipeline="cosell",direction="toCrm",action="create",result="written"} 3',
      'dealbridge_referrals{pipeline="cosell",state="in_step"} 191',
      'dealbridge_referrals{pipeline="cosell",state="stuck"} 6',
      'dealbridge_last_success_timestamp_seconds{pipeline="cosell"} 1795000000',
      'dealbridge_unanswered_referrals{pipeline="cosell",left="lt24h"} 1',
      'dealbridge_next_answer_deadline_timestamp_seconds{pipeline="cosell"} 1795000020',
      'dealbridge_expired_referrals_total{pipeline="cosell"} 1',
      'dealbridge_response_time_seconds_sum{pipeline="cosell",kind="lead"} 3600',
      'dealbridge_end_to_end_lag_seconds_sum{pipeline="cosell",direction="toCrm"} 38',
      'dealbridge_held_changes{pipeline="cosell",code="DB-3207"} 6',
    ])
      expect(text).toContain(line)
  })
  test('connections', async () => {
    const text = await lines((metrics) => {
      metrics.call({ connection: 'salesforce', call: 'query.run', outcome: '2xx', ms: 142 })
      metrics.budget('salesforce', 0.2)
      metrics.credentialExpiry('salesforce', 'certificate', 1_803_945_600_000)
      metrics.drift('salesforce', { breaking: 1 })
    })
    for (const line of [
      'dealbridge_api_requests_total{connection="salesforce",call="query.run",outcome="2xx"} 1',
      'dealbridge_api_request_duration_seconds_sum{connection="salesforce"} 0.142',
      'dealbridge_api_budget_used_ratio{connection="salesforce"} 0.2',
      'dealbridge_credential_expiry_timestamp_seconds{connection="salesforce",kind="certificate"} 1803945600',
      'dealbridge_schema_drift{connection="salesforce",severity="breaking"} 1',
    ])
      expect(text).toContain(line)
  })
})

test('what is no longer held is no longer shown, for this pipeline only', async () => {
  const text = await lines((metrics) => {
    metrics.held('a', { 'DB-1': 1, 'DB-2': 2 })
    metrics.held('b', { 'DB-1': 5 })
    metrics.held('a', { 'DB-2': 3 })
    metrics.unanswered('a', { lt4h: 0, lt24h: 0, lt72h: 0, lt14d: 1 }, 1_000)
    metrics.unanswered('a', { lt4h: 0, lt24h: 0, lt72h: 0, lt14d: 0 }, null)
  })
  expect(text.filter((line) => line.startsWith('dealbridge_held'))).toEqual([
    'dealbridge_held_changes{pipeline="a",code="DB-2"} 3',
    'dealbridge_held_changes{pipeline="b",code="DB-1"} 5',
  ])
  expect(text.some((line) => line.startsWith('dealbridge_next_answer'))).toBe(false)
})

test('two registries share nothing', async () => {
  const first = openMetrics({ version: '1' })
  const second = openMetrics({ version: '2' })
  first.expired('a', 1)
  expect(await second.text()).not.toContain('pipeline="a"')
  expect(first.contentType).toContain('text/plain')
})
