// Steers a running dealbridge for the sandbox's tour, with the verbs a person would use and the words they would read.

import type { Control } from '#control/control'
import { noColour } from './print/paint.ts'
import { planLines } from './print/plan.ts'

export interface Steered {
  plan(pipeline: string): Promise<SteeredPlan>
  mode(pipeline: string, mode: 'observe' | 'auto'): Promise<void>
  holds(pipeline: string): Promise<readonly string[]>
}

export interface SteeredPlan {
  readonly text: readonly string[]
  readonly ready: number
  readonly held: number
  readonly creates: readonly { readonly referral: string; readonly kind: string }[]
  readonly failure: string | null
}

export function steeringOf(control: Control, zone: string): Steered {
  return {
    plan: async (pipeline) => {
      const [made] = await control.plan({ pipeline })
      if (!made) return { ...empty, failure: `there is no pipeline ${pipeline}` }
      const changes = made.plan?.changes ?? []
      const ready = changes.filter(({ state }) => state === 'ready')
      return {
        text: planLines(made, { paint: noColour, zone, full: false }),
        ready: ready.length,
        held: changes.filter(({ state }) => state === 'held').length,
        creates: ready
          .filter(({ settles }) => settles.becomes === 'record')
          .map(({ referral, kind }) => ({ referral, kind })),
        failure: made.trouble?.message ?? null,
      }
    },
    mode: async (pipeline, mode) => {
      await control.pipeline({ do: 'mode', pipeline, mode, who: 'the tour' })
    },
    holds: async (pipeline) => {
      const { deals } = await control.referrals({ pipeline, state: 'waiting' })
      return deals.filter(({ waits }) => waits.some((wait) => wait.for === 'outcome')).map(({ referral }) => referral)
    },
  }
}

const empty: SteeredPlan = { text: [], ready: 0, held: 0, creates: [], failure: null }
