import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from '../src/markdown/block.ts'
import { onlyEmoji } from '../src/markdown/emoji.ts'

interface Vector {
  rule: string
  text: string
  tree: unknown
  emoji?: number
}

const vectors = JSON.parse(readFileSync(new URL('../../markdown/testdata/vectors.json', import.meta.url), 'utf8')) as Vector[]

describe('the vectors that the Go parser reads, too', () => {
  test.each(vectors.map(v => [v.rule, v.text, v] as const))('%s %j', (_, text, v) => {
    expect(parse(text)).toEqual(v.tree)
    expect(onlyEmoji(text)).toBe(v.emoji ?? 0)
  })
})

test('the longest texts of marks are parsed', () => {
  for (const piece of ['*a ', '[', '`` ` ', '||a', '> ', '- ', '@a', 'https://', '***a ', '[a](', '```a\n', '1. a\n  ']) {
    expect(parse(piece.repeat(16384 / piece.length)).length, piece).toBeGreaterThan(0)
  }
})
