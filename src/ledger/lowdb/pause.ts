// Lets everything else that waits have its turn. Not a wait: no time passes by it.

// Taken before a test can put a clock of its own in its place.
const immediately = setImmediate

export const pause = (): Promise<void> => new Promise((resolve) => immediately(() => resolve()))
