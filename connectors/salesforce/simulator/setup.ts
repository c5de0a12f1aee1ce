// What Fabrikam's administrator does in Setup, for stories that need no field names.

import { kind, type AdminsHands } from '#spi'
import type { Admin } from './index.ts'

const Opportunity = kind('Opportunity')

export function adminsHands(admin: Admin): AdminsHands {
  return {
    renameField: () => {
      const [from, to] = ['Partner_Update__c', 'News_for_Microsoft__c'] as const
      admin.renameField(Opportunity, from, to)
      return { from, to }
    },
    removeStage: () => {
      const stage = 'Value Proposition'
      admin.setValue(Opportunity, 'StageName', stage, false)
      return stage
    },
  }
}
