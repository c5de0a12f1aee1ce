// What the engine counts. The daemon joins it to its metrics; everyone else can leave it silent.

export interface Meter {
  run(pipeline: string, result: string, ms: number): void
  changes(
    labels: { readonly pipeline: string; readonly direction: string; readonly action: string; readonly result: string },
    count: number,
  ): void
  step(pipeline: string, states: { readonly inStep: number; readonly waiting: number; readonly stuck: number }): void
}

export const noMeter: Meter = { run() {}, changes() {}, step() {} }
