import { codeOf, isFinal } from './error.ts'
import type { MessageSend, MessageSent } from './protocol.gen.ts'

/** A message that the server has not acknowledged yet. */
export interface Outgoing extends MessageSend {
  /** Made by this client; a repeat with it adds nothing. */
  client_id: string
  /** When it was written, in milliseconds since 1970. */
  at: number
  /** The code of the error with which the server refused it. */
  failed?: string
}

/** Where the outbox is kept over a reload. */
export interface OutboxStore {
  load(): Promise<Outgoing[]>
  put(message: Outgoing): Promise<void>
  delete(clientID: string): Promise<void>
}

export const noStore: OutboxStore = {
  load: async () => [],
  put: async () => {},
  delete: async () => {},
}

export interface OutboxEvents {
  sent(message: Outgoing, result: MessageSent): void
  failed(message: Outgoing, code: string): void
}

type Send = (params: MessageSend) => Promise<MessageSent>

const window = 16
const maxInternal = 5

/**
 * Sends messages in order, each until it is acknowledged or refused for good, over any number of
 * connections and under the same id, so that it arrives once.
 */
export class Outbox {
  private queue: Outgoing[] = []
  private inFlight = new Set<string>()
  private internal = new Map<string, number>()
  private send: Send | undefined
  private round = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private events: OutboxEvents, private store: OutboxStore = noStore) {}

  /** restore takes back what an earlier page has left; it returns all, also what was refused. */
  async restore(): Promise<Outgoing[]> {
    const kept = (await this.store.load()).sort((a, b) => (a.client_id < b.client_id ? -1 : 1))
    this.queue = [...kept.filter(m => !m.failed), ...this.queue]
    this.flush()
    return kept
  }

  get size(): number {
    return this.queue.length
  }

  add(message: Outgoing): void {
    this.queue.push(message)
    void this.store.put(message)
    this.flush()
  }

  /** drop forgets a message that was refused, or that has not gone out. */
  drop(clientID: string): void {
    this.queue = this.queue.filter(m => m.client_id !== clientID)
    void this.store.delete(clientID)
  }

  /** connected begins to send over a connection; what had no answer goes out again. */
  connected(send: Send): void {
    this.send = send
    this.round++
    this.inFlight.clear()
    this.flush()
  }

  disconnected(): void {
    this.send = undefined
    clearTimeout(this.timer)
    this.timer = undefined
  }

  private flush(): void {
    if (!this.send || this.timer !== undefined) return
    for (const m of this.queue) {
      if (this.inFlight.size >= window) return
      if (!this.inFlight.has(m.client_id)) void this.sendOne(m, this.send, this.round)
    }
  }

  private async sendOne(m: Outgoing, send: Send, round: number): Promise<void> {
    this.inFlight.add(m.client_id)
    const { at: _, failed: __, ...params } = m
    try {
      const result = await send(params)
      this.remove(m)
      this.events.sent(m, result)
    } catch (err) {
      if (round !== this.round || codeOf(err) === 'lost') return // the next connection sends it again
      this.retryOrFail(m, err)
    }
    this.flush()
  }

  private retryOrFail(m: Outgoing, err: unknown): void {
    this.inFlight.delete(m.client_id)
    const code = codeOf(err)
    const tries = (this.internal.get(m.client_id) ?? 0) + 1
    if (code === 'internal') this.internal.set(m.client_id, tries)
    if (isFinal(err) || (code === 'internal' && tries >= maxInternal)) {
      this.remove(m)
      void this.store.put({ ...m, failed: code })
      this.events.failed(m, code)
      return
    }
    const pause = Math.max((err as { retryAfter?: number }).retryAfter ?? 0, 1000)
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      this.flush()
    }, pause)
  }

  private remove(m: Outgoing): void {
    this.queue = this.queue.filter(q => q.client_id !== m.client_id)
    this.inFlight.delete(m.client_id)
    this.internal.delete(m.client_id)
    void this.store.delete(m.client_id)
  }
}
