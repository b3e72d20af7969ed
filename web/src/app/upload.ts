// Files that are uploaded to be sent with the next message of a room.

import { signal, type Signal } from '@preact/signals'
import { newID } from '../wire/id.ts'
import type { Attachment } from '../wire/protocol.gen.ts'

/** How many files go into one message; see plausch.MaxAttachments. */
export const maxFiles = 16
const atOnce = 2

export interface Upload {
  /** A repeat with it keeps no second file. */
  key: string
  file: File
  /** Of a picture: what an img shows of it. */
  preview: string
  state: 'waiting' | 'running' | 'done' | 'failed'
  /** How many bytes have gone out. */
  sent: number
  /** The code of the error. */
  code: string
  attachment?: Attachment
}

/** A file that is not taken. */
export interface Refused {
  name: string
  reason: 'too_large' | 'empty' | 'too_many'
  size: number
  /** The limit: in bytes, or of files. */
  max: number
}

export class Uploads {
  /** What is known of the files that this page has uploaded: a message on its way has their ids alone. */
  readonly known = new Map<string, Attachment>()
  private rooms = new Map<number, Signal<Upload[]>>()
  private requests = new Map<string, XMLHttpRequest>()
  private limit: Promise<number> | undefined

  of(room: number): Signal<Upload[]> {
    let s = this.rooms.get(room)
    if (!s) this.rooms.set(room, (s = signal([])))
    return s
  }

  /** add begins to upload files, and returns those that it did not take. */
  async add(room: number, files: File[]): Promise<Refused[]> {
    const max = await this.maxSize()
    const list = this.of(room)
    const refused: Refused[] = []
    const taken: Upload[] = []
    for (const file of files) {
      const refuse = (reason: Refused['reason'], limit: number) => refused.push({ name: file.name, reason, size: file.size, max: limit })
      if (file.size === 0) refuse('empty', 0)
      else if (file.size > max) refuse('too_large', max)
      else if (list.peek().length + taken.length >= maxFiles) refuse('too_many', maxFiles)
      else {
        const preview = /^image\/(png|jpeg|gif|webp)$/.test(file.type) ? URL.createObjectURL(file) : ''
        taken.push({ key: newID(), file, preview, state: 'waiting', sent: 0, code: '' })
      }
    }
    list.value = [...list.peek(), ...taken]
    this.start()
    return refused
  }

  /** remove takes a file out again, also one that is on its way. */
  remove(room: number, key: string): void {
    const list = this.of(room)
    this.forget(list.peek().filter(u => u.key === key))
    list.value = list.peek().filter(u => u.key !== key)
    this.start()
  }

  retry(room: number, key: string): void {
    this.change(this.of(room), key, { state: 'waiting', sent: 0, code: '' })
    this.start()
  }

  /** take returns the ids of the files of a room, which is then without. All have to be done. */
  take(room: number): string[] {
    const list = this.of(room)
    const all = list.peek()
    this.forget(all)
    list.value = []
    return all.map(u => u.attachment!.id)
  }

  private forget(uploads: Upload[]): void {
    for (const u of uploads) {
      this.requests.get(u.key)?.abort()
      this.requests.delete(u.key)
      if (u.preview) URL.revokeObjectURL(u.preview)
    }
  }

  private change(list: Signal<Upload[]>, key: string, to: Partial<Upload>): void {
    list.value = list.peek().map(u => (u.key === key ? { ...u, ...to } : u))
  }

  private start(): void {
    for (const list of this.rooms.values()) {
      for (const u of list.peek()) {
        if (this.requests.size >= atOnce) return
        if (u.state === 'waiting') this.run(list, u)
      }
    }
  }

  private run(list: Signal<Upload[]>, u: Upload): void {
    const request = new XMLHttpRequest() // fetch tells no progress
    this.requests.set(u.key, request)
    this.change(list, u.key, { state: 'running' })
    const end = (to: Partial<Upload>) => {
      this.requests.delete(u.key)
      this.change(list, u.key, to)
      this.start()
    }
    request.upload.onprogress = e => this.change(list, u.key, { sent: e.loaded })
    request.onerror = () => end({ state: 'failed', code: 'lost' })
    request.onload = () => {
      if (request.status !== 201) return end({ state: 'failed', code: codeIn(request.responseText) })
      const attachment = JSON.parse(request.responseText) as Attachment
      this.known.set(attachment.id, attachment)
      end({ state: 'done', sent: u.file.size, attachment })
    }
    request.open('POST', `/media/attachments?name=${encodeURIComponent(u.file.name)}&client_id=${u.key}`)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.send(u.file)
  }

  /** maxSize asks once how large a file may be. Without an answer the upload itself tells. */
  private maxSize(): Promise<number> {
    this.limit ??= fetch('/media/limit').then(async r => {
      if (!r.ok) throw new Error(r.statusText)
      return ((await r.json()) as { size: number }).size
    }).catch(() => {
      this.limit = undefined
      return Infinity
    })
    return this.limit
  }
}

/** codeIn returns the code of an error that the server has answered with. */
export function codeIn(answer: string): string {
  try {
    return (JSON.parse(answer) as { code?: string; error?: { code?: string } }).error?.code ?? 'internal'
  } catch {
    return 'internal'
  }
}
