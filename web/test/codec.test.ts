import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decode, encode, type Document } from '../src/wire/codec.ts'

// The golden vectors of package protocol.

function read<T>(name: string): T[] {
  return JSON.parse(readFileSync(new URL(`../../protocol/testdata/${name}.json`, import.meta.url), 'utf8')) as T[]
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))

interface Pair { name: string; json: string; msgpack: string }

/** The JSON of vectors has integers that a number of JavaScript cannot hold; they stay below 2⁵³ in practice. */
const exact = (json: string) => !/\d{17,}/.test(json)

describe.each(['requests', 'replies', 'pushes'])('%s', file => {
  test.each(read<Pair>(file).map(v => [v.name, v] as const))('%s', (_, v) => {
    if (!exact(v.json)) return expect(() => decode(bytes(v.msgpack))).not.toThrow()
    const doc = JSON.parse(v.json) as Document
    expect(JSON.parse(JSON.stringify(decode(bytes(v.msgpack))))).toEqual(doc)
    expect(hex(encode(doc))).toBe(v.msgpack)
  })
})

interface Body { name: string; codec: string; kind: string; level?: string; reason?: string; same?: string; body: { text?: string; hex?: string; times?: number }[] }

function bodyOf(v: Body): Uint8Array {
  return bytes(v.body.map(p => (p.hex ?? Buffer.from(p.text ?? '').toString('hex')).repeat(p.times ?? 1)).join(''))
}

const msgpack = (file: string) => read<Body>(file).filter(v => v.codec === 'msgpack').map(v => [v.name, v] as const)

test.each(msgpack('accepted'))('accepts %s', (_, v) => {
  const doc = decode(bodyOf(v))
  if (exact(v.same!)) expect(JSON.parse(JSON.stringify(doc))).toMatchObject(JSON.parse(v.same!))
})

const ofDocuments = msgpack('refused').filter(([, v]) => v.level === 'document' || v.level === 'framing' || /behind the map/.test(v.reason ?? ''))

test.each(ofDocuments)('refuses %s', (_, v) => {
  expect(() => decode(bodyOf(v))).toThrow()
})
