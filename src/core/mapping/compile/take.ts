// Which referrals the mapping takes. A condition that cannot be worked out takes nothing: a deal is rather left alone
// and shown with the reason than written by mistake.

import { Stop } from '../../formula/formula.ts'
import type { TakeDocument } from '../document/finding.ts'
import { headOf } from '../grammar/form.ts'
import type { Env, Mapping, Rule, Taken } from '../mapping.ts'
import { conditionOf, type Condition } from './conditions.ts'
import type { Desk } from './desk.ts'

const everything: Taken = { taken: true }

interface Exception {
  readonly holds: Condition
  readonly because: string
  readonly rule: Rule
}

export function compileTake(desk: Desk, document: TakeDocument | undefined): Mapping['take'] {
  if (!document) return () => everything
  const when = conditionOf(desk, document.when)
  const rule = desk.rule(document.when?.node ?? headOf(document.node), 'take.when')
  const exceptions = (document.unless?.items ?? []).flatMap((item, index): readonly Exception[] => {
    const holds = conditionOf(desk, item.when)
    if (!holds || !item.because) return []
    return [{ holds, because: item.because.value, rule: desk.rule(headOf(item.node), `take.unless[${index}]`) }]
  })
  return (env) => decide(env, { when, rule, exceptions })
}

interface Decision {
  readonly when: Condition | undefined
  readonly rule: Rule
  readonly exceptions: readonly Exception[]
}

function decide(env: Env, { when, rule, exceptions }: Decision): Taken {
  const wanted = when ? when(env) : true
  if (wanted instanceof Stop) return unclear(wanted, rule)
  if (!wanted) return { taken: false, because: 'It is not one that this mapping takes.', rule }
  for (const exception of exceptions) {
    const holds = exception.holds(env)
    if (holds instanceof Stop) return unclear(holds, exception.rule)
    if (holds) return { taken: false, because: exception.because, rule: exception.rule }
  }
  return everything
}

const unclear = ({ message }: Stop, rule: Rule): Taken => ({
  taken: false,
  because: `Whether this mapping takes it cannot be told: ${message}.`,
  rule,
})
