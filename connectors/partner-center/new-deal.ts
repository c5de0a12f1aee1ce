// The body of a new deal, made from the fields of a planned create: the partner's own deal, private, visible to
// Microsoft's sellers or shared with Microsoft; and the second referral by which Microsoft is invited.

import { bare, type Fields, isList, type Json, type JsonObject, type JsonOut, type NeedsHuman } from '#spi'
import type { NewBody } from './api.ts'
import { assistanceFrom } from './assistance.ts'
import { cannotWrite } from './faults.ts'
import { always, given, told, withWholePeople } from './given.ts'
import { MICROSOFT, type Visibility } from './kinds.ts'
import { text } from './peek.ts'
import type { Referral } from './referral.ts'

export interface NewDeal {
  readonly body: NewBody
  /** The reference by which the deal is found again. */
  readonly reference: string
  /** What Microsoft is asked to help with; null for a deal without Microsoft. */
  readonly help: string | null
}

export function newDeal(of: Fields, key: string): NewDeal | NeedsHuman {
  const fields = withWholePeople(of)
  const parts: Record<string, JsonOut> = bare<JsonOut>()
  for (const [path, value] of Object.entries(fields)) {
    if (told.has(path)) continue
    const write = Object.hasOwn(given, path) ? given[path] : undefined
    if (!write) return cannotWrite('DB-3407', `${path} cannot be given for a new deal.`, path)
    const wire = write(value)
    if (!wire.ok) return cannotWrite('DB-3411', `${path}: ${wire.why}.`, path)
    parts[path] = wire.value
  }
  const help = helpIn(fields)
  if (help === undefined) return cannotWrite('DB-3411', 'ref.helpRequired: it is not one of the kinds of help.')
  const visibility = visibilityIn(fields, help)
  const lacking = lackingIn(fields, visibility)
  if (lacking.length > 0) return cannotWrite('DB-3408', `${lacking.join(', ')}.`, lacking[0] ?? null)
  const reference = text(fields, 'externalReferenceId') ?? key
  return {
    body: bodyOf(parts, reference, visibility),
    reference,
    help: visibility === 'shared' ? (help ?? 'GeneralOrOther') : null,
  }
}

function helpIn(fields: Fields): string | null | undefined {
  const value = Object.hasOwn(fields, 'ref.helpRequired') ? fields['ref.helpRequired'] : null
  if (value === null) return null
  return typeof value === 'string' ? assistanceFrom(value) : undefined
}

function visibilityIn(fields: Fields, help: string | null): Visibility {
  if (help !== null || fields['ref.visibility'] === 'shared') return 'shared'
  const seen = fields['consent.consentToShareReferralWithMicrosoftSellers'] === true
  return seen || fields['ref.visibility'] === 'visible' ? 'visible' : 'private'
}

/** What Partner Center asks besides, once Microsoft is to take part. */
const withMicrosoft = ['details.requirements.solutions', 'customerProfile.team'] as const
const consents = ['consent.consentToContact', 'consent.consentToToShareInfoWithOthers'] as const

function lackingIn(fields: Fields, visibility: Visibility): readonly string[] {
  const missing: readonly string[] = always.filter((path) => !isFilled(fields, path))
  if (visibility !== 'shared') return missing
  return [
    ...missing,
    ...withMicrosoft.filter((path) => !isFilled(fields, path)),
    ...consents.filter((path) => fields[path] !== true).map((path) => `${path} (the customer has to agree)`),
  ]
}

function isFilled(fields: Fields, path: string): boolean {
  const value = Object.hasOwn(fields, path) ? fields[path] : null
  return value !== undefined && value !== null && value !== '' && !(isList(value) && value.length === 0)
}

function bodyOf(parts: Readonly<Record<string, JsonOut>>, reference: string, visibility: Visibility): NewBody {
  const own = nested({ ...parts, externalReferenceId: reference })
  const shared = visibility === 'shared'
  const [solutionId] = solutionIds(parts['details.requirements.solutions'])
  return {
    ...own,
    qualification: 'SalesQualified',
    type: shared ? 'Shared' : 'Independent',
    consent: {
      consentToToShareInfoWithOthers: parts['consent.consentToToShareInfoWithOthers'] ?? false,
      consentToContact: parts['consent.consentToContact'] ?? false,
      consentToMicrosoftToContactSpecificPartners:
        parts['consent.consentToMicrosoftToContactSpecificPartners'] ?? false,
      consentToShareReferralWithMicrosoftSellers: visibility !== 'private',
    },
    target: shared && solutionId !== undefined ? [{ type: 'SolutionProfile', id: solutionId }] : [],
  }
}

/** The second referral of an engagement: the same deal, addressed to Microsoft. */
export function invitation(own: Referral, help: string): NewBody {
  const { name, qualification, customerProfile, details, team, engagementId, consent } = own.body
  return {
    name,
    qualification: qualification ?? 'SalesQualified',
    type: 'Shared',
    engagementId,
    customerProfile,
    consent: { ...(consent as JsonObject | undefined), consentToShareReferralWithMicrosoftSellers: true },
    details,
    team: team ?? [],
    target: [{ type: 'BusinessProfileLocation', id: MICROSOFT }],
    inviteContext: { assistanceRequestCode: help, notes: text(details, 'notes') },
  }
}

function solutionIds(value: JsonOut): readonly string[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((one: Json) => text(one, 'id') ?? [])
}

/** Dotted paths as objects. The paths are the table's own. */
function nested(parts: Readonly<Record<string, JsonOut>>): NewBody {
  const tree: Record<string, JsonOut> = bare<JsonOut>()
  const groups = new Map<string, Record<string, JsonOut>>()
  for (const [path, value] of Object.entries(parts)) {
    const [head = '', ...rest] = path.split('.')
    if (rest.length === 0) tree[head] = value
    else groups.set(head, { ...groups.get(head), [rest.join('.')]: value })
  }
  for (const [head, inner] of groups) tree[head] = nested(inner)
  return tree
}
