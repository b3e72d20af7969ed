import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Item } from '../state/message.ts'
import type { Room } from '../state/room.ts'
import { canInvite, titleOf } from '../state/state.ts'
import { dayOf, t } from '../text/text.ts'
import { useChat } from './context.ts'
import { openDialog } from './dialog.tsx'
import { Icon } from './icon.tsx'
import { Row, SendRow } from './row.tsx'
import { around, atEnd, startingAt, step, type Window } from './window.ts'

/** The view follows new messages while it is at most this far from the end, in pixels. */
const nearEnd = 100
/** More rows are drawn, or loaded, when the view is this near to an edge. */
const nearEdge = 1200
/** Messages of one author are one group for this long, in milliseconds. */
const groupTime = 5 * 60_000

/** Where the view is: kept outside of the state of Preact, since scrolling changes it. */
interface View {
  /** The seq of the first row. */
  first: number
  /** The view follows the newest message. */
  stuck: boolean
  /** A row in sight, and where it was, so that it stays there. */
  anchor: { seq: number; top: number } | undefined
  /** Where to go when it has been drawn. */
  goal: { seq: number; flash: boolean } | undefined
  /** The newest seq when the view left the end. */
  left: number
  /** Where the scroll bar was seen last. If it is elsewhere, somebody has scrolled, and its event is still to come. */
  at: number
}

export function Timeline({ id }: { id: number }) {
  const chat = useChat()
  const room = chat.room(id)!
  const box = useRef<HTMLDivElement>(null)
  const view = useRef<View>({ first: 0, stuck: true, anchor: undefined, goal: undefined, left: 0, at: 0 })
  const [, draw] = useState(0)
  const redraw = () => draw(n => n + 1)
  const v = view.current

  const items = room.items
  const win = windowOf(v, room)
  v.first = items[win.from]?.seq ?? 0
  const whole = win.to === items.length && !room.newer
  if (v.stuck && box.current && hasLeftEnd(box.current, v)) Object.assign(v, { stuck: false, left: room.info.seq }) // its event is still to come
  if (!v.stuck) v.anchor = findAnchor(box.current) ?? v.anchor

  const jump = chat.jump.value
  useEffect(() => {
    if (jump?.room !== id) return
    if (jump.seq === 0) Object.assign(v, { stuck: true, goal: undefined, anchor: undefined })
    else {
      const i = room.find(jump.seq)
      Object.assign(v, { stuck: false, goal: { seq: jump.seq, flash: jump.flash }, anchor: undefined, first: items[around(i, room.items.length).from]?.seq ?? 0, left: v.left || room.info.seq })
    }
    redraw()
  }, [jump])

  useLayoutEffect(() => place(box.current!, v))
  useLayoutEffect(() => {
    const keep = new ResizeObserver(() => {
      const el = box.current!
      if (v.stuck || v.goal || Math.abs(el.scrollTop - v.at) <= 1) return place(el, v)
      v.anchor = findAnchor(el)
      v.at = el.scrollTop
    })
    keep.observe(box.current!)
    keep.observe(box.current!.firstElementChild!)
    return () => keep.disconnect()
  }, [])
  useEffect(() => {
    const back = () => look()
    addEventListener('focus', back)
    return () => removeEventListener('focus', back)
  }, [])
  useEffect(() => {
    look()
    fill()
  })

  /** look notes what has been read. */
  const look = () => {
    const el = box.current
    if (!el || !document.hasFocus() || document.visibilityState !== 'visible' || !room.loaded) return
    const seq = v.stuck && whole ? room.info.seq : lastSeen(el)
    if (seq > 0) chat.read(id, seq)
  }

  /** fill draws or loads more near the edges. */
  const fill = () => {
    const el = box.current
    if (!el || !room.loaded || v.goal) return
    const below = el.scrollHeight - el.scrollTop - el.clientHeight
    if (el.scrollTop < nearEdge) {
      if (win.from > 0) {
        if (v.stuck) return
        v.first = items[Math.max(0, win.from - step)]!.seq
        redraw()
      } else if (room.older) void chat.loadMore(id, 'older')
    }
    if (below < nearEdge && !v.stuck) {
      if (win.to < items.length) {
        v.first = items[Math.min(win.from + step, items.length - 1)]!.seq
        redraw()
      } else if (room.newer) void chat.loadMore(id, 'newer')
    }
  }

  const scroll = () => {
    const el = box.current!
    const below = el.scrollHeight - el.scrollTop - el.clientHeight
    v.at = el.scrollTop
    const stuck = whole && below < nearEnd
    if (stuck !== v.stuck) {
      v.stuck = stuck
      v.left = stuck ? 0 : room.info.seq
      redraw()
    }
    v.anchor = stuck ? undefined : findAnchor(el)
    look()
    fill()
  }

  const fresh = v.stuck ? 0 : items.filter(m => m.kind === 'message' && !m.mine && m.seq > (v.left || Infinity)).length
  return (
    <div class="timeline-frame">
      <div class="timeline" id="timeline" ref={box} onScroll={scroll} tabIndex={-1}>
        <div class="column">
          {room.loaded && <Beginning room={room} from={win.from} more={() => void chat.loadMore(id, 'older')} />}
          <ol class="rows" aria-label={t('timeline.title')} aria-busy={!room.loaded}>
            {items.slice(win.from, win.to).map((item, i) => {
              const before = items[win.from + i - 1]
              return (
                <Row
                  key={item.seq}
                  room={id}
                  item={item}
                  day={!before || dayOf(before.time) !== dayOf(item.time)}
                  divider={room.divider === item.seq}
                  grouped={isGrouped(before, item) && room.divider !== item.seq}
                  tick={whole && i === win.to - win.from - 1}
                  seen={(room.info.seen ?? 0) >= item.seq}
                />
              )
            })}
            {whole && room.sends.map(send => <SendRow key={send.message.client_id} send={send} />)}
          </ol>
        </div>
      </div>
      {!v.stuck && room.loaded && (
        <button class={`to-end${fresh ? ' fresh' : ''}`} onClick={() => void chat.showNewest(id)} title={t('timeline.newest')}>
          <Icon name="down" />
          <span class={fresh ? '' : 'hidden'}>{fresh ? t('timeline.new_messages', { n: fresh }) : t('timeline.newest')}</span>
        </button>
      )}
    </div>
  )
}

function Beginning({ room, from, more }: { room: Room; from: number; more: () => void }) {
  const chat = useChat()
  const alone = room.info.id === 1 && room.members?.size === 1 && canInvite(chat.state)
  if (alone && !room.older && from === 0) {
    return (
      <div class="nothing">
        <p>{t('timeline.alone')}</p>
        <button class="primary large" onClick={() => openDialog({ kind: 'invite' })}>{t('list.invite')}</button>
      </div>
    )
  }
  if (room.items.length === 0 && room.sends.length === 0) return <p class="nothing">{t('timeline.empty')}</p>
  if (room.older || from > 0) return <p class="older"><button class="quiet" onClick={more}>{t('timeline.older')}</button></p>
  return <p class="beginning">{t('timeline.beginning', { room: titleOf(room.info) })}</p>
}

function windowOf(v: View, room: Room): Window {
  const n = room.items.length
  if (v.stuck && !room.newer) return atEnd(n)
  return startingAt(room.find(v.first), n)
}

function isGrouped(before: Item | undefined, item: Item): boolean {
  return before?.kind === 'message' && item.kind === 'message' && before.from.id === item.from.id &&
    item.time - before.time < groupTime && dayOf(before.time) === dayOf(item.time) && !item.target
}

/** place puts the view where it belongs after the rows have changed. */
function place(el: HTMLElement, v: View): void {
  if (v.goal) {
    const row = rowOf(el, v.goal.seq)
    if (!row) return
    el.scrollTop += row.getBoundingClientRect().top - el.getBoundingClientRect().top - el.clientHeight / 4
    if (v.goal.flash) {
      row.classList.add('flash')
      setTimeout(() => row.classList.remove('flash'), 2000)
    }
    v.goal = undefined
    v.anchor = findAnchor(el)
    v.at = el.scrollTop
    return
  }
  if (v.stuck) {
    el.scrollTop = el.scrollHeight
    v.at = el.scrollTop
    return
  }
  const row = v.anchor && rowOf(el, v.anchor.seq)
  if (!row) return
  const moved = row.getBoundingClientRect().top - el.getBoundingClientRect().top - v.anchor!.top
  if (Math.abs(moved) >= 0.5) el.scrollTop += moved
  v.at = el.scrollTop
}

/** hasLeftEnd tells whether somebody has scrolled away from the end since the view was put there. */
function hasLeftEnd(el: HTMLElement, v: View): boolean {
  return el.scrollTop < v.at - 1 && el.scrollHeight - el.scrollTop - el.clientHeight >= nearEnd
}

function rowOf(el: HTMLElement, seq: number): HTMLElement | null {
  return el.querySelector(`[data-seq="${seq}"]`)
}

/** rowAt returns the place of the first row whose bottom is below y. */
function rowAt(rows: HTMLCollection, y: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const mid = (low + high) >> 1
    if (rows[mid]!.getBoundingClientRect().bottom <= y) low = mid + 1
    else high = mid
  }
  return low
}

function findAnchor(el: HTMLElement | null): View['anchor'] {
  const rows = el?.querySelector('.rows')?.children
  if (!el || !rows?.length) return undefined
  const top = el.getBoundingClientRect().top
  const row = rows[rowAt(rows, top)] as HTMLElement | undefined
  const seq = Number(row?.dataset['seq'])
  return seq ? { seq, top: row!.getBoundingClientRect().top - top } : undefined
}

/** lastSeen returns the seq of the last row that is wholly in sight. */
function lastSeen(el: HTMLElement): number {
  const rows = el.querySelector('.rows')!.children
  const i = rowAt(rows, el.getBoundingClientRect().bottom + 1) - 1
  return Number((rows[Math.min(i, rows.length - 1)] as HTMLElement | undefined)?.dataset['seq'] ?? 0)
}
