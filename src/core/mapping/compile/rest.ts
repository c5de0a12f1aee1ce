// The short sections: what sellers see, house rules, and the phase as a lead.

import { Stop } from '../../formula/formula.ts'
import type { CheckDocument, LeadDocument, MappingDocument, StatusDocument } from '../document/document.ts'
import { headOf, type Placed } from '../grammar/form.ts'
import type { Check, LeadPhase, Policy, StatusFields } from '../mapping.ts'
import { listed } from '../notes.ts'
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

export function compileLead(desk: Desk, document: LeadDocument | undefined, policy: Policy): LeadPhase | null {
  if (!document?.record) return null
  checkLeadKind(desk, document.record)
  const record = desk.kind(document.record)
  const when = conditionOf(desk, document.when)
  const documents = document.fields?.items ?? []
  const rows = documents.flatMap(
    (row, index) => compileRow(desk, row, { kind: record, key: `lead.fields[${index}]`, policy }) ?? [],
  )
  for (const { direction } of documents) {
    if (direction?.value !== 'toReferral' && direction?.value !== 'both') continue
    const what = 'A lead only takes values from the referral: nobody has answered it yet.'
    desk.notes.error(direction.node, 'DB-2145', what, { fix: 'direction: toCrm' })
  }
  if (!when) return null
  return {
    record,
    when: (env) => when(env) === true,
    onAccept: document.onAccept?.value ?? 'qualify',
    rows,
    rule: desk.rule(headOf(document.node), 'lead'),
  }
}

function checkLeadKind(desk: Desk, { value, node }: Placed<string>): void {
  const { lead, label } = desk.world.target
  if (!lead) {
    const what = `Leads of ${label} cannot wait for an answer: take them as deals.`
    desk.notes.error(node, 'DB-2146', what, { fix: 'take the section "lead" out' })
  } else if (lead.kind !== value) {
    const more = { hint: `did you mean "${lead.kind}"?`, edit: { start: node.start, end: node.end, text: lead.kind } }
    desk.notes.error(node, 'DB-2146', `"${value}" is not the kind of record that leads are in ${label}.`, more)
  }
}

/**
 * A lead carries the id of its referral, its owner and what its seller sees, just as the deal will; and what tells how
 * it stands is read with it, though no row names it.
 */
export function checkLeadFields(
  desk: Desk,
  { lead, statusInCrm }: MappingDocument,
  { keyField, ownerField }: { readonly keyField: string | null; readonly ownerField: string | null },
): void {
  const model = desk.world.target.lead
  if (!lead?.record || !model || model.kind !== lead.record.value) return
  const schema = desk.schemaOf(model.kind)
  const shown = [statusInCrm?.state, statusInCrm?.message, statusInCrm?.answerBy, statusInCrm?.link]
  const names = [keyField, ownerField, ...shown.map((field) => field?.value ?? null)].filter((name) => name !== null)
  const states = [model.open, model.qualified, model.disqualified].flatMap((fields) => Object.keys(fields))
  for (const name of [...names, ...states, model.becameField]) desk.use(model.kind, name)
  const missing = names.filter((name) => schema && !schema.fields.some((field) => field.name === name))
  if (missing.length === 0) return
  const what = `A ${model.kind} has no ${listed(missing)}, which this mapping writes while a referral waits as one.`
  desk.notes.error(lead.record.node, 'DB-2146', what, {
    fix: `add ${missing.length === 1 ? 'the field' : 'the fields'} to the table of leads`,
  })
}
