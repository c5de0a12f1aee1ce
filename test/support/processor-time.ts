// How long something takes by the processor's own count: what else the machine does in the meantime is not measured.

export interface Timed<T> {
  readonly ms: number
  readonly result: T
}

export function timed<T>(work: () => T): Timed<T> {
  const began = process.threadCpuUsage()
  const result = work()
  const { user, system } = process.threadCpuUsage(began)
  return { ms: (user + system) / 1_000, result }
}
