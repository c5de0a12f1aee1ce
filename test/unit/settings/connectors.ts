// The connectors we ship, as main hands them to the settings.

import type { ConnectorTable } from '#settings/use'

export const connectors: ConnectorTable = {
  'partner-center': async () => await import('../../../connectors/partner-center/index.ts'),
  salesforce: async () => await import('../../../connectors/salesforce/index.ts'),
  dynamics: async () => await import('../../../connectors/dynamics/index.ts'),
}
