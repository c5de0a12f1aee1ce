// From what the list shows to what the house takes: of the kinds that were asked for, one record for each deal. The
// second referral of a co-sell, Microsoft's, is no deal of its own: it is folded into ours, or left out.

import { type Host, isClosed, type VendorRecord } from '#spi'
import type { Api } from './api.ts'
import { isMicrosoftCopy, sortOf } from './kinds.ts'
import { quoted } from './links.ts'
import { stageFrom } from './lifecycle.ts'
import { sameText, text } from './peek.ts'
import { newsIn } from './properties.ts'
import { type Referral, toRecord } from './referral.ts'
import type { Settings, takes } from './settings.ts'

export interface Reader {
  records(referrals: readonly Referral[], options: ReadOptions, signal: AbortSignal): Promise<readonly VendorRecord[]>
  /** Every referral of an engagement. */
  engagement(id: string, signal: AbortSignal): Promise<readonly Referral[]>
}

export interface ReadOptions {
  /** Read the connected referrals of open co-sell deals too. */
  readonly microsoft: boolean
  /** Whatever its kind: for a referral that was asked for by name. */
  readonly everyKind?: boolean
}

export function openReader(api: Api, host: Host, settings: Settings): Reader {
  const report = reportNews(host)
  const isForeign = (referral: Referral): boolean => isMicrosoftCopy(referral.body) || isOfAnother(referral, settings)
  const isTaken = (referral: Referral): boolean => takesKind(settings, sortOf(referral.body).kind)

  async function engagement(id: string, signal: AbortSignal): Promise<readonly Referral[]> {
    const page = await api.first({ filter: `engagementId eq ${quoted(id)}` }, signal)
    return page.referrals
  }

  async function ours(referral: Referral, microsoft: boolean, signal: AbortSignal): Promise<VendorRecord> {
    report(referral)
    const engagementId = text(referral.body, 'engagementId')
    if (!microsoft || engagementId === null || !mayChangeAtMicrosoft(referral)) return toRecord(referral)
    const all = await engagement(engagementId, signal)
    return toRecord(
      referral,
      all.filter(({ id }) => id !== referral.id),
    )
  }

  /** Microsoft's side moved: that is news of our own deal. */
  async function behind(copy: Referral, signal: AbortSignal): Promise<readonly VendorRecord[]> {
    const engagementId = text(copy.body, 'engagementId')
    if (engagementId === null) return []
    const all = await engagement(engagementId, signal)
    const own = all.filter((referral) => !isForeign(referral))
    return own.map((referral) =>
      toRecord(
        referral,
        all.filter(({ id }) => id !== referral.id),
      ),
    )
  }

  return {
    engagement,
    records: async (referrals, { microsoft, everyKind = false }, signal) => {
      const records: VendorRecord[] = []
      for (const referral of referrals) {
        if (!everyKind && !isTaken(referral)) continue
        if (!isForeign(referral)) records.push(await ours(referral, microsoft, signal))
        else if (microsoft || everyKind) records.push(...(await behind(referral, signal)))
      }
      return records
    },
  }
}

/** Told apart only where the settings name our own organisation. */
function isOfAnother({ body }: Referral, { organizationId }: Settings): boolean {
  const owner = text(body, 'organizationId')
  return organizationId !== undefined && owner !== null && !sameText(owner, organizationId)
}

function mayChangeAtMicrosoft({ body }: Referral): boolean {
  const stage = stageFrom(text(body, 'status'), text(body, 'substatus'))
  return sameText(text(body, 'type'), 'Shared') && (stage === null || !isClosed(stage))
}

type Take = (typeof takes)[number]
const asked: Readonly<Record<ReturnType<typeof sortOf>['kind'], readonly Take[]>> = {
  lead: ['leads'],
  cosell: ['cosell'],
  own: ['own', 'cosell'],
  partnerToPartner: ['partnerToPartner'],
  solutionAssessment: ['solutionAssessments'],
  // What we cannot tell is shown rather than hidden.
  unknown: ['leads', 'cosell', 'own', 'partnerToPartner', 'solutionAssessments'],
}

function takesKind({ read: { include } }: Settings, kind: keyof typeof asked): boolean {
  return include === undefined || asked[kind].some((take) => include.includes(take))
}

/** Each property and each value that this version does not know is told once, by its path alone. */
function reportNews(host: Host): (referral: Referral) => void {
  const told = new Set<string>()
  return ({ body }) => {
    if (told.size > 1_000) return
    for (const { path, what } of newsIn(body)) {
      if (told.has(path)) continue
      told.add(path)
      host.log.info(`partner-center.new-${what}`, { code: 'DB-1211', field: path })
    }
  }
}
