import { describe, expect, test } from 'vitest'
import { reduce, runsRoom, State, statusOf, type Act } from '../src/state/state.ts'
import type { Message } from '../src/state/message.ts'
import type { Update } from '../src/wire/client.ts'
import type { Event, Message as Wire, Messages, Room } from '../src/wire/protocol.gen.ts'

const me = { id: 7, name: 'anna', role: 'member' }
const bert = { id: 8, name: 'bert' }
const room: Room = { id: 1, kind: 'public', name: 'public', seq: 10, joined: true, marker: 10 }

function start(): { s: State; do: (...acts: (Update | Act)[]) => void } {
  const s = new State()
  const run = (...acts: (Update | Act)[]) => acts.forEach(a => reduce(s, a, 1000))
  run({ type: 'account', account: me }, { type: 'rooms', rooms: [room] })
  return { s, do: run }
}

const wire = (seq: number, more: Partial<Wire> = {}): Wire => ({ seq, time: seq * 1000, from: bert, text: `text ${seq}`, ...more })
const page = (asOf: number, ...messages: Wire[]): Messages => ({ messages, as_of: asOf, first: 1 })
const event = (seq: number, more: Partial<Event> = {}): Update => ({ type: 'event', event: { room: 1, seq, time: seq * 1000, kind: 'message', from: bert, text: `text ${seq}`, ...more } })
const messages = (s: State) => s.room(1)!.items.filter((m): m is Message => m.kind === 'message')
const texts = (s: State) => messages(s).map(m => m.text)

describe('what happens to messages', () => {
  test('edits, deletions, pins and reactions are folded into them', () => {
    const { s, do: run } = start()
    run({ type: 'page', room: 1, page: page(10, wire(9), wire(10)) })
    run(event(11, { kind: 'edit', target: 9, text: 'better' }), event(12, { kind: 'react', target: 10, text: '👍' }))
    run(event(13, { kind: 'react', target: 10, text: '👍', from: me }), event(14, { kind: 'pin', target: 9, text: undefined }))
    expect(texts(s)).toEqual(['better', 'text 10'])
    expect(messages(s)[0]).toMatchObject({ edited: 11, pinned: 14 })
    expect(messages(s)[1]!.reactions).toEqual([{ emoji: '👍', count: 2, mine: true, first: [bert, me] }])
    run(event(15, { kind: 'unreact', target: 10, text: '👍', from: me }), event(16, { kind: 'delete', target: 9, text: undefined }))
    expect(messages(s)[1]!.reactions).toEqual([{ emoji: '👍', count: 1, mine: undefined, first: [bert] }])
    expect(messages(s)[0]).toMatchObject({ deleted: 16 })
    expect(texts(s)[0]).toBeUndefined()
  })

  test('an event that is in a page already is not folded twice', () => {
    const { s, do: run } = start()
    const reacted = wire(9, { reactions: [{ emoji: '👍', count: 1, first: [bert] }] })
    run({ type: 'page', room: 1, page: page(11, reacted) })
    s.room(1)!.last = 10 // the push comes behind the page
    run(event(11, { kind: 'react', target: 9, text: '👍' }))
    expect(messages(s)[0]!.reactions![0]!.count).toBe(1)
  })

  test('a page that is older than what is known is brought up to it', () => {
    const { s, do: run } = start()
    run({ type: 'page', room: 1, page: { ...page(10, wire(10)), older: true } })
    run(event(11, { kind: 'edit', target: 5, text: 'better' }))
    run({ type: 'page', room: 1, page: page(10, wire(5)), side: 'older' })
    expect(texts(s)).toEqual(['better', 'text 10'])
  })

  test('quotes follow what they quote', () => {
    const { s, do: run } = start()
    run({ type: 'page', room: 1, page: page(10, wire(10)) }, event(11, { target: 10 }))
    expect(messages(s)[1]!.quote).toMatchObject({ seq: 10, text: 'text 10' })
    run(event(12, { kind: 'edit', target: 10, text: 'better' }))
    expect(messages(s)[1]!.quote!.text).toBe('better')
    run(event(13, { kind: 'delete', target: 10, text: undefined }))
    expect(messages(s)[1]!.quote).toEqual({ seq: 10, from: bert, deleted: true })
  })

  test('an erased account leaves no text', () => {
    const { s, do: run } = start()
    run({ type: 'page', room: 1, page: page(10, wire(9), wire(10, { from: me })) }, event(11, { kind: 'delete', from: me, member: bert, text: undefined }))
    expect(texts(s)).toEqual([undefined, 'text 10'])
    expect(messages(s)[0]!.deleted).toBe(9)
  })

  test('where newer messages are not held, what comes is not drawn behind the gap', () => {
    const { s, do: run } = start()
    run({ type: 'page', room: 1, page: { ...page(10, wire(3)), newer: true } }, event(11))
    expect(texts(s)).toEqual(['text 3'])
    run({ type: 'page', room: 1, page: page(10, wire(4), wire(10)), side: 'newer' })
    expect(texts(s)).toEqual(['text 3', 'text 4', 'text 10', 'text 11'])
  })
})

describe('what is unread', () => {
  test('messages of others count, once each, and mentions of the account', () => {
    const { s, do: run } = start()
    run(event(11), event(11), event(12, { from: me }), event(13, { details: { mentions: [7] } }), event(14, { kind: 'react', target: 11, text: '👍' }))
    expect(s.room(1)).toMatchObject({ unread: 2, mentions: 1 })
  })

  test('the marker of the server takes the place of the count', () => {
    const { s, do: run } = start()
    run(event(11), event(12), { type: 'marker', marker: { room: 1, marker: 11, unread: 1, as_of: 12 } })
    expect(s.room(1)).toMatchObject({ unread: 1, marker: 11 })
    run(event(13))
    expect(s.room(1)!.unread).toBe(2)
  })

  test('reading ends it at once, and a deletion takes one away', () => {
    const { s, do: run } = start()
    run({ type: 'page', room: 1, page: page(10, wire(10)) }, event(11), event(12), event(13))
    run(event(14, { kind: 'delete', target: 12, text: undefined }))
    expect(s.room(1)!.unread).toBe(2)
    run({ type: 'read', room: 1, seq: 11 })
    expect(s.room(1)!.unread).toBe(1)
    run({ type: 'read', room: 1, seq: 14 })
    expect(s.room(1)!.unread).toBe(0)
  })

  test('the divider stands at the first unread message and stays while the room is open', () => {
    const { s, do: run } = start()
    run({ type: 'page', room: 1, page: page(10, wire(10)) }, event(11), { type: 'open', room: 1 }, { type: 'read', room: 1, seq: 11 })
    expect(s.room(1)!.divider).toBe(11)
    run({ type: 'open', room: 0 }, { type: 'open', room: 1 })
    expect(s.room(1)!.divider).toBe(0)
  })
})

describe('messages on their way', () => {
  const message = { room: 1, text: 'hello', client_id: 'A1', at: 5 }

  test('is drawn until its event comes, whether the reply is before it or behind it', () => {
    for (const first of ['reply', 'event']) {
      const { s, do: run } = start()
      run({ type: 'page', room: 1, page: page(10) }, { type: 'queued', message })
      const reply: Update = { type: 'sent', message, result: { room: 1, seq: 11, time: 9 } }
      const its = event(11, { from: me, text: 'hello', client_id: 'A1' })
      run(...(first === 'reply' ? [reply, its] : [its, reply]))
      expect(s.room(1)!.sends, first).toEqual([])
      expect(texts(s), first).toEqual(['hello'])
    }
  })

  test('one that is queued again after a reload is not drawn beside its event', () => {
    const { s, do: run } = start()
    run({ type: 'queued', message }, { type: 'page', room: 1, page: page(11, wire(11, { from: me, client_id: 'A1' })) })
    expect(s.room(1)!.sends).toEqual([])
  })

  test('one that is refused stays until it is dismissed', () => {
    const { s, do: run } = start()
    run({ type: 'queued', message }, { type: 'failed', message, code: 'forbidden' })
    expect(s.room(1)!.sends).toMatchObject([{ failed: 'forbidden' }])
    run({ type: 'dismiss', id: 'A1' })
    expect(s.room(1)!.sends).toEqual([])
  })
})

test('somebody who types does until their message comes, or five seconds later', () => {
  const { s, do: run } = start()
  run({ type: 'typing', typing: { room: 1, account: bert } })
  expect([...s.room(1)!.typing.values()]).toEqual([{ account: bert, until: 6000 }])
  run(event(11))
  expect(s.room(1)!.typing.size).toBe(0)
})

describe('what one does for oneself', () => {
  test('messages are hidden and saved, also while there was no connection', () => {
    const { s, do: run } = start()
    run({ type: 'page', room: 1, page: page(10, wire(8), wire(9), wire(10)) })
    run({ type: 'personal', personal: { room: 1, seq: 9, hidden: true } }, { type: 'personal', personal: { room: 1, seq: 10, saved: true } })
    expect(messages(s).map(m => [m.hidden, m.saved])).toEqual([[undefined, undefined], [true, undefined], [undefined, true]])
    run({ type: 'hidden', messages: [{ room: 1, seq: 8, hidden: true }] })
    expect(messages(s).map(m => [m.hidden ?? false, m.saved ?? false])).toEqual([[true, false], [false, false], [false, true]])
  })

  test('people are blocked, and the list that is loaded counts', () => {
    const { s, do: run } = start()
    run({ type: 'block', block: { account: bert, blocked: true } })
    expect([...s.blocked.keys()]).toEqual([8])
    run({ type: 'block', block: { account: bert } })
    expect(s.blocked.size).toBe(0)
    run({ type: 'blocks', accounts: [bert] })
    expect([...s.blocked.keys()]).toEqual([8])
  })
})

test('who runs a room', () => {
  const { s } = start()
  const garden: Room = { id: 2, kind: 'public', name: 'garden', seq: 1, joined: true, role: 'member' }
  expect(runsRoom(s, garden)).toBe(false)
  expect(runsRoom(s, { ...garden, role: 'admin' })).toBe(true)
  s.account = { ...me, role: 'admin' }
  expect(runsRoom(s, garden)).toBe(true)
  expect(runsRoom(s, { id: 3, kind: 'direct', peer: bert, seq: 1 })).toBe(false)
})

test('a status ends by itself, and goes when presence tells of none', () => {
  const { s, do: run } = start()
  run({ type: 'presence', presence: [{ account: bert, presence: 'online', status: { text: 'on holiday', until: 2000 } }] })
  expect(statusOf(s, 8, 1999)?.text).toBe('on holiday')
  expect(statusOf(s, 8, 2000)).toBeUndefined()
  run({ type: 'presence', presence: [{ account: bert, presence: 'away' }] })
  expect(statusOf(s, 8, 1000)).toBeUndefined()
})

test('the other one has seen up to a message', () => {
  const { s, do: run } = start()
  run({ type: 'room', room: { id: 3, kind: 'direct', peer: bert, seq: 4, joined: true, marker: 4 } }, { type: 'seen', seen: { room: 3, seq: 4 } })
  expect(s.room(3)!.info.seen).toBe(4)
})
