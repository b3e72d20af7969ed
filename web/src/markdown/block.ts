import { isBlank, runLength } from './class.ts'
import { parseSpans } from './span.ts'
import type { Block } from './tree.ts'

const maxContainers = 4
const maxLists = 4

/** parse returns the tree of a text. There are no errors: what is no markup is text. */
export function parse(text: string): Block[] {
  return blocks(text.split('\n'), 0)
}

type Found = [blocks: Block[], lines: number]
const nothing: Found = [[], 0]

/** blocks parses the lines of a text or of a container, of which there are `depth` around (B1). It may change lines. */
function blocks(lines: string[], depth: number): Block[] {
  const out: Block[] = []
  let paragraph = 0 // where the lines begin that belong to no block yet
  const endParagraph = (end: number) => {
    const text = trimBlankLines(lines.slice(paragraph, end))
    if (text.length > 0) out.push({ kind: 'paragraph', spans: parseSpans(text.join('\n')) })
  }
  for (let i = 0; i < lines.length;) {
    let end = i // of the paragraph before a block
    let [found, n] = block(lines, i, depth)
    const at = lines[i]!.indexOf('```')
    if (n === 0 && at > 0) {
      ;[found, n] = code(lines, i, at)
      if (found.length > 0) {
        lines[i] = lines[i]!.slice(0, at).replace(/[ \t]+$/, '')
        end++
      }
    }
    if (found.length > 0) {
      endParagraph(end)
      out.push(...found)
      paragraph = i + n
    }
    i += Math.max(n, 1)
  }
  endParagraph(lines.length)
  return out
}

/** block returns the blocks that begin at a line. Lines that it takes without a block are a paragraph's. */
function block(lines: string[], i: number, depth: number): Found {
  const line = lines[i]!
  if (line.startsWith('```')) return code(lines, i, 0)
  if (line.startsWith('> ') && depth < maxContainers) return quote(lines, i, depth)
  if (line.startsWith('||') && depth < maxContainers) return spoiler(lines, i, depth)
  return list(lines, i)
}

/** code parses a fenced block whose fence stands at `at` of a line (B2). Of an unfinished one it takes all lines that are left. */
function code(lines: string[], i: number, at: number): Found {
  const before = lines[i]!.slice(0, at)
  const opening = lines[i]!.slice(at)
  const fence = opening.slice(0, runLength(opening, 0))
  const first = trim(opening.slice(fence.length))
  if ((before + first).includes('`') || (at > 0 && fence.length > 3)) return nothing
  let text: string[] = []
  let n = 1
  let rest = ''
  let closed = false
  for (; i + n < lines.length && !closed; n++) {
    let line = lines[i + n]!
    const where = line.indexOf(fence)
    closed = where >= 0
    if (closed) {
      rest = trim(line.slice(where + runLength(line, where)))
      line = line.slice(0, where)
    }
    if (!closed || !isBlank(line)) text.push(line)
  }
  const hasCode = trimBlankLines(text).length > 0
  const out: Block = { kind: 'code' }
  if (at > 0 && !(closed && hasCode)) return nothing
  if (first === '' && !hasCode) return [[], n]
  if (hasCode && first !== '' && /^[a-zA-Z0-9+#._-]{1,32}$/.test(first)) out.lang = first
  else if (first !== '') text = [first, ...text]
  out.text = text.join('\n')
  if (rest !== '') lines[i + --n] = rest
  return [[out], n]
}

/** quote parses lines that begin with > (B3). */
function quote(lines: string[], i: number, depth: number): Found {
  if (isBlank(lines[i]!.slice(1))) return nothing
  const inner: string[] = []
  for (const line of lines.slice(i)) {
    if (line !== '>' && !line.startsWith('> ')) break
    inner.push(line.slice(2))
  }
  return [[{ kind: 'quote', children: blocks(inner, depth + 1) }], inner.length]
}

/** spoiler parses a spoiler of more than one line (B4). */
function spoiler(lines: string[], i: number, depth: number): Found {
  const first = lines[i]!.slice(2)
  if (first.startsWith('|') || first.includes('||')) return nothing
  let inner = [first]
  for (let n = 1; i + n < lines.length; n++) {
    const line = lines[i + n]!
    const at = line.indexOf('||')
    if (at < 0) {
      inner.push(line)
      continue
    }
    inner = trimBlankLines([...inner, line.slice(0, at)])
    if (inner.length === 0 || !isBlank(line.slice(at + 2))) return nothing
    return [[{ kind: 'spoiler', children: blocks(inner, depth + 1) }], n + 1]
  }
  return nothing
}

/** A line of a list, and those that go on with it. */
interface Item {
  indent: number
  ordered: boolean
  number: number
  texts: string[]
}

/** list parses lines that begin with -, * or a number (B5). */
function list(lines: string[], i: number): Found {
  const items: Item[] = []
  let n = 0
  for (; i + n < lines.length; n++) {
    const line = lines[i + n]!
    const item = parseItem(line)
    if (item) {
      items.push(item)
      continue
    }
    const [indent, rest] = cutIndent(line)
    if (items.length === 0 || indent < 2 || rest === '') break
    items[items.length - 1]!.texts.push(rest)
  }
  return [nest(items, 1), n]
}

/** nest returns the lists of items: what is indented further than the first item of a list belongs to the item before it (B5). */
function nest(items: Item[], level: number): Block[] {
  const lists: Block[] = []
  for (let at = 0; at < items.length;) {
    const first = items[at]!
    let end = at + 1
    while (level < maxLists && end < items.length && items[end]!.indent >= first.indent + 2) end++
    const kind = first.ordered ? 'ordered_list' : 'list'
    if (lists[lists.length - 1]?.kind !== kind) lists.push({ kind, children: [] })
    const item: Block = { kind: 'item', spans: parseSpans(first.texts.join('\n')) }
    if (first.number) item.number = first.number
    const children = nest(items.slice(at + 1, end), level + 1)
    if (children.length > 0) item.children = children
    lists[lists.length - 1]!.children!.push(item)
    at = end
  }
  return lists
}

/** parseItem returns the item that a line begins (B5). */
function parseItem(line: string): Item | undefined {
  const [indent, rest] = cutIndent(line)
  const space = rest.indexOf(' ')
  if (space < 0) return undefined
  const marker = rest.slice(0, space)
  const text = rest.slice(space + 1).replace(/^[ \t]+/, '')
  if (text === '') return undefined
  if (marker === '-' || marker === '*') return { indent, ordered: false, number: 0, texts: [text] }
  if (!/^(?:0|[1-9][0-9]{0,8})\.$/.test(marker)) return undefined
  return { indent, ordered: true, number: Number(marker.slice(0, -1)), texts: [text] }
}

/** cutIndent returns the columns of white space that a line begins with, a tab as four, and the rest of it. */
function cutIndent(line: string): [indent: number, rest: string] {
  let indent = 0
  let at = 0
  for (; line[at] === ' ' || line[at] === '\t'; at++) indent += line[at] === '\t' ? 4 : 1
  return [indent, line.slice(at)]
}

function trimBlankLines(lines: string[]): string[] {
  let from = 0
  let to = lines.length
  while (from < to && isBlank(lines[from]!)) from++
  while (to > from && isBlank(lines[to - 1]!)) to--
  return lines.slice(from, to)
}

function trim(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '')
}
