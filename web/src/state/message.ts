import type { Account, Details, Event, Message as Wire, Quote, Reaction } from '../wire/protocol.gen.ts'

/** A message as it is now. It is never changed: what happens to it makes a new one. */
export interface Message extends Wire {
  kind: 'message'
  /** What happened up to this seq is in it. */
  asOf: number
  /** The account wrote it. */
  mine: boolean
  /** It names the account, or everybody in the room. */
  mention: boolean
}

/** What else happened in a room: somebody came, went, changed it. */
export interface Notice {
  kind: 'join' | 'leave' | 'role' | 'room' | 'pin' | 'unpin'
  seq: number
  time: number
  from: Account
  member?: Account
  target?: number
  details?: Details
}

/** A row of the timeline. */
export type Item = Message | Notice

const notices = new Set<string>(['join', 'leave', 'role', 'room', 'pin', 'unpin'])

export function isNotice(kind: string): kind is Notice['kind'] {
  return notices.has(kind)
}

/** fromWire returns a message of a page that is of the state `asOf`. */
export function fromWire(w: Wire, asOf: number, me: number): Message {
  const mine = w.from.id === me
  return { ...w, kind: 'message', asOf, mine, mention: !mine && names(w.details, me) }
}

/** fromEvent returns the message that an event of the kind message makes. */
export function fromEvent(e: Event, me: number, quote: Quote | undefined): Message {
  const { room: _, kind: __, member: ___, ...w } = e
  return fromWire(quote ? { ...w, quote } : w, e.seq, me)
}

export function toNotice(e: Event): Notice {
  return { kind: e.kind as Notice['kind'], seq: e.seq, time: e.time, from: e.from, member: e.member, target: e.target, details: e.details }
}

/** names tells whether details name an account. */
export function names(d: Details | undefined, me: number): boolean {
  return d !== undefined && (d.mentions_room === true || (d.mentions?.includes(me) ?? false))
}

/** isDeleted tells whether nothing is left of a message. */
export function isDeleted(m: Message): boolean {
  return (m.deleted ?? 0) > 0
}

const quoteLength = 256

/** quoteOf returns a message as an answer shows it. */
export function quoteOf(m: Message): Quote {
  const quote: Quote = { seq: m.seq, from: m.from }
  if (m.deleted) return { ...quote, deleted: true }
  if (m.text) quote.text = m.text.slice(0, quoteLength)
  if (m.attachments) quote.files = m.attachments.length
  if (m.details?.sealed) quote.sealed = true
  return quote
}

/** change returns what an event makes of the message that it is about; the same if nothing. */
export function change(m: Message, e: Event, me: number): Message {
  if (e.seq <= m.asOf || (m.deleted && e.kind !== 'delete')) return m
  const next = { ...m, asOf: e.seq }
  switch (e.kind) {
    case 'edit':
      next.text = e.text
      next.details = e.details
      next.edited = e.seq
      next.mention = !m.mine && names(e.details, me)
      return next
    case 'delete':
      return { ...empty(next), deleted: e.target ? e.seq : m.seq }
    case 'react':
      next.reactions = react(m.reactions ?? [], e.text ?? '', e.from, me)
      return next
    case 'unreact':
      next.reactions = unreact(m.reactions ?? [], e.text ?? '', e.from, me)
      return next
    case 'pin':
      next.pinned = e.seq
      return next
    case 'unpin':
      next.pinned = undefined
      return next
  }
  return m
}

function empty(m: Message): Message {
  const { text: _, attachments: __, details: ___, reactions: ____, pinned: _____, quote: ______, ...rest } = m
  return { ...rest, mention: false }
}

const firstNames = 3

function react(all: Reaction[], emoji: string, from: Account, me: number): Reaction[] {
  const mine = from.id === me
  const old = all.find(r => r.emoji === emoji)
  if (!old) return [...all, { emoji, count: 1, mine: mine || undefined, first: [from] }]
  const first = (old.first ?? []).length < firstNames ? [...(old.first ?? []), from] : old.first
  return all.map(r => (r === old ? { ...r, count: r.count + 1, mine: r.mine || mine || undefined, first } : r))
}

function unreact(all: Reaction[], emoji: string, from: Account, me: number): Reaction[] {
  const take = (r: Reaction): Reaction => ({
    ...r,
    count: r.count - 1,
    mine: from.id === me ? undefined : r.mine,
    first: r.first?.filter(a => a.id !== from.id),
  })
  return all.map(r => (r.emoji === emoji ? take(r) : r)).filter(r => r.count > 0)
}
