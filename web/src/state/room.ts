import type { Account, Event, Member, Messages, Personal, Quote, Room as Info } from '../wire/protocol.gen.ts'
import { change, fromEvent, fromWire, isNotice, names, quoteOf, toNotice, type Item, type Message } from './message.ts'
import type { Send } from './send.ts'

/** How many items of a room are held: of one that is not open, and of the open one. */
export const maxItems = 200
export const maxOpenItems = 4000
/** The server counts unread messages up to this. */
export const maxUnread = 100
/** How many of the last events are kept, for pages that are older than what is held. */
const maxRecent = 300

/** A room as it is drawn. Only the reducer changes it. */
export class Room {
  info: Info
  /** Counts changes, so that who draws it knows of them. */
  version = 0

  /** The messages and notices that are held, ascending by seq, without a gap between them. */
  items: Item[] = []
  loaded = false
  /** There are older or newer messages than those that are held. */
  older = false
  newer = false
  /** What happened up to this seq is in the items. */
  last = 0

  sends: Send[] = []
  draft = ''
  draftTarget = 0
  draftEdit = 0

  /** The seq up to which the account has read, what is unread behind it, and up to where that is counted. */
  marker = 0
  unread = 0
  mentions = 0
  countedTo = 0
  /** The seq of the first message that was unread when the room was opened; 0 for none. */
  divider = 0

  /** By account; undefined until they are loaded. */
  members: Map<number, Member> | undefined
  /** Until when somebody types. */
  typing = new Map<number, { account: Account; until: number }>()

  private recent: Event[] = []

  constructor(info: Info) {
    this.info = info
    this.describe(info)
  }

  /** describe takes in a room as the server tells it now. */
  describe(info: Info): void {
    this.info = { ...info, seq: Math.max(info.seq, this.last) }
    this.marker = info.marker ?? 0
    this.unread = info.unread ?? 0
    this.mentions = info.mentions ?? 0
    this.countedTo = info.seq
  }

  /** find returns the place of an item, or where it would be. */
  find(seq: number): number {
    let low = 0
    let high = this.items.length
    while (low < high) {
      const mid = (low + high) >> 1
      if (this.items[mid]!.seq < seq) low = mid + 1
      else high = mid
    }
    return low
  }

  message(seq: number): Message | undefined {
    const item = this.items[this.find(seq)]
    return item?.seq === seq && item.kind === 'message' ? item : undefined
  }

  /** mark notes what the account has done with a message for itself. */
  mark(p: Personal): void {
    const i = this.find(p.seq)
    const m = this.message(p.seq)
    if (!m) return
    this.items = [...this.items]
    this.items[i] = { ...m, hidden: p.hidden, saved: p.saved }
  }

  /** drop forgets what is held, so that it is loaded anew. */
  drop(): void {
    this.items = []
    this.recent = []
    this.loaded = this.older = this.newer = false
    this.last = 0
  }

  /** show replaces what is held by a page. */
  show(page: Messages, me: number): void {
    const recent = this.recent
    this.drop()
    this.loaded = true
    this.last = page.as_of
    this.older = page.older ?? false
    this.newer = page.newer ?? false
    this.items = (page.messages ?? []).map(m => fromWire(m, page.as_of, me))
    this.recent = recent
    this.replay(this.items, page.as_of, me)
    this.info.seq = Math.max(this.info.seq, page.as_of)
  }

  /** extend takes in the page before or behind what is held. */
  extend(page: Messages, side: 'older' | 'newer', me: number): void {
    if (!this.loaded) return
    const first = this.items[0]?.seq ?? Infinity
    const last = this.items[this.items.length - 1]?.seq ?? 0
    const fresh: Item[] = (page.messages ?? []).filter(m => (side === 'older' ? m.seq < first : m.seq > last)).map(m => fromWire(m, page.as_of, me))
    this.replay(fresh, page.as_of, me)
    if (side === 'older') {
      this.items = [...fresh, ...this.items]
      this.older = page.older ?? false
      return
    }
    this.items = [...this.items, ...fresh]
    this.newer = page.newer ?? false
    const end = this.items[this.items.length - 1]?.seq ?? 0
    if (this.newer) return
    for (const e of this.recent) if (e.seq > Math.max(end, page.as_of)) this.append(e, me)
  }

  /** replay brings items of an older page up to what is known. */
  private replay(items: Item[], asOf: number, me: number): void {
    for (const e of this.recent) {
      if (e.seq <= asOf || (!e.target && e.kind !== 'delete')) continue
      items.forEach((item, i) => {
        if (item.kind === 'message' && concerns(e, item)) items[i] = change(item, e, me)
      })
    }
  }

  /** add takes in the next event of a room that is loaded. */
  add(e: Event, me: number): void {
    this.last = e.seq
    this.recent.push(e)
    if (this.recent.length > maxRecent * 2) this.recent.splice(0, maxRecent)
    this.apply(e, me)
    if (!this.newer) this.append(e, me)
  }

  /** append puts what an event shows behind all that is held. */
  private append(e: Event, me: number): void {
    if (e.seq <= (this.items[this.items.length - 1]?.seq ?? 0)) return // it came again, behind a page of an older state
    if (e.kind === 'message') {
      const target = e.target ? this.message(e.target) : undefined
      this.items = [...this.items, fromEvent(e, me, target ? quoteOf(target) : undefined)]
    } else if (isNotice(e.kind)) this.items = [...this.items, toNotice(e)]
  }

  /** apply changes the messages that an event is about, and those that quote them. */
  private apply(e: Event, me: number): void {
    if (e.kind === 'message' || (!e.target && e.kind !== 'delete')) return
    let items: Item[] | undefined
    this.items.forEach((item, i) => {
      if (item.kind !== 'message') return
      let next = concerns(e, item) ? change(item, e, me) : item
      const quote = e.kind === 'edit' || e.kind === 'delete' ? quoted(item, e) : undefined
      if (quote) next = { ...next, quote }
      if (next === item) return
      items ??= [...this.items]
      items[i] = next
    })
    if (items) this.items = items
  }

  /** setQuote fills in the message that one answers. */
  setQuote(quote: Quote): void {
    this.items = this.items.map(m => (m.kind === 'message' && m.target === quote.seq && !m.quote ? { ...m, quote } : m))
  }

  /** count takes in an event for what is unread, by the rules of marker.set. */
  count(e: Event, me: number): void {
    if (e.seq <= this.countedTo) return
    this.countedTo = e.seq
    if (e.kind === 'message' && e.from.id !== me && e.seq > this.marker) {
      this.unread = Math.min(this.unread + 1, maxUnread)
      if (names(e.details, me)) this.mentions = Math.min(this.mentions + 1, maxUnread)
    } else if (e.kind === 'delete' && e.target && e.target > this.marker && this.unread < maxUnread) {
      const m = this.message(e.target)
      if (!m || m.mine) return
      this.unread = Math.max(this.unread - 1, 0)
      if (m.mention) this.mentions = Math.max(this.mentions - 1, 0)
    }
  }

  /** raise moves the marker forward before the server has said so. */
  raise(seq: number): void {
    if (seq <= this.marker) return
    this.marker = seq
    if (seq >= this.countedTo) this.unread = this.mentions = 0
    else if (this.loaded && !this.newer && this.unread < maxUnread) {
      const rest = this.items.filter(m => m.kind === 'message' && m.seq > seq && !m.mine && !m.deleted) as Message[]
      this.unread = rest.length
      this.mentions = rest.filter(m => m.mention).length
    }
  }

  /** firstUnread returns the seq of the first message that is held and unread; 0 for none. */
  firstUnread(): number {
    return this.items.find(m => m.kind === 'message' && m.seq > this.marker && !m.mine && !m.deleted)?.seq ?? 0
  }

  /** trim drops items at one end until at most `max` are held. */
  trim(max: number, side: 'older' | 'newer'): void {
    const n = this.items.length - max
    if (n <= 0) return
    if (side === 'older') {
      this.items = this.items.slice(n)
      this.older = true
    } else {
      this.items = this.items.slice(0, max)
      this.newer = true
    }
  }
}

/** concerns tells whether an event changes a message. */
function concerns(e: Event, m: Message): boolean {
  if (e.target) return e.target === m.seq
  return e.kind === 'delete' && e.member !== undefined && e.member.id === m.from.id && m.seq < e.seq
}

/** quoted returns the new quote in a message, if an event changes what it quotes. */
function quoted(m: Message, e: Event): Quote | undefined {
  const q = m.quote
  if (!q) return undefined
  if (e.kind === 'edit' && q.seq === e.target) return { ...q, text: e.text?.slice(0, 256), sealed: e.details?.sealed ? true : undefined }
  if (e.kind === 'delete' && (q.seq === e.target || (!e.target && e.member?.id === q.from.id))) return { seq: q.seq, from: q.from, deleted: true }
  return undefined
}
