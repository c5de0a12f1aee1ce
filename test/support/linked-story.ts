// A linked and accepted deal, told by what differs from everything being agreed.

import type { Fields } from '#spi'
import type { Link } from '#core/model/link'
import type { Plan } from '#core/reconcile/plan'
import type { FakeReferral } from '#testkit/fake-source'
import { dealMapping, type DealMappingOptions } from './deal-mapping.ts'
import { linkAfter, linkOf, planDeal } from './deal-plan.ts'

export const accepted: FakeReferral = { stage: 'Accepted', step: 'Qualified' }

export interface LinkedStory {
  readonly details?: FakeReferral['details']
  readonly deal?: Fields
  readonly link?: Link
  readonly mapping?: DealMappingOptions
}

export const planned = ({ details = {}, deal = {}, link = linkOf('R-1'), mapping = {} }: LinkedStory): Plan =>
  planDeal({ referral: { ...accepted, details }, deal, link }, { mapping: dealMapping(mapping) })

export const after = (story: LinkedStory): Link => linkAfter(planned(story), story.link ?? linkOf('R-1'))
