import { describe, expect, test, vi } from 'vitest'
import { Backoff } from '../src/wire/backoff.ts'
import { WireError } from '../src/wire/error.ts'
import { newID } from '../src/wire/id.ts'
import { Outbox, type Outgoing } from '../src/wire/outbox.ts'
import type { Event, History, MessageSend } from '../src/wire/protocol.gen.ts'
import { Sync } from '../src/wire/sync.ts'

const event = (seq: number): Event => ({ room: 1, seq, time: seq, kind: 'message', from: { id: 8, name: 'bert' } })
const events = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => event(from + i))
const soon = () => new Promise(resolve => setTimeout(resolve))

describe('the order of events', () => {
  function start(log: Event[]) {
    const told: number[] = []
    const resets: number[] = []
    const missed: number[] = []
    const asked: number[] = []
    const sync = new Sync({ event: e => told.push(e.seq), reset: room => resets.push(room), missed: room => missed.push(room) })
    sync.connected(async (_room, after, limit): Promise<History> => {
      asked.push(after)
      return { events: log.filter(e => e.seq > after).slice(0, limit) }
    })
    return { sync, told, resets, missed, asked }
  }

  test('a followed room has each event once, in order, and gaps are closed from history', async () => {
    const { sync, told, asked } = start(events(1, 8))
    sync.follow(1, 3)
    for (const seq of [4, 4, 3, 7, 6]) sync.push(event(seq))
    await soon()
    sync.push(event(8))
    expect(told).toEqual([4, 5, 6, 7, 8])
    expect(asked).toEqual([4])
  })

  test('after a reconnect it goes on from where it was', async () => {
    const { sync, told } = start(events(1, 9))
    sync.follow(1, 3)
    sync.head(1, 9)
    await soon()
    expect(told).toEqual([4, 5, 6, 7, 8, 9])
  })

  test('a room that is far behind is loaded anew', () => {
    const { sync, told, resets } = start([])
    sync.follow(1, 3)
    sync.head(1, 2000)
    expect(resets).toEqual([1])
    expect(told).toEqual([])
  })

  test('of a room that is not followed a gap makes its counts be asked for', () => {
    const { sync, told, missed } = start([])
    sync.head(1, 3)
    sync.push(event(4))
    sync.push(event(4))
    expect(missed).toEqual([])
    sync.push(event(6))
    expect(told).toEqual([4, 6])
    expect(missed).toEqual([1])
  })
})

describe('the outbox', () => {
  const message = (id: string): Outgoing => ({ room: 1, text: id, client_id: id, at: 1 })

  test('sends in order, and again under the same ids after a cut', async () => {
    const sent: string[] = []
    const box = new Outbox({ sent: m => sent.push(m.client_id), failed: () => {} })
    const wire: string[] = []
    let cut = true
    const send = async (p: MessageSend) => {
      wire.push(p.client_id!)
      if (cut) throw new WireError('lost', '')
      return { room: 1, seq: wire.length, time: 1 }
    }
    box.connected(send)
    box.add(message('A'))
    box.add(message('B'))
    await soon()
    expect(sent).toEqual([])
    cut = false
    box.disconnected()
    box.connected(send)
    await soon()
    expect(wire).toEqual(['A', 'B', 'A', 'B'])
    expect(sent).toEqual(['A', 'B'])
    expect(box.size).toBe(0)
  })

  test('what is refused for good is told and not tried again', async () => {
    const failed: string[] = []
    const box = new Outbox({ sent: () => {}, failed: (_, code) => failed.push(code) })
    box.connected(async () => Promise.reject(new WireError('forbidden', '')))
    box.add(message('A'))
    await soon()
    expect(failed).toEqual(['forbidden'])
    expect(box.size).toBe(0)
  })

  test('what cannot be done now is tried again after a pause', async () => {
    vi.useFakeTimers()
    const sent: string[] = []
    const box = new Outbox({ sent: m => sent.push(m.client_id), failed: () => {} })
    let tries = 0
    box.connected(async () => {
      if (++tries === 1) throw new WireError('rate_limited', '', 3000)
      return { room: 1, seq: 1, time: 1 }
    })
    box.add(message('A'))
    await vi.advanceTimersByTimeAsync(2999)
    expect(tries).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(sent).toEqual(['A'])
    vi.useRealTimers()
  })
})

test('ids grow, also within a millisecond and where the clock goes back', () => {
  const ids = [5, 5, 5, 4, 9].map(now => newID(1_790_000_000_000 + now))
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids).size).toBe(5)
  for (const id of ids) expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
})

test('pauses double up to 30 s, are random, and at least what the server says', () => {
  const b = new Backoff(() => 1)
  expect([1, 2, 3, 4, 5, 6, 7].map(() => b.next())).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000])
  expect(new Backoff(() => 0).next()).toBe(500)
  expect(new Backoff(() => 0).next(7000)).toBe(7000)
})
