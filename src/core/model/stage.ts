// Where a deal stands, in our own words. A source says New/Pending or Closed/Won, a CRM says "Qualification":
// both are read into one of these.

export const stages = ['New', 'Received', 'Accepted', 'Won', 'Lost', 'Declined', 'Expired', 'Error'] as const
export type Stage = (typeof stages)[number]

/** How far an accepted deal has come. */
export const steps = ['Qualified', 'Developed', 'Proposed', 'Negotiated'] as const
export type Step = (typeof steps)[number]

/** A stage with its step, which only an accepted deal has. */
export interface Standing {
  readonly stage: Stage
  readonly step: Step | null
}

const closed: ReadonlySet<Stage> = new Set(['Won', 'Lost', 'Declined', 'Expired', 'Error'])

/** A closed referral cannot be changed any more, by anyone. */
export const isClosed = (stage: Stage): boolean => closed.has(stage)
export const isOpen = (stage: Stage): boolean => !closed.has(stage)

export const sameStanding = (a: Standing, b: Standing): boolean => a.stage === b.stage && a.step === b.step
