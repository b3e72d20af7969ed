// Addresses of the app: /r/ROOM and /r/ROOM/SEQ, where ROOM is a name or id:NUMBER, as in links to messages
// (docs/markdown.md, S8). Digits alone are an id, too: so notifications write it.

import type { Room } from '../wire/protocol.gen.ts'

export interface Place {
  /** The room by name or id; undefined for none. */
  room?: { id: number } | { name: string }
  seq?: number
}

export function parse(path: string): Place {
  const m = /^\/r\/(?:(?:id:)?([1-9]\d{0,17})|([a-z0-9][a-z0-9._-]{1,31}))(?:\/([1-9]\d{0,17}))?\/?$/i.exec(decodeURIComponent(path))
  if (!m) return {}
  const room = m[1] ? { id: Number(m[1]) } : { name: m[2]!.toLowerCase() }
  return m[3] ? { room, seq: Number(m[3]) } : { room }
}

export function pathOf(room: Room, seq?: number): string {
  const name = room.kind === 'direct' || !room.name ? `id:${room.id}` : room.name
  return `/r/${name}${seq ? `/${seq}` : ''}`
}
