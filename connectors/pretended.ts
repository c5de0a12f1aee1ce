// The vendors we can pretend, with a seeded company each. Read only by src/main.ts, which gives them to the sandbox.

import type { AdminsHands, SellersHands, Simulator, SimulatorOptions, SourceHands } from '#spi'
import { sellersHands as dynamicsHands } from './dynamics/simulator/hands.ts'
import { dynamicsSimulator } from './dynamics/simulator/index.ts'
import { adminsHands as dynamicsSetup } from './dynamics/simulator/setup.ts'
import { sourceHands } from './partner-center/simulator/hands.ts'
import { partnerCenterSimulator, seedCompany } from './partner-center/simulator/index.ts'
import { sellersHands as salesforceHands } from './salesforce/simulator/hands.ts'
import { salesforceSimulator } from './salesforce/simulator/index.ts'
import { adminsHands as salesforceSetup } from './salesforce/simulator/setup.ts'

type With<H> = Simulator & { readonly hands: H }
type WithPeople = With<SellersHands> & { readonly setup: AdminsHands }

export const pretended = {
  source: {
    label: 'Partner Center',
    preferredPort: 9701,
    make: (options: SimulatorOptions): With<SourceHands> => {
      const simulator = partnerCenterSimulator({ ...options, auth: 'off' })
      seedCompany(simulator, options.now())
      return Object.assign(simulator, { hands: sourceHands(simulator.desk, options.now) })
    },
  },
  crms: [
    {
      name: 'salesforce',
      label: 'Salesforce',
      preferredPort: 9702,
      mapping: 'salesforce.opportunity.yaml',
      region: 'Europe',
      make: (options: SimulatorOptions): WithPeople => {
        const simulator = salesforceSimulator({ ...options, signIn: 'open' })
        return Object.assign(simulator, {
          hands: salesforceHands(simulator.desk),
          setup: salesforceSetup(simulator.admin),
        })
      },
    },
    {
      name: 'dynamics',
      label: 'Dynamics 365',
      preferredPort: 9703,
      mapping: 'dynamics.opportunity.yaml',
      region: 'Americas',
      make: (options: SimulatorOptions): WithPeople => {
        const simulator = dynamicsSimulator(options)
        return Object.assign(simulator, { hands: dynamicsHands(simulator.desk), setup: dynamicsSetup(simulator) })
      },
    },
  ],
} as const
