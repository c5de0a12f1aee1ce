// The connectors we ship, by the id a configuration names them with. Read only by src/main.ts. A connector is loaded
// when it is used; what its codes mean can be looked up without it.

import { codes as dynamics } from './dynamics/codes.ts'
import { codes as partnerCenter } from './partner-center/codes.ts'
import { codes as salesforce } from './salesforce/codes.ts'

export const builtin = {
  'partner-center': async () => await import('./partner-center/index.ts'),
  salesforce: async () => await import('./salesforce/index.ts'),
  dynamics: async () => await import('./dynamics/index.ts'),
} as const

export const connectorCodes = { ...partnerCenter, ...salesforce, ...dynamics } as const
