// What Fabrikam's administrator added to the environment: the columns, keys and the lead mapping of our solution.

import { choice, memo, moment, text, type Column } from './columns.ts'
import type { World } from './world.ts'

const sellerView = (): readonly Column[] => [
  text('fab_pcreferralid', 100, { label: 'Partner Center referral', schemaName: 'fab_PcReferralId' }),
  text('fab_pcsyncstate', 100, { label: 'Sync state', schemaName: 'fab_PcSyncState' }),
  text('fab_pcsyncmessage', 500, { label: 'Sync message', schemaName: 'fab_PcSyncMessage' }),
  moment('fab_pcanswerby', { label: 'Answer by', schemaName: 'fab_PcAnswerBy' }),
  text('fab_pcreferrallink', 500, { label: 'Partner Center link', schemaName: 'fab_PcReferralLink', format: 'Url' }),
]

const added: Readonly<Record<string, () => readonly Column[]>> = {
  opportunity: () => [
    ...sellerView(),
    memo('fab_updateformicrosoft', 4000, { label: 'Update for Microsoft', schemaName: 'fab_UpdateForMicrosoft' }),
    text('fab_campaign', 200, { label: 'Microsoft campaign', schemaName: 'fab_Campaign' }),
    choice(
      'fab_helprequired',
      { 100000000: 'Technical expertise', 100000001: 'Pricing', 100000002: 'Customer introduction', 100000003: 'None' },
      { label: 'Help wanted from Microsoft', schemaName: 'fab_HelpRequired' },
    ),
  ],
  lead: sellerView,
  account: () => [text('fab_duns', 20, { label: 'D-U-N-S number', schemaName: 'fab_Duns' })],
  opportunityclose: () => [text('fab_lossreason', 200, { label: 'Loss reason', schemaName: 'fab_LossReason' })],
}

export function addOurColumns(world: World): void {
  for (const [kind, columns] of Object.entries(added)) {
    const table = world.table(kind)
    for (const column of columns()) table.columns.set(column.name, column)
    if (table.columns.has('fab_pcreferralid'))
      table.keys.push({ name: 'fab_pcreferralkey', columns: ['fab_pcreferralid'], status: 'Active' })
  }
  const map = world.table('attributemap')
  const entitymap = [...world.rows(world.table('entitymap')).keys()][0] ?? ''
  world.insert(map, '00000008-0000-4000-8000-000000000200', {
    sourceattributename: 'fab_pcreferralid',
    targetattributename: 'fab_pcreferralid',
    entitymapid: { kind: 'entitymap', id: entitymap },
  })
}
