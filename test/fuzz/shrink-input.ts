// Makes an input smaller as long as it still does what it did, so that a person can see what it is about.

export type StillDoes = (input: Buffer) => Promise<boolean>

/** Tries to leave out ever smaller pieces; a bounded number of times. */
export async function shrinkInput(input: Buffer, stillDoes: StillDoes, triesMax = 400): Promise<Buffer> {
  let small = input
  let tries = 0
  for (let piece = Math.ceil(small.length / 2); piece >= 1; piece = piece === 1 ? 0 : Math.ceil(piece / 2)) {
    for (let at = 0; at < small.length && tries < triesMax;) {
      const without = Buffer.concat([small.subarray(0, at), small.subarray(at + piece)])
      tries += 1
      if (await stillDoes(without)) small = without
      else at += piece
    }
  }
  return small
}
