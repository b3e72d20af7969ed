import { Backoff } from './backoff.ts'
import { codeOf, WireError } from './error.ts'
import { Outbox, noStore, type Outgoing, type OutboxStore } from './outbox.ts'
import type { Block, Draft, Event, Marker, MessageSent, Methods, OwnAccount, Personal, PresenceChange, Room, RoomPreference, Seen, Typing, Welcome } from './protocol.gen.ts'
import { Socket, type Method } from './socket.ts'
import { Sync } from './sync.ts'

/** What the client is doing. `waiting` ends at `until`, in milliseconds since 1970. */
export type Connection =
  | { phase: 'connecting'; since: number }
  | { phase: 'online' }
  | { phase: 'waiting'; since: number; until: number }
  | { phase: 'signed_out'; code: string }

/** What the client tells, in order. */
export type Update =
  | { type: 'connection'; connection: Connection }
  | { type: 'welcome'; welcome: Welcome }
  | { type: 'account'; account: OwnAccount; avatar?: string }
  | { type: 'rooms'; rooms: Room[] } // all that the account is in
  | { type: 'room'; room: Room } // one of them, as it is now
  | { type: 'left'; room: number }
  | { type: 'reset'; room: number } // what is held of it is not to be trusted any more
  | { type: 'event'; event: Event }
  | { type: 'presence'; presence: PresenceChange[] }
  | { type: 'typing'; typing: Typing }
  | { type: 'marker'; marker: Marker }
  | { type: 'draft'; draft: Draft }
  | { type: 'personal'; personal: Personal }
  | { type: 'block'; block: Block }
  | { type: 'seen'; seen: Seen }
  | { type: 'preference'; preference: RoomPreference }
  | { type: 'queued'; message: Outgoing }
  | { type: 'sent'; message: Outgoing; result: MessageSent }
  | { type: 'failed'; message: Outgoing; code: string }

export interface ClientOptions {
  url: string
  program: string
  update: (u: Update) => void
  store?: OutboxStore
  open?: (url: string) => Socket
}

/** What a browser says on a connection: it signs in by its cookie. */
const quiet = 60_000

/**
 * A client of one server: it connects, signs in by the browser's cookie, lists the rooms, and passes on what
 * happens, again and again until it is closed. Messages go through an outbox.
 */
export class Client {
  readonly outbox: Outbox
  readonly sync: Sync
  private socket: Socket | undefined
  private online = false
  private backoff = new Backoff()
  private timer: ReturnType<typeof setTimeout> | undefined
  private pinger: ReturnType<typeof setInterval> | undefined
  private heard = 0
  private since = 0 // when the connection was lost
  private epoch: string | undefined
  private me = 0
  private asking = new Set<number>()
  private stopped = true

  constructor(private o: ClientOptions) {
    this.outbox = new Outbox(
      {
        sent: (message, result) => this.tell({ type: 'sent', message, result }),
        failed: (message, code) => this.tell({ type: 'failed', message, code }),
      },
      o.store ?? noStore,
    )
    this.sync = new Sync({
      event: event => this.tellEvent(event),
      reset: room => this.tell({ type: 'reset', room }),
      missed: room => void this.refresh(room),
    })
  }

  start(): void {
    if (!this.stopped) return
    this.stopped = false
    this.since = Date.now()
    void this.outbox.restore().then(kept => {
      for (const message of kept) {
        this.tell({ type: 'queued', message })
        if (message.failed) this.tell({ type: 'failed', message, code: message.failed })
      }
    })
    void this.connect()
  }

  /** stop ends the connection. What waits in the outbox stays. */
  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
    this.drop()
  }

  /** wake tries again at once: the network, or the page, has come back. */
  wake(): void {
    if (this.stopped) return
    if (!this.socket) {
      clearTimeout(this.timer)
      void this.connect()
    } else if (this.online && Date.now() - this.heard > 5000) {
      void this.socket.call('ping', {}, 5000).catch(() => {})
    }
  }

  /** call asks the server something. It fails with the code `lost` while there is no connection. */
  call<M extends Method>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    if (!this.socket || !this.online) return Promise.reject(new WireError('lost', 'there is no connection'))
    return this.socket.call(method, params)
  }

  /** send puts a message into the outbox. */
  send(message: Outgoing): void {
    this.tell({ type: 'queued', message })
    this.outbox.add(message)
  }

  private tell(u: Update): void {
    this.o.update(u)
  }

  private tellEvent(event: Event): void {
    const mine = event.member?.id === this.me
    this.tell({ type: 'event', event })
    if (event.kind === 'leave' && mine) {
      this.sync.forget(event.room)
      this.tell({ type: 'left', room: event.room })
    } else if ((event.kind === 'join' || event.kind === 'role') && mine) void this.refresh(event.room)
  }

  /** refresh asks for a room anew. */
  async refresh(room: number): Promise<void> {
    if (this.asking.has(room)) return
    this.asking.add(room)
    try {
      const r = await this.call('room.get', { room })
      this.take(r)
    } catch (err) {
      if (codeOf(err) === 'not_found' || codeOf(err) === 'forbidden') this.tell({ type: 'left', room })
    } finally {
      this.asking.delete(room)
    }
  }

  /** take learns of a room as the server has just told it, such as one that was made or joined. */
  take(r: Room): void {
    if (!r.joined) return
    this.sync.head(r.id, r.seq)
    this.tell({ type: 'room', room: r })
  }

  private async connect(): Promise<void> {
    this.tell({ type: 'connection', connection: { phase: 'connecting', since: this.since } })
    const socket = (this.o.open ?? (url => new Socket(url)))(this.o.url)
    this.socket = socket
    socket.onEnd = why => this.ended(socket, why)
    socket.onPush = frame => {
      this.heard = Date.now()
      if (frame.event) this.sync.push(frame.event)
      if (frame.presence) this.tell({ type: 'presence', presence: frame.presence })
      if (frame.typing) this.tell({ type: 'typing', typing: frame.typing })
      if (frame.marker) this.tell({ type: 'marker', marker: frame.marker })
      if (frame.draft) this.tell({ type: 'draft', draft: frame.draft })
      if (frame.personal) this.tell({ type: 'personal', personal: frame.personal })
      if (frame.block) this.tell({ type: 'block', block: frame.block })
      if (frame.seen) this.tell({ type: 'seen', seen: frame.seen })
      if (frame.room_preference) this.tell({ type: 'preference', preference: frame.room_preference })
    }
    try {
      await this.signIn(socket)
    } catch (err) {
      if (this.socket !== socket) return
      if (['sign_in_failed', 'invalid', 'sign_in_needed'].includes(codeOf(err))) {
        this.stop()
        this.tell({ type: 'connection', connection: { phase: 'signed_out', code: codeOf(err) } })
        return
      }
      if (codeOf(err) !== 'lost') this.ended(socket, err as WireError)
    }
  }

  private async signIn(socket: Socket): Promise<void> {
    const welcome = await socket.call('hello', { version: 1, client: this.o.program, capabilities: ['presence', 'typing'], epoch: this.epoch })
    this.tell({ type: 'welcome', welcome })
    const signed = await socket.call('sign_in', {})
    this.me = signed.account.id
    this.tell({ type: 'account', account: signed.account, avatar: signed.avatar })
    await socket.call('subscribe', {})
    if (this.socket !== socket) return
    this.online = true
    this.sync.connected((room, after, limit) => socket.call('history', { room, after, limit }))
    if (this.epoch !== undefined && this.epoch !== welcome.epoch) {
      for (const room of this.sync.restart()) this.tell({ type: 'reset', room })
    }
    this.epoch = welcome.epoch
    this.outbox.connected(params => socket.call('message.send', params))
    await this.listRooms(socket)
    this.backoff.reset()
    this.heard = Date.now()
    this.pinger = setInterval(() => void this.checkQuiet(socket), quiet)
    this.tell({ type: 'connection', connection: { phase: 'online' } })
  }

  private async listRooms(socket: Socket): Promise<void> {
    const rooms: Room[] = []
    for (let after = 0; ; after = rooms[rooms.length - 1]!.id) {
      const page = await socket.call('room.list', { after, limit: 200 })
      rooms.push(...(page.rooms ?? []))
      if (!page.more || !page.rooms?.length) break
    }
    this.tell({ type: 'rooms', rooms })
    for (const r of rooms) this.sync.head(r.id, r.seq)
  }

  private async checkQuiet(socket: Socket): Promise<void> {
    if (Date.now() - this.heard < quiet) return
    await socket.call('ping', {}, 10_000).then(() => (this.heard = Date.now())).catch(() => {})
  }

  private ended(socket: Socket, why: WireError): void {
    if (this.socket !== socket) return
    const was = this.online
    this.drop()
    if (this.stopped) return
    if (why.code === 'sign_in_failed') { // the sign-in was ended elsewhere
      this.stopped = true
      this.tell({ type: 'connection', connection: { phase: 'signed_out', code: why.code } })
      return
    }
    const now = Date.now()
    if (was) this.since = now
    const pause = this.backoff.next(why.retryAfter)
    this.tell({ type: 'connection', connection: { phase: 'waiting', since: this.since, until: now + pause } })
    this.timer = setTimeout(() => void this.connect(), pause)
  }

  private drop(): void {
    const socket = this.socket
    this.socket = undefined
    this.online = false
    clearInterval(this.pinger)
    this.sync.disconnected()
    this.outbox.disconnected()
    socket?.close()
  }
}
