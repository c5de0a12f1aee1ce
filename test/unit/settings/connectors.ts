// The connectors we ship, as main hands them to the settings.

import { CONTRACT } from '#spi'
import type { ConnectorTable } from '#settings/use'
import { originsOf, Settings } from '../../../connectors/dynamics/settings.ts'

const dynamics = { id: 'dynamics', contract: CONTRACT, settings: Settings, traits: {}, codes: {}, target: {} }

export const connectors: ConnectorTable = {
  'partner-center': async () => await import('../../../connectors/partner-center/index.ts'),
  salesforce: async () => await import('../../../connectors/salesforce/index.ts'),
  dynamics: async () => ({ connector: { ...dynamics, origins: originsOf, open: () => undefined } }),
}
