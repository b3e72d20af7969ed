// The one place where wire and state meet: it gives the state what the client tells, carries out what the user
// does, and has signals that tell the components what to draw again.

import { batch, signal, type Signal } from '@preact/signals'
import { Client, type Update } from '../wire/client.ts'
import { codeOf } from '../wire/error.ts'
import { newID } from '../wire/id.ts'
import type { MessageRef, Methods, Personal } from '../wire/protocol.gen.ts'
import { reduce, State, type Act } from '../state/state.ts'
import type { Message } from '../state/message.ts'
import type { Room } from '../state/room.ts'
import type { Send } from '../state/send.ts'
import { parse, pathOf } from './route.ts'
import { Uploads } from './upload.ts'

const page = 60
const draftPause = 1500
const typingEvery = 3000

/** Where the view of the open room is to go. Each is a new object. */
export interface Jump {
  room: number
  /** The seq to show; 0 is the end. */
  seq: number
  /** Whether to mark it for a moment. */
  flash: boolean
}

export class Chat {
  readonly state = new State()
  readonly client: Client
  /** Counts changes of the connection and the account, of the list of rooms, and of who is there. */
  readonly status = signal(0)
  readonly list = signal(0)
  readonly people = signal(0)
  readonly blocks = signal(0)
  /** The open room, 0 if none; -1 if it is one that is not there. */
  readonly open = signal(0)
  readonly jump = signal<Jump | undefined>(undefined)
  readonly toast = signal<{ text: string; id: number } | undefined>(undefined)
  /** Whether the list and a room stand side by side; the page knows. */
  wide: () => boolean = () => false
  /** The message that is being edited. */
  readonly editing = signal<{ room: number; seq: number } | undefined>(undefined)

  readonly uploads = new Uploads()

  private rooms = new Map<number, Signal<number>>()
  private loading = new Set<string>()
  private source = newID().slice(-12)
  private draftTimers = new Map<number, ReturnType<typeof setTimeout>>()
  private typed = new Map<number, number>()
  private reading = new Map<number, ReturnType<typeof setTimeout>>()

  constructor(url: string) {
    this.client = new Client({ url, program: 'Plausch web', update: u => this.dispatch(u) })
  }

  dispatch(a: Update | Act): void {
    if (a.type === 'draft' && (a.draft.source === this.source || this.draftTimers.has(a.draft.room))) return
    const change = reduce(this.state, a, Date.now())
    batch(() => {
      for (const id of change.rooms) this.signalOf(id).value++
      if (change.list) this.list.value++
      if (change.status) this.status.value++
      if (change.people) this.people.value++
      if (change.blocks) this.blocks.value++
    })
    this.follow(a)
  }

  /** follow does what has to happen after some changes. */
  private follow(a: Update | Act): void {
    switch (a.type) {
      case 'rooms':
        this.visit(location.pathname)
        void this.loadDrafts()
        void this.loadPresence()
        void this.loadBlocks()
        if ([...this.state.rooms.values()].some(r => r.loaded)) void this.loadHidden()
        break
      case 'reset':
        if (a.room === this.state.open) void this.load(a.room)
        break
      case 'left':
        if (a.room === this.state.open) this.go('/')
        break
      case 'typing': // it ends by itself
        setTimeout(() => this.signalOf(a.typing.room).value++, 5100)
        break
      case 'event':
        if (a.event.kind === 'message' && a.event.target) void this.loadQuote(a.event.room, a.event.target)
        break
    }
  }

  private signalOf(id: number): Signal<number> {
    let s = this.rooms.get(id)
    if (!s) this.rooms.set(id, (s = signal(0)))
    return s
  }

  /** room returns a room, and has who draws it drawn again when it changes. */
  room(id: number): Room | undefined {
    void this.signalOf(id).value
    return this.state.room(id)
  }

  tell(text: string): void {
    const id = (this.toast.peek()?.id ?? 0) + 1
    this.toast.value = { text, id }
    setTimeout(() => {
      if (this.toast.peek()?.id === id) this.toast.value = undefined
    }, 4000)
  }

  // Places.

  /** go shows an address of the app. */
  go(path: string): void {
    if (path !== location.pathname) history.pushState(null, '', path)
    this.visit(path)
  }

  /** visit shows what is at an address. */
  visit(path: string): void {
    if (!this.state.listed) return
    const place = parse(path)
    const wanted = place.room
    if (!wanted) { // beside the list there is always a room
      const first = this.wide() ? this.state.room(1) : undefined
      if (first) history.replaceState(null, '', pathOf(first.info))
      return this.openRoom(first?.info.id ?? 0)
    }
    const room = 'id' in wanted
      ? this.state.room(wanted.id)
      : [...this.state.rooms.values()].find(r => r.info.name === wanted.name)
    if (!room) {
      this.dispatch({ type: 'open', room: 0 })
      this.open.value = -1
      return
    }
    this.openRoom(room.info.id, place.seq)
  }

  /** joinHere joins the public room whose address this is. */
  async joinHere(): Promise<void> {
    const wanted = parse(location.pathname).room
    if (!wanted) return
    try {
      this.client.take(await this.client.call('room.join', 'id' in wanted ? { room: wanted.id } : wanted))
      this.visit(location.pathname)
    } catch (err) {
      this.tell(this.explain(codeOf(err)))
    }
  }

  private openRoom(id: number, seq?: number): void {
    const same = this.open.peek() === id
    this.dispatch({ type: 'open', room: id })
    this.open.value = id
    this.editing.value = undefined
    const room = this.state.room(id)
    if (!room) return
    if (!room.members) void this.loadMembers(id)
    if (seq) void this.showMessage(id, seq)
    else if (!room.loaded) void this.load(id)
    else if (!same) this.jump.value = { room: id, seq: room.divider, flash: false }
  }

  /** directWith returns the direct room with an account, 0 if there is none. */
  directWith(account: number): number {
    for (const r of this.state.rooms.values()) if (r.info.kind === 'direct' && r.info.peer?.id === account) return r.info.id
    return 0
  }

  // Messages.

  /** load shows a room from its first unread message, or its newest ones. */
  async load(id: number): Promise<void> {
    const room = this.state.room(id)
    if (!room) return
    const around = room.unread > 0 ? room.marker + 1 : undefined
    await this.loadPage(id, around ? { around } : {})
    this.jump.value = { room: id, seq: room.divider, flash: false }
  }

  /** showMessage goes to a message, also one that is not held. */
  async showMessage(id: number, seq: number): Promise<void> {
    const room = this.state.room(id)
    if (!room) return
    if (!room.message(seq)) await this.loadPage(id, { around: seq })
    this.jump.value = { room: id, seq, flash: true }
  }

  /** showNewest goes to the end of a room. */
  async showNewest(id: number): Promise<void> {
    const room = this.state.room(id)
    if (!room) return
    if (room.newer || !room.loaded) await this.loadPage(id, {})
    this.jump.value = { room: id, seq: 0, flash: false }
  }

  private async loadPage(id: number, where: { around?: number }): Promise<void> {
    await this.once(`page ${id}`, async () => {
      const result = await this.client.call('messages', { room: id, limit: page * 2, ...where })
      this.dispatch({ type: 'page', room: id, page: result })
      this.client.sync.follow(id, result.as_of)
    })
  }

  async loadMore(id: number, side: 'older' | 'newer'): Promise<void> {
    await this.once(`${side} ${id}`, async () => {
      const items = this.state.room(id)?.items ?? []
      const edge = side === 'older' ? { before: items[0]?.seq } : { after: items[items.length - 1]?.seq ?? 0 }
      const result = await this.client.call('messages', { room: id, limit: page * 2, ...edge })
      this.dispatch({ type: 'page', room: id, page: result, side })
    })
  }

  private async loadQuote(id: number, target: number): Promise<void> {
    const room = this.state.room(id)
    if (!room?.loaded || room.message(target)) return
    await this.once(`quote ${id} ${target}`, async () => {
      const { messages = [] } = await this.client.call('messages', { room: id, around: target, limit: 1 })
      const message = messages.find(m => m.seq === target)
      if (message) this.dispatch({ type: 'quote', room: id, message })
    })
  }

  async loadMembers(id: number): Promise<void> {
    await this.once(`members ${id}`, async () => {
      const members = []
      for (let after = 0; ; after = members[members.length - 1]!.id) {
        const result = await this.client.call('member.list', { room: id, after, limit: 200 })
        members.push(...(result.members ?? []))
        if (!result.more) break
      }
      this.dispatch({ type: 'members', room: id, members })
    })
  }

  private async loadPresence(): Promise<void> {
    await this.once('presence', async () => {
      for (let after = ''; ;) {
        const { presence = [], more } = await this.client.call('presence.list', { after, limit: 200 })
        this.dispatch({ type: 'presence', presence })
        if (!more) return
        after = presence[presence.length - 1]!.account.name
      }
    })
  }

  private async loadBlocks(): Promise<void> {
    await this.once('blocks', async () => {
      const accounts = []
      for (let after = 0; ; after = accounts[accounts.length - 1]!.id) {
        const result = await this.client.call('block.list', { after, limit: 200 })
        accounts.push(...(result.accounts ?? []))
        if (!result.more) break
      }
      this.dispatch({ type: 'blocks', accounts })
    })
  }

  private async loadHidden(): Promise<void> {
    await this.once('hidden', async () => {
      const messages: Personal[] = []
      for (;;) {
        const last = messages.at(-1)
        const result = await this.client.call('hidden.list', { room: last?.room, seq: last?.seq, limit: 200 })
        messages.push(...(result.messages ?? []))
        if (!result.more) break
      }
      this.dispatch({ type: 'hidden', messages })
    })
  }

  private async loadDrafts(): Promise<void> {
    await this.once('drafts', async () => {
      for (let after = 0; ;) {
        const { drafts = [], more } = await this.client.call('draft.list', { after, limit: 200 })
        for (const draft of drafts) this.dispatch({ type: 'draft', draft })
        if (!more) return
        after = drafts[drafts.length - 1]!.room
      }
    })
  }

  /** once runs what loads something, unless it runs already. What fails is loaded when it is asked for again. */
  private async once(key: string, f: () => Promise<void>): Promise<void> {
    if (this.loading.has(key)) return
    this.loading.add(key)
    try {
      await f()
    } catch (err) {
      if (codeOf(err) === 'internal') console.error(err)
    } finally {
      this.loading.delete(key)
    }
  }

  // What the user does.

  send(room: number, text: string, target?: number, attachments?: string[]): void {
    const at = Date.now()
    this.client.send({ room, text, target, attachments, client_id: newID(at), at })
    this.draft(room, '', 0)
    this.typed.delete(room) // the next letter is news
    void this.showNewest(room)
  }

  retry(send: Send): void {
    this.dismiss(send)
    const at = Date.now()
    this.client.send({ ...send.message, client_id: newID(at), at, failed: undefined })
  }

  dismiss(send: Send): void {
    this.client.outbox.drop(send.message.client_id)
    this.dispatch({ type: 'dismiss', id: send.message.client_id })
  }

  edit(room: number, seq: number, text: string): Promise<boolean> {
    return this.try('message.edit', { room, seq, text, client_id: newID() })
  }

  delete(at: MessageRef): Promise<boolean> {
    return this.try('message.delete', at)
  }

  react(room: number, m: Message, emoji: string): Promise<boolean> {
    const mine = m.reactions?.some(r => r.emoji === emoji && r.mine)
    return this.try(mine ? 'message.unreact' : 'message.react', { room, seq: m.seq, emoji })
  }

  /** How an error is shown; the components know the words. */
  explain: (code: string) => string = code => code

  /** try asks the server for a change, and tells the user if it refuses. */
  async try<M extends keyof Methods>(method: M, params: Methods[M]['params']): Promise<boolean> {
    try {
      await this.client.call(method, params)
      return true
    } catch (err) {
      this.tell(this.explain(codeOf(err)))
      return false
    }
  }

  link(room: number, seq: number): string {
    const info = this.state.room(room)?.info
    return info ? location.origin + pathOf(info, seq) : ''
  }

  /** read tells that a room has been read up to a seq. The server hears of it once a second at most. */
  read(id: number, seq: number): void {
    const room = this.state.room(id)
    if (!room || seq <= room.marker || this.state.connection.phase !== 'online') return
    this.dispatch({ type: 'read', room: id, seq })
    this.list.value++
    if (this.reading.has(id)) return
    this.reading.set(id, setTimeout(() => {
      this.reading.delete(id)
      const marker = this.state.room(id)?.marker ?? 0
      void this.client.call('marker.set', { room: id, seq: marker }).catch(() => {})
    }, 500))
  }

  typing(room: number): void {
    const now = Date.now()
    if (now - (this.typed.get(room) ?? 0) < typingEvery) return
    this.typed.set(room, now)
    void this.client.call('typing', { room }).catch(() => {})
  }

  /** draft keeps what is being written, here at once and on the server after a pause. */
  draft(id: number, text: string, target: number): void {
    const room = this.state.room(id)
    if (!room || (room.draft === text && room.draftTarget === target)) return
    this.dispatch({ type: 'write', room: id, text, target })
    clearTimeout(this.draftTimers.get(id))
    this.draftTimers.set(id, setTimeout(() => this.keepDraft(id), draftPause))
  }

  private keepDraft(id: number): void {
    clearTimeout(this.draftTimers.get(id))
    this.draftTimers.delete(id)
    const { draft, draftTarget } = this.state.room(id) ?? { draft: '', draftTarget: 0 }
    void this.client.call('draft.set', { room: id, text: draft, target: draftTarget || undefined, source: this.source }).catch(() => {})
  }

  /** hide tells the server at once what waits to be told: the page may be closed. */
  hide(): void {
    for (const id of [...this.draftTimers.keys()]) this.keepDraft(id)
  }
}
