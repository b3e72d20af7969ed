import type { Event, History } from './protocol.gen.ts'

/** Of more missing events than this the room is loaded anew instead. */
const maxHeal = 400
const maxAhead = 256
const page = 200

export interface SyncEvents {
  /** The next event of a followed room, or any event of another. */
  event(e: Event): void
  /** The followed room has to be loaded anew: too much is missing, or the log is another one. */
  reset(room: number): void
  /** Events of a room that is not followed may be missing: its counts have to be asked for. */
  missed(room: number): void
}

type Load = (room: number, after: number, limit: number) => Promise<History>

interface Log {
  last: number
  head: number
  ahead: Map<number, Event>
  healing: boolean
}

/**
 * Puts the events of rooms in order and closes gaps. Rooms whose messages are shown are followed: each of their
 * events comes once, in order. Of the others all is passed on as it comes.
 */
export class Sync {
  private logs = new Map<number, Log>()
  private seen = new Map<number, number>() // newest seqs of rooms that are not followed
  private load: Load | undefined
  private round = 0

  constructor(private events: SyncEvents) {}

  /** connected uses a connection from now on; rooms are to be named by `head` then. */
  connected(load: Load): void {
    this.load = load
    this.round++
    for (const log of this.logs.values()) log.healing = false
  }

  disconnected(): void {
    this.load = undefined
  }

  /** follow has the events of a room behind `last` come in order. */
  follow(room: number, last: number): void {
    const old = this.logs.get(room)
    const head = Math.max(last, this.seen.get(room) ?? 0, old?.head ?? 0)
    const log: Log = { last, head, ahead: old?.ahead ?? new Map(), healing: false }
    this.logs.set(room, log)
    this.advance(room, log)
  }

  /** unfollow forgets where a room is. */
  unfollow(room: number): void {
    const log = this.logs.get(room)
    if (log) this.seen.set(room, log.head)
    this.logs.delete(room)
  }

  isFollowed(room: number): boolean {
    return this.logs.has(room)
  }

  /** head tells the newest seq of a room as the server says it. */
  head(room: number, seq: number): void {
    const log = this.logs.get(room)
    if (log) {
      log.head = Math.max(log.head, seq)
      this.advance(room, log)
      return
    }
    const seen = this.seen.get(room) ?? 0
    this.seen.set(room, Math.max(seen, seq))
    if (seen > seq) this.events.missed(room) // what it says is older than an event that came before
  }

  /** forget drops a room that the account is not in any more. */
  forget(room: number): void {
    this.logs.delete(room)
    this.seen.delete(room)
  }

  /** restart drops all logs: the server is in another state. It returns the rooms that were followed. */
  restart(): number[] {
    const rooms = [...this.logs.keys()]
    this.logs.clear()
    this.seen.clear()
    return rooms
  }

  push(e: Event): void {
    const log = this.logs.get(e.room)
    if (!log) {
      const seen = this.seen.get(e.room)
      if (seen !== undefined && e.seq <= seen) return
      this.seen.set(e.room, e.seq)
      this.events.event(e)
      if (seen === undefined || e.seq > seen + 1) this.events.missed(e.room)
      return
    }
    if (e.seq <= log.last) return
    log.head = Math.max(log.head, e.seq)
    if (e.seq === log.last + 1 || log.ahead.size < maxAhead) log.ahead.set(e.seq, e)
    this.advance(e.room, log)
  }

  private advance(room: number, log: Log): void {
    for (const seq of log.ahead.keys()) if (seq <= log.last) log.ahead.delete(seq)
    while (log.last < log.head) {
      const e = log.ahead.get(log.last + 1)
      if (!e) return void this.heal(room, log)
      log.ahead.delete(e.seq)
      log.last = e.seq
      this.events.event(e)
      if (this.logs.get(room) !== log) return // an event ended it
    }
  }

  private async heal(room: number, log: Log): Promise<void> {
    if (log.healing || !this.load) return
    if (log.head - log.last > maxHeal) {
      this.unfollow(room)
      this.events.reset(room)
      return
    }
    const round = this.round
    log.healing = true
    try {
      const { events = [] } = await this.load(room, log.last, page)
      if (round !== this.round || this.logs.get(room) !== log) return
      log.healing = false
      if (events.length === 0) log.head = log.last // it is not there any more
      for (const e of events) log.ahead.set(e.seq, e)
      this.advance(room, log)
    } catch {
      if (round === this.round) log.healing = false // the room is gone, or the connection: then it is tried again
    }
  }
}
