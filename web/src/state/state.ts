// The state of the client, and the one function that changes it: what the twin client/timeline is in Go. No
// DOM, no clock and no I/O. Rooms and messages that changed are new in the Change, and nothing else is to be drawn.

import type { Connection, Update } from '../wire/client.ts'
import type { Account, Member, Message as WireMessage, Messages, OwnAccount, Presence as PresenceOf, Status, Welcome } from './types.ts'
import type { Event, Marker, Personal, Room as Info } from '../wire/protocol.gen.ts'
import { quoteOf, fromWire, type Message } from './message.ts'
import { maxItems, maxOpenItems, Room } from './room.ts'
import type { Send } from './send.ts'

/** How long somebody types after having said so, in milliseconds. */
export const typingHolds = 5000

/** What the user does, and what was loaded for them. */
export type Act =
  | { type: 'open'; room: number } // 0 is none
  | { type: 'page'; room: number; page: Messages; side?: 'older' | 'newer' } // without a side it replaces what is held
  | { type: 'read'; room: number; seq: number }
  | { type: 'divide'; room: number; seq: number } // where the divider "new" stands
  | { type: 'members'; room: number; members: Member[] }
  | { type: 'quote'; room: number; message: WireMessage }
  | { type: 'write'; room: number; text: string; target: number } // a draft
  | { type: 'dismiss'; id: string } // a send that was refused
  | { type: 'own_account'; account: OwnAccount; avatar?: string }
  | { type: 'blocks'; accounts: Account[] } // all that the account has blocked
  | { type: 'hidden'; messages: Personal[] } // all messages that it has hidden

/** What has to be drawn again. */
export interface Change {
  rooms: Set<number>
  list: boolean
  status: boolean
  people: boolean
  blocks: boolean
}

export class State {
  welcome: Welcome | undefined
  account: OwnAccount | undefined
  avatar = ''
  connection: Connection = { phase: 'connecting', since: 0 }
  /** The rooms of the account were listed once. */
  listed = false
  rooms = new Map<number, Room>()
  open = 0
  presence = new Map<number, PresenceOf>()
  /** The versions of the pictures of accounts that have one, as members of a room tell. */
  avatars = new Map<number, string>()
  /** What accounts say of themselves, by id. */
  statuses = new Map<number, Status>()
  /** Whom the account has blocked, by id. */
  blocked = new Map<number, Account>()
  /** Accounts by id, as they were seen last. */
  people = new Map<number, Account>()

  get me(): number {
    return this.account?.id ?? 0
  }

  room(id: number): Room | undefined {
    return this.rooms.get(id)
  }

  /** sections returns the rooms of the list: public ones, and private and direct ones, each in order. */
  sections(): { public: Room[]; private: Room[] } {
    const all = [...this.rooms.values()].sort((a, b) => rank(a) - rank(b) || titleOf(a.info).localeCompare(titleOf(b.info)) || a.info.id - b.info.id)
    return { public: all.filter(r => r.info.kind === 'public'), private: all.filter(r => r.info.kind !== 'public') }
  }

  unread(): { messages: number; mentions: number } {
    let messages = 0
    let mentions = 0
    for (const r of this.rooms.values()) {
      messages += r.unread
      mentions += r.info.kind === 'direct' ? r.unread : r.mentions
    }
    return { messages, mentions }
  }
}

/** canInvite tells whether the account may invite people to the server. */
export function canInvite(s: State): boolean {
  return s.account?.role === 'owner' || s.account?.role === 'admin'
}

/** runsRoom tells whether the account runs a room: its owners and admins do, and in all but direct rooms those of the server. */
export function runsRoom(s: State, r: Info): boolean {
  return r.role === 'owner' || r.role === 'admin' || (r.kind !== 'direct' && canInvite(s))
}

/** ownsRoom tells whether the account may do in a room what its owners may. */
export function ownsRoom(s: State, r: Info): boolean {
  return r.role === 'owner' || (r.kind !== 'direct' && canInvite(s))
}

/** statusOf returns what an account says of itself now. */
export function statusOf(s: State, id: number, now: number): Status | undefined {
  const status = id === s.me ? s.account?.status : s.statuses.get(id)
  return status && (!status.until || status.until > now) ? status : undefined
}

function rank(r: Room): number {
  if (r.info.id === 1) return 0
  return r.info.kind === 'direct' ? 2 : 1
}

/** titleOf returns how a room is called. */
export function titleOf(r: Info): string {
  return r.kind === 'direct' ? r.peer?.display || r.peer?.name || '' : r.name ?? ''
}

/** reduce changes the state, and returns what has to be drawn again. */
export function reduce(s: State, a: Update | Act, now: number): Change {
  const change: Change = { rooms: new Set(), list: false, status: false, people: false, blocks: false }
  const r = new Reducer(s, now, change)
  r.reduce(a)
  for (const id of change.rooms) {
    const room = s.rooms.get(id)
    if (room) room.version++
  }
  return change
}

class Reducer {
  constructor(private s: State, private now: number, private change: Change) {}

  reduce(a: Update | Act): void {
    const { s } = this
    switch (a.type) {
      case 'connection': return this.connection(a.connection)
      case 'welcome':
        s.welcome = a.welcome
        this.change.status = true
        return
      case 'account': case 'own_account': return this.account(a.account, a.avatar ?? '')
      case 'rooms': return this.rooms(a.rooms)
      case 'room': return this.describe(a.room)
      case 'left': return this.left(a.room)
      case 'reset': return this.with(a.room, r => r.drop())
      case 'event': return this.event(a.event)
      case 'presence':
        for (const p of a.presence) {
          this.learn(p.account)
          s.presence.set(p.account.id, p.presence as PresenceOf)
          this.status(p.account.id, p.status)
          this.addToPublic(p.account)
        }
        this.change.people = true
        return
      case 'typing':
        if (a.typing.account.id === s.me) return
        return this.with(a.typing.room, r => r.typing.set(a.typing.account.id, { account: a.typing.account, until: this.now + typingHolds }))
      case 'marker': return this.marker(a.marker)
      case 'draft':
        return this.with(a.draft.room, r => {
          if (a.draft.edit <= r.draftEdit) return
          r.draftEdit = a.draft.edit
          r.draft = a.draft.text ?? ''
          r.draftTarget = a.draft.target ?? 0
        })
      case 'personal': return this.with(a.personal.room, r => r.mark(a.personal))
      case 'seen': return this.with(a.seen.room, r => (r.info = { ...r.info, seen: a.seen.seq }))
      case 'preference': {
        const { room, level, mute_until, favourite, order } = a.preference
        this.change.list = true
        return this.with(room, r => (r.info = { ...r.info, level, mute_until, favourite, order }))
      }
      case 'block':
        if (a.block.blocked) s.blocked.set(a.block.account.id, a.block.account)
        else s.blocked.delete(a.block.account.id)
        this.change.blocks = true
        return
      case 'hidden': return this.hidden(a.messages)
      case 'blocks':
        s.blocked = new Map(a.accounts.map(b => [b.id, b]))
        this.change.blocks = true
        return
      case 'queued': return this.with(a.message.room ?? 0, r => this.queued(r, { message: a.message, since: this.now, seq: 0 }))
      case 'sent': return this.sent(a.message.client_id, a.result.room, a.result.seq)
      case 'failed': return this.changeSend(a.message.client_id, send => ({ ...send, failed: a.code }))
      case 'dismiss': return this.dropSend(a.id)
      case 'open': return this.open(a.room)
      case 'page': return this.page(a.room, a.page, a.side)
      case 'read': return this.with(a.room, r => r.raise(a.seq))
      case 'divide': return this.with(a.room, r => (r.divider = a.seq))
      case 'members':
        for (const m of a.members) {
          this.learn(m)
          s.presence.set(m.id, m.presence as PresenceOf)
          if (m.avatar) s.avatars.set(m.id, m.avatar)
          else s.avatars.delete(m.id)
          this.status(m.id, m.status)
        }
        this.change.people = true
        return this.with(a.room, r => (r.members = new Map(a.members.map(m => [m.id, m]))))
      case 'quote': return this.with(a.room, r => r.setQuote(quoteOf(fromWire(a.message, 0, s.me))))
      case 'write':
        return this.with(a.room, r => {
          r.draft = a.text
          r.draftTarget = a.target
        })
    }
  }

  /** with changes a room, if it is there. */
  private with(id: number, f: (r: Room) => void): void {
    const room = this.s.rooms.get(id)
    if (!room) return
    f(room)
    this.change.rooms.add(id)
  }

  private status(id: number, status: Status | undefined): void {
    if (status) this.s.statuses.set(id, status)
    else this.s.statuses.delete(id)
  }

  /** What was hidden or shown on another device while there was no connection. */
  private hidden(all: Personal[]): void {
    const of = new Map<number, Map<number, Personal>>()
    for (const p of all) of.set(p.room, (of.get(p.room) ?? new Map<number, Personal>()).set(p.seq, p))
    for (const r of this.s.rooms.values()) {
      const here = of.get(r.info.id)
      const changed = r.items.filter((m): m is Message => m.kind === 'message' && !!m.hidden !== (here?.has(m.seq) ?? false))
      for (const m of changed) this.with(r.info.id, room => room.mark(here?.get(m.seq) ?? { room: r.info.id, seq: m.seq, saved: m.saved }))
    }
  }

  private learn(a: Account): void {
    const known = this.s.people.get(a.id)
    if (known && known.name === a.name && known.display === a.display) return
    this.s.people.set(a.id, { id: a.id, name: a.name, display: a.display })
    this.change.people = true
  }

  /** Everyone is in the room that all are in; no event tells that somebody has come. */
  private addToPublic(a: Account): void {
    const r = this.s.rooms.get(1)
    if (!r?.members || r.members.has(a.id)) return
    r.members = new Map(r.members).set(a.id, { ...a, role: 'member', presence: 'online' })
    this.change.rooms.add(1)
  }

  private connection(c: Connection): void {
    this.s.connection = c
    this.change.status = true
    if (c.phase === 'online') return
    // Who is there, and who types, is not known without a connection.
    this.s.presence.clear()
    this.change.people = true
    for (const r of this.s.rooms.values()) if (r.typing.size > 0) this.with(r.info.id, room => room.typing.clear())
  }

  private account(account: OwnAccount, avatar: string): void {
    if (avatar) this.s.avatars.set(account.id, avatar)
    else this.s.avatars.delete(account.id)
    this.change.people = true
    if (this.s.account && this.s.account.id !== account.id) this.s.rooms.clear()
    this.s.account = account
    this.s.avatar = avatar
    this.learn(account)
    this.change.status = true
  }

  private rooms(list: Info[]): void {
    const there = new Set(list.map(r => r.id))
    for (const id of this.s.rooms.keys()) if (!there.has(id)) this.left(id)
    for (const info of list) this.describe(info)
    this.s.listed = true
    this.change.list = true
  }

  private describe(info: Info): void {
    const old = this.s.rooms.get(info.id)
    if (old) old.describe(info)
    else this.s.rooms.set(info.id, new Room(info))
    if (info.peer) this.learn(info.peer)
    this.change.list = true
    this.change.rooms.add(info.id)
  }

  private left(id: number): void {
    if (!this.s.rooms.delete(id)) return
    this.change.list = true
    this.change.rooms.add(id)
  }

  private event(e: Event): void {
    const { s } = this
    this.learn(e.from)
    if (e.member) this.learn(e.member)
    const r = s.rooms.get(e.room)
    if (!r) return
    r.count(e, s.me) // before the message is emptied that it may delete
    if (r.loaded) r.add(e, s.me)
    r.info.seq = Math.max(r.info.seq, e.seq)
    r.typing.delete(e.from.id)
    if (e.kind === 'room' && e.details?.room) {
      r.info = { ...r.info, ...e.details.room }
      this.change.list = true
    }
    if (e.member && r.members) this.changeMembers(r, e)
    if (e.kind === 'message' && e.from.id === s.me && e.client_id) this.arrived(r, e.client_id)
    if (e.room !== s.open) r.trim(maxItems, 'older')
    else if (r.items.length > maxOpenItems * 1.25) r.trim(maxOpenItems, 'older')
    this.change.rooms.add(e.room)
    this.change.list = true
  }

  private changeMembers(r: Room, e: Event): void {
    const m = e.member!
    const members = new Map(r.members)
    const old = members.get(m.id)
    if (e.kind === 'leave') members.delete(m.id)
    else if (e.kind === 'join' && !old) members.set(m.id, { ...m, role: 'member', presence: this.s.presence.get(m.id) ?? 'offline' })
    else if (e.kind === 'role' && old) members.set(m.id, { ...old, room_role: e.details?.role === 'member' ? undefined : e.details?.role })
    r.members = members
  }

  private marker(m: Marker): void {
    this.with(m.room, r => {
      r.marker = m.marker
      r.unread = m.unread ?? 0
      r.mentions = m.mentions ?? 0
      const later = r.loaded && !r.newer ? r.items.filter(i => i.kind === 'message' && i.seq > m.as_of && !i.mine && !i.deleted).length : 0
      r.unread += later
      r.countedTo = Math.max(r.countedTo, m.as_of)
    })
    this.change.list = true
  }

  private queued(r: Room, send: Send): void {
    const id = send.message.client_id
    if (r.sends.some(s => s.message.client_id === id)) return
    if (r.items.some(m => m.kind === 'message' && m.mine && m.client_id === id)) return
    r.sends = [...r.sends, send]
  }

  /** sent notes that the server has a message; it is drawn as a send until its event comes. */
  private sent(id: string, room: number, seq: number): void {
    const r = this.s.rooms.get(room)
    if (!r) return
    if (!r.loaded || r.newer || seq <= r.last) this.dropSend(id)
    else this.changeSend(id, send => ({ ...send, seq, failed: undefined }))
  }

  private arrived(r: Room, id: string): void {
    if (r.sends.some(s => s.message.client_id === id)) r.sends = r.sends.filter(s => s.message.client_id !== id)
  }

  private changeSend(id: string, f: (s: Send) => Send): void {
    for (const r of this.s.rooms.values()) {
      if (!r.sends.some(s => s.message.client_id === id)) continue
      this.with(r.info.id, room => (room.sends = room.sends.map(s => (s.message.client_id === id ? f(s) : s))))
    }
  }

  private dropSend(id: string): void {
    for (const r of this.s.rooms.values()) {
      if (r.sends.some(s => s.message.client_id === id)) this.with(r.info.id, room => this.arrived(room, id))
    }
  }

  private open(id: number): void {
    const old = this.s.rooms.get(this.s.open)
    if (this.s.open === id) return
    if (old) {
      old.divider = 0
      if (old.newer) old.drop()
      else old.trim(maxItems, 'older')
      this.change.rooms.add(old.info.id)
    }
    this.s.open = id
    this.change.list = true
    this.with(id, r => (r.divider = r.unread > 0 ? r.firstUnread() : 0))
  }

  private page(id: number, page: Messages, side: 'older' | 'newer' | undefined): void {
    for (const m of page.messages ?? []) this.learn(m.from)
    this.with(id, r => {
      if (side) {
        r.extend(page, side, this.s.me)
        r.trim(maxOpenItems, side === 'older' ? 'newer' : 'older')
        return
      }
      r.show(page, this.s.me)
      const shown = new Set(r.items.map(m => (m.kind === 'message' && m.mine ? m.client_id : undefined)))
      r.sends = r.sends.filter(send => !(send.seq > 0 && send.seq <= r.last) && !shown.has(send.message.client_id))
      if (id === this.s.open && r.unread > 0) r.divider ||= r.firstUnread()
    })
  }
}
