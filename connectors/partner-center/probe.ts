// What this connection can see: who it acts as, whether the list may be read, what can be mapped, how long the sign-in
// lives, and what is new at Partner Center. Reads only. Whether it may write is only shown by writing.

import {
  type FieldSchema,
  type Finding,
  type Host,
  type Instant,
  isSyncError,
  type KeptSignIn,
  type Kind,
  type KindSchema,
  msOf,
  type Probe,
  type Property,
  REFERRAL,
} from '#spi'
import type { Api, ListPage } from './api.ts'
import type { Auth } from './auth.ts'
import { codes } from './codes.ts'
import { newsIn, properties } from './properties.ts'
import type { Settings } from './settings.ts'
import { signIn } from './sign-in.ts'
import { accountIn, tenantIn } from './token.ts'
import type { Registrations } from './webhook/registration.ts'

export interface ProbeParts {
  readonly api: Api
  readonly auth: Auth
  readonly host: Host
  readonly settings: Settings
  readonly registrations: Registrations
}

export async function probe(parts: ProbeParts, kinds: readonly Kind[], signal: AbortSignal): Promise<Probe> {
  const { api, auth, host, settings } = parts
  const token = await auth.token('referrals')
  const sample = await api.first({ top: 10, orderBy: 'updatedDateTime desc' }, signal)
  const kept = await signIn.kept(settings, host)
  const account = (token && accountIn(token)) ?? kept?.account ?? named(settings)
  return {
    account,
    organization: settings.tenant.toLowerCase(),
    label: `Partner Center, tenant ${settings.tenant}, ${new URL(settings.endpoint).host}`,
    kinds: kinds.includes(REFERRAL) ? [referralSchema] : [],
    owners: [],
    currencies: [],
    findings: [
      { level: 'ok', what: `signed in as ${account}` },
      ...tenantFindings(token, settings),
      { level: 'ok', what: 'can read referrals' },
      ...credentialFindings(kept, settings, host.clock.now()),
      ...(await webhookFindings(parts, signal)),
      ...newsFindings(sample),
    ],
    ...(kept?.until ? { credentialEnds: kept.until } : {}),
  }
}

function named({ auth }: Settings): string {
  return auth.flow === 'none' ? 'nobody (no sign-in is asked for)' : (auth.signedInAs ?? 'an account that is not named')
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Only where both are ids can they be compared; a domain says nothing about the id. */
function tenantFindings(token: string | null, { tenant }: Settings): readonly Finding[] {
  const issued = token === null ? null : tenantIn(token)
  if (issued === null || !guid.test(tenant) || issued.toLowerCase() === tenant.toLowerCase()) return []
  const entry = codes['DB-1212']
  return [{ level: 'error', code: 'DB-1212', what: entry?.title ?? '', fix: entry?.fix ?? '', who: 'operations' }]
}

const warnBeforeMs = 14 * 24 * 60 * 60 * 1_000

function credentialFindings(kept: KeptSignIn | null, { auth }: Settings, now: Instant): readonly Finding[] {
  if (auth.flow === 'none') return []
  if (!kept?.until) return [{ level: 'ok', what: 'the sign-in is renewed by use; when it was given is not known' }]
  const what = `the sign-in is renewed by use; unused it would last until ${kept.until.slice(0, 10)}`
  const isShort = msOf(kept.until) - msOf(now) < warnBeforeMs
  return [{ level: isShort ? 'warning' : 'ok', what }]
}

/** Whom Partner Center calls, where we ask to be called. Polling goes on in any case, so this is never an error. */
async function webhookFindings(
  { registrations, settings }: ProbeParts,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const wanted = settings.webhook?.url
  if (wanted === undefined) return []
  try {
    const registered = await registrations.registered(signal)
    if (registered?.url === wanted) return [{ level: 'ok', what: 'Partner Center calls this daemon' }]
    return [
      uncalled(
        registered
          ? `Partner Center calls ${URL.parse(registered.url)?.origin ?? 'another address'}`
          : 'Partner Center calls nobody',
      ),
    ]
  } catch (error) {
    if (!isSyncError(error)) throw error
    return [uncalled(`whom Partner Center calls could not be read (${error.code})`)]
  }
}

const uncalled = (what: string): Finding => ({
  level: 'warning',
  code: 'DB-1213',
  what,
  consequence: 'Changes are seen at the next poll, not at once.',
  fix: codes['DB-1213']?.fix ?? '',
  who: 'Partner Center admin',
})

function newsFindings({ referrals }: ListPage): readonly Finding[] {
  const paths = new Set(referrals.flatMap(({ body }) => newsIn(body).map(({ path }) => path)))
  if (paths.size === 0) return []
  const some = [...paths].toSorted().slice(0, 10).join(', ')
  return [
    {
      level: 'warning',
      code: 'DB-1211',
      what: `Partner Center sends what this version does not know: ${some}`,
      consequence: 'It is kept with each referral and shown; mappings cannot use it yet.',
      who: 'dealbridge',
    },
  ]
}

/** The classified properties in the words of a schema. Whole objects are not fields. */
const referralSchema: KindSchema = {
  kind: REFERRAL,
  label: 'Referral',
  fields: properties.flatMap((property) => fieldOf(property) ?? []),
  ownedBy: [],
}

function fieldOf({ path, type, direction, about, values }: Property): FieldSchema | null {
  if (type === 'object') return null
  return {
    name: path,
    label: about,
    type,
    creatable: false,
    updatable: direction === 'both',
    required: false,
    unique: path === 'id' || path === 'externalReferenceId',
    ...(values ? { choices: values.map((value) => ({ value, label: value, active: true })) } : {}),
  }
}
