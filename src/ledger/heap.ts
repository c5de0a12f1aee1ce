// A heap whose members know their seat, so that one can leave from the middle. Every step takes time that grows with
// the logarithm of the number of members.

export interface Seated {
  /** Where it sits, while it does; any number before. Belongs to the heap. */
  seat: number
}

export class Heap<T extends Seated> {
  readonly #members: T[] = []
  readonly #before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  add(member: T): void {
    this.#sit(member, this.#members.length)
    this.#rise(member)
  }

  remove(member: T): void {
    const seat = member.seat
    const last = this.#members.pop()
    if (last === undefined || last === member) return
    this.#sit(last, seat)
    this.#rise(last)
    this.#sink(last)
  }

  /** The first members in order, as long as they are wanted; the heap stays as it is. */
  first(max: number, wanted: (member: T) => boolean): T[] {
    const found: T[] = []
    const edge = new Heap<Edge<T>>((a, b) => this.#before(a.member, b.member))
    const look = (seat: number): void => {
      const member = this.#members[seat]
      if (member !== undefined && wanted(member)) edge.add({ member, seat: -1 })
    }
    look(0)
    while (found.length < max) {
      const next = edge.#members[0]
      if (next === undefined) break
      edge.remove(next)
      found.push(next.member)
      look(next.member.seat * 2 + 1)
      look(next.member.seat * 2 + 2)
    }
    return found
  }

  #sit(member: T, seat: number): void {
    this.#members[seat] = member
    member.seat = seat
  }

  #rise(member: T): void {
    for (;;) {
      // None is above the first.
      const above = this.#members[(member.seat - 1) >> 1]
      if (above === undefined || !this.#before(member, above)) return
      this.#swap(member, above)
    }
  }

  #sink(member: T): void {
    for (;;) {
      let first = member
      for (const seat of [member.seat * 2 + 1, member.seat * 2 + 2]) {
        const below = this.#members[seat]
        if (below !== undefined && this.#before(below, first)) first = below
      }
      if (first === member) return
      this.#swap(first, member)
    }
  }

  #swap(a: T, b: T): void {
    const seat = a.seat
    this.#sit(a, b.seat)
    this.#sit(b, seat)
  }
}

interface Edge<T> extends Seated {
  readonly member: T
}
