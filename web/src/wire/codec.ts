// The msgpack of the native protocol: docs/protocol.md, "Documents". A body is one map. What
// breaks a rule is refused as a whole, also under keys that nobody knows.

export type Value = string | number | boolean | Value[] | { [key: string]: Value | undefined }
export type Document = { [key: string]: Value | undefined }

/** The largest body of a frame, in bytes. */
export const maxFrame = 64 << 10
const maxNesting = 32
const maxKeys = 64
const maxElements = 256

/** A body that breaks the rules. */
export class RefusedError extends Error {}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** encode returns a document as msgpack. Keys whose value is undefined are left out. */
export function encode(doc: Document): Uint8Array<ArrayBuffer> {
  const out: number[] = []
  appendValue(out, doc)
  return Uint8Array.from(out)
}

function appendValue(out: number[], v: Value): void {
  if (typeof v === 'string') {
    const bytes = encoder.encode(v)
    appendHead(out, bytes.length, 0xa0, 32, 0xd9, 0xda)
    for (const b of bytes) out.push(b)
  } else if (typeof v === 'number') appendNumber(out, v)
  else if (typeof v === 'boolean') out.push(v ? 0xc3 : 0xc2)
  else if (Array.isArray(v)) {
    appendHead(out, v.length, 0x90, 16, 0, 0xdc)
    for (const e of v) appendValue(out, e)
  } else {
    const keys = Object.keys(v).filter(k => v[k] !== undefined)
    appendHead(out, keys.length, 0x80, 16, 0, 0xde)
    for (const k of keys) {
      appendValue(out, k)
      appendValue(out, v[k]!)
    }
  }
}

/** appendHead writes a length: within the first byte below `small`, else behind one of the markers. */
function appendHead(out: number[], n: number, fix: number, small: number, marker8: number, marker16: number): void {
  if (n < small) out.push(fix | n)
  else if (marker8 && n < 0x100) out.push(marker8, n)
  else if (n < 0x10000) out.push(marker16, n >> 8, n & 0xff)
  else throw new RefusedError('too long for a frame')
}

/** appendNumber writes an integer in the fewest bytes of a signed type, as the server does. */
function appendNumber(out: number[], n: number): void {
  if (!Number.isSafeInteger(n)) throw new RefusedError(`${n} is not an integer of the protocol`)
  if (n >= -32 && n < 128) out.push(n & 0xff)
  else if (n >= -0x80 && n < 0) out.push(0xd0, n & 0xff)
  else if (n >= -0x8000 && n < 0x8000) out.push(0xd1, (n >> 8) & 0xff, n & 0xff)
  else if (n >= -0x80000000 && n < 0x80000000) out.push(0xd2, n >>> 24, (n >> 16) & 0xff, (n >> 8) & 0xff, n & 0xff)
  else {
    const b = new DataView(new ArrayBuffer(8))
    b.setBigInt64(0, BigInt(n))
    out.push(0xd3)
    for (let i = 0; i < 8; i++) out.push(b.getUint8(i))
  }
}

/** decode reads a body, or throws a RefusedError. */
export function decode(body: Uint8Array): Document {
  if (body.length > maxFrame) throw new RefusedError('the frame is too large')
  const r = new Reader(body)
  const first = body[0]
  if (first === undefined || !((first >= 0x80 && first <= 0x8f) || first === 0xde || first === 0xdf)) throw new RefusedError('it is no map')
  const doc = r.value(1) as Document
  if (r.at !== body.length) throw new RefusedError('something stands behind the map')
  return doc
}

class Reader {
  at = 0
  private view: DataView

  constructor(private body: Uint8Array) {
    this.view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  }

  /** take moves over n bytes and returns where they begin. */
  private take(n: number): number {
    const from = this.at
    if (n > this.body.length - from) throw new RefusedError('it ends too early')
    this.at = from + n
    return from
  }

  value(depth: number): Value {
    const b = this.view.getUint8(this.take(1))
    if (b < 0x80) return b
    if (b < 0x90) return this.map(b & 0x0f, depth)
    if (b < 0xa0) return this.array(b & 0x0f, depth)
    if (b < 0xc0) return this.text(b & 0x1f)
    if (b >= 0xe0) return b - 0x100
    switch (b) {
      case 0xc2: return false
      case 0xc3: return true
      case 0xca: return finite(this.view.getFloat32(this.take(4)))
      case 0xcb: return finite(this.view.getFloat64(this.take(8)))
      case 0xcc: return this.view.getUint8(this.take(1))
      case 0xcd: return this.view.getUint16(this.take(2))
      case 0xce: return this.view.getUint32(this.take(4))
      case 0xcf: return Number(this.view.getBigUint64(this.take(8)))
      case 0xd0: return this.view.getInt8(this.take(1))
      case 0xd1: return this.view.getInt16(this.take(2))
      case 0xd2: return this.view.getInt32(this.take(4))
      case 0xd3: return Number(this.view.getBigInt64(this.take(8)))
      case 0xd9: case 0xda: case 0xdb: return this.text(this.length(b - 0xd9))
      case 0xdc: case 0xdd: return this.array(this.length(b - 0xdb), depth)
      case 0xde: case 0xdf: return this.map(this.length(b - 0xdd), depth)
    }
    throw new RefusedError('a type that the protocol does not have')
  }

  private length(kind: number): number {
    if (kind === 0) return this.view.getUint8(this.take(1))
    return kind === 1 ? this.view.getUint16(this.take(2)) : this.view.getUint32(this.take(4))
  }

  private text(n: number): string {
    const from = this.take(n)
    try {
      return decoder.decode(this.body.subarray(from, this.at))
    } catch {
      throw new RefusedError('a string is not UTF-8')
    }
  }

  private array(n: number, depth: number): Value[] {
    if (depth > maxNesting || n > maxElements) throw new RefusedError('too deep, or too many elements')
    const list: Value[] = []
    for (let i = 0; i < n; i++) list.push(this.value(depth + 1))
    return list
  }

  private map(n: number, depth: number): Document {
    if (depth > maxNesting || n > maxKeys) throw new RefusedError('too deep, or too many keys')
    const doc: Document = Object.create(null)
    for (let i = 0; i < n; i++) {
      const key = this.value(depth + 1)
      if (typeof key !== 'string') throw new RefusedError('a key is no string')
      if (key in doc) throw new RefusedError('a key stands twice')
      doc[key] = this.value(depth + 1)
    }
    return doc
  }
}

function finite(n: number): number {
  if (!Number.isFinite(n)) throw new RefusedError('a number is not finite')
  return n
}
