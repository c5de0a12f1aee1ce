// A formula, on the first line, and what it looks at, as JSON on the second: the referral, then the CRM's record.

import { compileFormula, Stop } from '#core/formula/formula'
import { functions } from '#core/formula/functions'
import { any, namesOf, type ObjectType } from '#core/formula/types'
import { textMax } from '#core/formula/values'
import type { Instant } from '#core/model/instant'
import { isObject, type JsonObject } from '#core/model/json'
import { parseJson } from '#core/model/json-text'
import { properties } from '../../unit/core/formula/support.ts'
import type { Target } from '../target.ts'

const open: ObjectType = { is: 'object', members: new Map([['crm', any]]), open: true }
const closed = namesOf(properties)
const now = '2026-11-20T14:00:00.000Z' as Instant
const data =
  '{"name":"Contoso AG","status":"New","createdDateTime":"2026-11-18T09:12:00Z","details":{"dealValue":"84000.10","notes":"<p>a</p>","startDate":"2026-12-18"},"ref":{"solutionAreas":["Azure","Security"],"wantsCallBack":true},"customerProfile":{"name":"Contoso GmbH & Co. KG","address":{"country":"DE"}}}'

export const target: Target = {
  name: 'formula',
  covers: ['src/core/formula'],
  seeds: () =>
    functions.flatMap(({ examples }) =>
      examples.map(({ formula }) => Buffer.from(`${formula}\n${data}\n{"Amount":"1"}`)),
    ),
  words: [...functions.map(({ name }) => `${name}(`), 'details.dealValue', 'ref.solutionAreas', 'crm.Amount', 'name'],
  bytesMax: 1_500,
  burst: 600,
  run: (input) => {
    const [text = '', referral = '', crm = ''] = input.toString('utf8').split('\n')
    let size = 0
    for (const names of [open, closed]) {
      const compiled = compileFormula(text, { names, zone: 'Europe/Berlin' }, 'value')
      for (const { start, end, edit, what } of compiled.problems) {
        if (what === '') throw new Error('a problem that says nothing')
        if (start < 0 || start > end || end > Math.max(1, text.length)) throw new Error('a problem that is nowhere')
        if (edit && (edit.start < 0 || edit.end > text.length)) throw new Error('mends what is not there')
      }
      size += JSON.stringify(compiled.problems).length
      if (!compiled.ok) continue
      const value = compiled.formula.run({ referral: objectIn(referral) ?? {}, crm: objectIn(crm), now })
      if (value === undefined) throw new Error('neither a value nor a reason')
      if (typeof value === 'string' && value.length > textMax) throw new Error('a text without end')
      if (!(value instanceof Stop)) size += typeof value === 'string' ? value.length : 1
    }
    return size
  },
}

function objectIn(text: string): JsonObject | null {
  const value = parseJson(text)
  return isObject(value) ? value : null
}
