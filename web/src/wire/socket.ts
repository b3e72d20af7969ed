import { decode, encode, maxFrame, type Document } from './codec.ts'
import { WireError } from './error.ts'
import type { Frame, Methods } from './protocol.gen.ts'

export type Method = keyof Methods

/** How long a request may take before the connection counts as lost, in milliseconds. */
const answerTime = 30_000

interface Pending {
  resolve(result: unknown): void
  reject(err: WireError): void
  timer: ReturnType<typeof setTimeout>
}

/**
 * One WebSocket. Requests may overlap; replies are matched by id. It ends once, by `onEnd`, and then
 * all requests that have no reply fail with the code `lost`: whether they were carried out is unknown.
 */
export class Socket {
  onPush: (frame: Frame) => void = () => {}
  onEnd: (why: WireError) => void = () => {}

  private ws: WebSocket
  private lastID = 0
  private pending = new Map<number, Pending>()
  private bye: WireError | undefined
  private ended = false
  private opened = false
  private waiting: Uint8Array<ArrayBuffer>[] = []

  constructor(url: string, make: (url: string, protocol: string) => WebSocket = (u, p) => new WebSocket(u, p)) {
    this.ws = make(url, 'plausch.v1.msgpack')
    this.ws.binaryType = 'arraybuffer'
    this.ws.onopen = () => {
      this.opened = true
      for (const body of this.waiting) this.ws.send(body)
      this.waiting = []
    }
    this.ws.onmessage = e => this.receive(e.data)
    this.ws.onclose = () => this.end(this.bye ?? lost('the connection is lost'))
  }

  call<M extends Method>(method: M, params: Methods[M]['params'], timeout = answerTime): Promise<Methods[M]['result']> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(lost('there is no connection'))
      const id = ++this.lastID
      const body = encode({ id, method, params: params as unknown as Document })
      if (body.length > maxFrame) return reject(new WireError('too_large', 'this is too long for one message'))
      const timer = setTimeout(() => this.end(lost('the server does not answer')), timeout)
      this.pending.set(id, { resolve: resolve as (r: unknown) => void, reject, timer })
      if (this.opened) this.ws.send(body)
      else this.waiting.push(body)
    })
  }

  close(): void {
    this.end(lost('closed'))
  }

  private receive(data: unknown): void {
    if (this.ended) return
    let frame: Frame
    try {
      frame = decode(new Uint8Array(data as ArrayBuffer)) as unknown as Frame
    } catch (err) {
      return this.end(lost(`the server sent what is no frame: ${err}`))
    }
    if (typeof frame.id === 'number') return this.reply(frame.id, frame)
    if (frame.bye) this.bye = WireError.of(frame.bye)
    else this.onPush(frame)
  }

  private reply(id: number, frame: Frame): void {
    const call = this.pending.get(id)
    if (!call) return
    this.pending.delete(id)
    clearTimeout(call.timer)
    if (frame.error) call.reject(WireError.of(frame.error))
    else call.resolve(frame.result)
  }

  private end(why: WireError): void {
    if (this.ended) return
    this.ended = true
    this.ws.onopen = this.ws.onmessage = this.ws.onclose = null
    this.ws.close()
    const calls = [...this.pending.values()]
    this.pending.clear()
    for (const call of calls) {
      clearTimeout(call.timer)
      call.reject(lost(why.message))
    }
    this.onEnd(why)
  }
}

function lost(message: string): WireError {
  return new WireError('lost', message)
}
