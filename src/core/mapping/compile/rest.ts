// The short sections: what sellers see, house rules, and the phase as a lead.

import { Stop } from '../../formula/formula.ts'
import type { Kind } from '../../model/ids.ts'
import type { CheckDocument, LeadDocument, StatusDocument } from '../document/document.ts'
import { headOf, type Placed } from '../grammar/form.ts'
import type { Check, LeadPhase, Policy, StatusFields } from '../mapping.ts'
import { conditionOf } from './conditions.ts'
import type { Desk } from './desk.ts'
import { compileRow } from './row.ts'
import { fieldTypeWords } from './words.ts'

export function compileStatus(desk: Desk, document: StatusDocument | undefined): StatusFields | null {
  if (!document) return null
  return {
    state: statusField(desk, document.state, 'text'),
    message: statusField(desk, document.message, 'text'),
    answerBy: statusField(desk, document.answerBy, 'instant'),
    link: statusField(desk, document.link, 'text'),
  }
}

function statusField(desk: Desk, name: Placed<string> | undefined, type: 'text' | 'instant'): string | null {
  if (!name) return null
  const { schema, full } = desk.field(name)
  if (schema && schema.type !== type) {
    const what = `${full} is a field for ${fieldTypeWords(schema.type)}; this needs one for ${fieldTypeWords(type)}.`
    desk.notes.error(name.node, 'DB-2105', what)
  } else if (schema && !schema.updatable) {
    desk.notes.error(name.node, 'DB-2102', `${full} cannot be written by the account dealbridge uses.`)
  }
  return full
}

export function compileChecks(desk: Desk, documents: readonly CheckDocument[]): readonly Check[] {
  return documents.flatMap((document, index): readonly Check[] => {
    const holds = conditionOf(desk, document.require)
    if (!document.before || !holds || !document.message) return []
    return [
      {
        before: document.before.value,
        // A rule that cannot be worked out is not known to hold.
        passes: (env) => {
          const answer = holds(env)
          return !(answer instanceof Stop) && answer
        },
        message: document.message.value,
        code: 'DB-2208',
        rule: desk.rule(headOf(document.node), `checks[${index}]`),
      },
    ]
  })
}

/** What tells how a lead stands has to be read with it, though no row names it. */
function useOfLeads(desk: Desk, record: Kind): void {
  const { lead } = desk.world.target
  if (!lead) return
  for (const fields of [lead.open, lead.qualified, lead.disqualified])
    for (const name of Object.keys(fields)) desk.use(record, name)
  desk.use(record, lead.becameField)
}

export function compileLead(desk: Desk, document: LeadDocument | undefined, policy: Policy): LeadPhase | null {
  if (!document?.record) return null
  const record = desk.kind(document.record)
  const when = conditionOf(desk, document.when)
  const rows = (document.fields?.items ?? []).flatMap(
    (row, index) => compileRow(desk, row, { kind: record, key: `lead.fields[${index}]`, policy }) ?? [],
  )
  for (const { direction } of document.fields?.items ?? []) {
    if (direction?.value !== 'toReferral' && direction?.value !== 'both') continue
    const what = 'A lead only takes values from the referral: nobody has answered it yet.'
    desk.notes.error(direction.node, 'DB-2145', what, { fix: 'direction: toCrm' })
  }
  useOfLeads(desk, record)
  if (!when) return null
  return {
    record,
    when: (env) => when(env) === true,
    onAccept: document.onAccept?.value ?? 'qualify',
    rows,
    rule: desk.rule(headOf(document.node), 'lead'),
  }
}
