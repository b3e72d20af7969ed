// Pauses between tries to connect, each random between half of p and p, where p doubles from
// 1 s to 30 s, so that not everyone comes at once.

const shortest = 1000
const longest = 30_000

export class Backoff {
  private p = shortest

  constructor(private random: () => number = Math.random) {}

  /** next returns the next pause in milliseconds, of at least the given time. */
  next(least = 0): number {
    const pause = this.p * (0.5 + this.random() / 2)
    this.p = Math.min(this.p * 2, longest)
    return Math.max(pause, least)
  }

  reset(): void {
    this.p = shortest
  }
}
