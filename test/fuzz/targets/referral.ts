// One referral as Partner Center could send it, from its JSON to the plan of a new deal: whatever a field, a status or a
// list turns out to be (I38).

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { facts } from '../../../connectors/partner-center/facts.ts'
import { moves, stepNames } from '../../../connectors/partner-center/lifecycle.ts'
import { newsIn } from '../../../connectors/partner-center/properties.ts'
import { parseReferral, toRecord } from '../../../connectors/partner-center/referral.ts'
import { situationOf } from '#core/mapping/testing/situation'
import { isObject } from '#core/model/json'
import { parseJson } from '#core/model/json-text'
import { planAll } from '#core/reconcile/plan-all'
import { compiled, salesforce } from '../../unit/core/mapping/support.ts'
import { root } from '../coverage.ts'
import type { Target } from '../target.ts'

const folder = join(root, 'mappings')
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const fixtures = ['cosell-inbound-de', 'cosell-accepted', 'lead-contact-me-br']

const { mapping, tests } = compiled(read('salesforce.opportunity.yaml'), salesforce)
const source = {
  label: 'Partner Center',
  moves,
  reasonField: 'statusReason',
  step: { field: 'salesStage', write: stepNames },
}
const house = { mapping, source, target: salesforce.target, facts, currencies: new Set(['EUR', 'CHF', 'USD']) }
const limits = { perRun: 100, shareOfLinked: 1, creates: 100, outcomes: 100, vanished: { count: 10, share: 1 } }
const options = { limits, linked: 1, read: { referrals: 1, records: 1 }, approved: { changes: true, outcomes: 0 } }

export const target: Target = {
  name: 'referral',
  covers: ['connectors/partner-center', 'src/core/model', 'src/core/mapping', 'src/core/reconcile', 'src/core/formula'],
  seeds: () => fixtures.map((name) => Buffer.from(read(`fixtures/${name}.json`))),
  bytesMax: 8_000,
  burst: 200,
  run: (input) => {
    const referral = parseReferral(parseJson(input.toString('utf8')))
    const [test] = tests
    if (!referral || !test) return 0
    const record = toRecord(referral)
    const { frame, view } = situationOf(
      house,
      { ...test, given: { ...test.given, changes: {}, linked: null, crm: {} } },
      record.fields,
    )
    if (!isObject(view.referral?.fields)) throw new Error('no referral')
    const plan = planAll(frame, [view], options)
    return JSON.stringify([plan, newsIn(referral.body)]).length
  },
}
