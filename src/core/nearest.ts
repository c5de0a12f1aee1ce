// "Did you mean": the nearest of the names that exist. A suggestion is shown, never acted on by itself.

/** Names longer than this are compared by their beginning; a slip of the finger is near enough to find there. */
const comparedMax = 80

/** The candidate that differs by the fewest slips of the finger; undefined when none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(word)
  let best: string | undefined
  // A short word must be almost right; a long one may hold a few slips.
  let within = Math.max(1, Math.floor(wanted.length / 3)) + 0.5
  for (const candidate of candidates) {
    const distance = slips(wanted, plain(candidate), within)
    if (distance >= within) continue
    within = distance
    best = candidate
  }
  return best
}

/** Case and the joints of a name are no difference: `close_date` and `CloseDate` are one name, almost. */
function plain(word: string): string {
  return word
    .slice(0, comparedMax)
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '')
}

/**
 * Insertions, deletions, substitutions and swaps of neighbours between two words. Stops counting at the limit, so that
 * a long list costs little.
 */
export function slips(a: string, b: string, limit = Infinity): number {
  if (a === b) return 0
  if (Math.abs(a.length - b.length) >= limit) return limit
  let older: readonly number[] = []
  let above: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const here = [row]
    for (let column = 1; column <= b.length; column += 1) {
      here.push(cell(a, b, { row, column, left: here[column - 1] ?? 0, above, older }))
    }
    if (Math.min(...here) >= limit) return limit
    older = above
    above = here
  }
  return above[b.length] ?? limit
}

interface Cell {
  readonly row: number
  readonly column: number
  readonly left: number
  readonly above: readonly number[]
  readonly older: readonly number[]
}

function cell(a: string, b: string, { row, column, left, above, older }: Cell): number {
  const same = a[row - 1] === b[column - 1]
  const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
  const replaced = (above[column - 1] ?? 0) + (same ? 0 : 1)
  const cheapest = Math.min(left + 1, (above[column] ?? 0) + 1, replaced)
  return swapped ? Math.min(cheapest, (older[column - 2] ?? 0) + 1) : cheapest
}
