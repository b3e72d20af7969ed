import { isSpace, isVisible, isWord, runLength } from './class.ts'
import { addressEnd, mentionAt, messageLinkAt } from './word.ts'
import type { Span, SpanKind } from './tree.ts'

// Marks are kinds of spans that are opened and closed by the same characters (S4).
const star = 0
const underscore = 1
const starStar = 2
const tildes = 3
const bars = 4
const kinds: SpanKind[] = ['em', 'em', 'strong', 'strike', 'spoiler']
const marksOf: Record<string, number[]> = { '*': [star], '**': [starStar], '***': [starStar, star], _: [underscore], '~~': [tildes], '||': [bars] }
const none = -1

/** parseSpans parses the text of a paragraph or an item, which is not blank. */
export function parseSpans(text: string): Span[] {
  return new Scanner(text).scan()
}

/** Reads spans from the left to the right. It puts out spans, among them marks and brackets as text; what closes one takes all behind it for its children. */
class Scanner {
  private at = 0
  private start = 0 // where the text begins that is not in out yet
  private out: Span[] = []
  private open = [none, none, none, none, none] // where in out each mark was opened last
  private brackets: number[] = [] // where in out [ stand that may begin a link
  private visible = none // the last place in out with a visible character
  private link = none // the last place in out with a link
  private lastBars: number // where in the text the last || stands
  private ticks: Map<number, number> // where each run of backticks that begins code has its other one

  constructor(private text: string) {
    this.lastBars = text.lastIndexOf('||')
    this.ticks = pairTicks(text)
  }

  scan(): Span[] {
    while (this.at < this.text.length) if (!this.span()) this.at++
    this.flush()
    return joinText(this.out)
  }

  private span(): boolean {
    switch (this.text[this.at]) {
      case '\\': return this.escape()
      case '`': return this.code()
      case '*': case '_': case '~': case '|': return this.marks()
      case '[':
        this.put(1, { kind: 'text', text: '[' })
        this.brackets.push(this.out.length - 1)
        return true
      case ']': return this.namedLink()
      case 'h': case 'H': case 'm': case 'M': return this.bareLink()
      case '@': return this.mention()
      case '/': return this.messageLink()
      case '\n': this.newline()
    }
    return false
  }

  /** put puts out a span of the next n characters, behind the text before it. */
  private put(n: number, span: Span, visible = false): void {
    this.flush()
    this.out.push(span)
    this.at += n
    this.start = this.at
    if (visible) this.visible = this.out.length - 1
  }

  private flush(): void {
    const text = this.text.slice(this.start, this.at)
    if (text !== '') {
      this.out.push({ kind: 'text', text })
      for (let i = 0; i < text.length; i++) {
        if (!isVisible(text.charCodeAt(i))) continue
        this.visible = this.out.length - 1
        break
      }
    }
    this.start = this.at
  }

  /** The character before the next one, a space if there is none. */
  private before(): number {
    if (this.at === 0) return 32
    const c = this.text.charCodeAt(this.at - 1)
    return c >= 0xdc00 && c <= 0xdfff && this.at > 1 ? this.text.codePointAt(this.at - 2)! : c
  }

  private charAt(i: number): number {
    return this.text.codePointAt(i) ?? 32
  }

  /** S1 */
  private escape(): boolean {
    const next = this.text[this.at + 1]
    if (next === undefined || !'*_~|`[>@-'.includes(next)) return false
    if (this.before() === 0xaf) {
      this.at += 2
      return true
    }
    this.flush()
    this.start = this.at + 1
    this.at += 2
    return true
  }

  /** S2 */
  private code(): boolean {
    const n = runLength(this.text, this.at)
    const end = this.ticks.get(this.at)
    if (end === undefined) {
      this.at += n
      return true
    }
    let text = this.text.slice(this.at + n, end)
    if (text.startsWith(' ') && text.endsWith(' ')) text = text.slice(1, -1)
    this.put(end + n - this.at, { kind: 'code', text }, true)
    return true
  }

  /** newline leaves as text, at a blank line, what was opened before it, but for spoilers (S4, S5). */
  private newline(): void {
    if (!blankLine(this.text, this.at)) return
    const spoiler = this.open[bars]!
    this.forget(none)
    this.open[bars] = spoiler
  }

  /** S4 */
  private marks(): boolean {
    const c = this.text[this.at]!
    const n = runLength(this.text, this.at)
    let marks = marksOf[this.text.slice(this.at, this.at + n)]
    if (!marks) {
      this.at += n
      return true
    }
    const before = this.before()
    const after = this.charAt(this.at + n)
    const opens = c === '|' || (!isSpace(after) && !isWord(before))
    const closes = c === '|' || (!isSpace(before) && (c !== '_' || !isWord(after)))
    this.flush()
    let left = n
    if (marks.length === 2 && this.open[marks[0]!]! < this.open[marks[1]!]!) marks = [marks[1]!, marks[0]!] // the inner one first
    for (const m of marks) if (closes && this.close(m)) left -= width(m)
    if (left > 0) this.put(left, { kind: 'text', text: this.text.slice(this.at, this.at + left) })
    this.at += n - left
    this.start = this.at
    if (left === n && opens) for (const m of marks) this.open[m] = this.out.length - 1
    return true
  }

  /** close makes one span of a mark that is open and all that was put out since, and tells whether it did (S4). */
  private close(m: number): boolean {
    const p = this.open[m]!
    if (p === none || this.inSpoiler(p)) return false
    if ((m === bars && isBlankText(this.out, p + 1)) || (m !== bars && this.visible <= p)) {
      this.open[m] = none
      return false
    }
    const opening = this.out[p]!
    this.out[p] = { ...opening, text: opening.text!.slice(width(m)) }
    this.wrap(p + 1, { kind: kinds[m]! })
    this.open[m] = none
    this.forget(p)
    return true
  }

  /** inSpoiler tells whether a spoiler was opened behind place p and can still be closed: then nothing may end that began before it. */
  private inSpoiler(p: number): boolean {
    return this.open[bars]! > p && this.lastBars >= this.at
  }

  /** wrap makes all from place p on the children of a span that takes their place. */
  private wrap(p: number, span: Span): void {
    const children = joinText(this.out.splice(p))
    if (children.length > 0) span.children = children
    this.out.push(span)
    this.visible = Math.min(this.visible, p)
    this.link = Math.min(this.link, p)
  }

  /** forget leaves as text what was opened behind place p. */
  private forget(p: number): void {
    this.open = this.open.map(o => (o > p ? none : o))
    while (this.brackets.length > 0 && this.brackets[this.brackets.length - 1]! > p) this.brackets.pop()
  }

  /** namedLink reads the ] of [text](address) (S5). */
  private namedLink(): boolean {
    const p = this.brackets.pop()
    if (p === undefined || !this.text.startsWith('](', this.at)) return false
    const end = addressEnd(this.text, this.at + 2)
    if (end < 0 || this.text[end] !== ')') return false
    this.flush()
    if (this.link > p || this.inSpoiler(p) || isBlankText(this.out, p + 1)) return false
    const url = this.text.slice(this.at + 2, end)
    this.out.splice(p, 1)
    this.wrap(p, { kind: 'link', url })
    this.link = this.visible = p
    this.forget(p - 1)
    this.at = end + 1
    this.start = this.at
    return true
  }

  /** S6 */
  private bareLink(): boolean {
    if (isWord(this.before())) return false
    const end = addressEnd(this.text, this.at)
    if (end < 0) return false
    const url = this.text.slice(this.at, end).replace(/[.,:;!?'*_~([]+$/, '')
    this.put(url.length, { kind: 'link', url, children: [{ kind: 'text', text: url }] }, true)
    this.link = this.out.length - 1
    return true
  }

  /** S7 */
  private mention(): boolean {
    const before = this.before()
    if (isWord(before) || before === 0x40 || before === 0x2f) return false
    const text = mentionAt(this.text, this.at, this.open[underscore] !== none)
    if (!text) return false
    this.put(text.length, { kind: text.toLowerCase() === '@room' ? 'mention_room' : 'mention', text }, true)
    return true
  }

  /** S8 */
  private messageLink(): boolean {
    const before = this.before()
    if (isWord(before) || before === 0x2f || before === 0x2e) return false
    const text = messageLinkAt(this.text, this.at)
    if (!text) return false
    this.put(text.length, { kind: 'message_link', text, url: text.toLowerCase() }, true)
    return true
  }
}

function width(m: number): number {
  return m === star || m === underscore ? 1 : 2
}

/** blankLine tells whether the line behind the newline at a place is blank. */
function blankLine(text: string, at: number): boolean {
  let line = at + 1
  while (text[line] === ' ' || text[line] === '\t') line++
  return text[line] === '\n'
}

/** pairTicks finds for each run of backticks the next one of the same length, without a blank line between them and with more than white space (S2). */
function pairTicks(text: string): Map<number, number> {
  const ticks = new Map<number, number>()
  if (!text.includes('`')) return ticks
  let last = new Map<number, number>() // where the last run of a length begins
  let filled = none // the last character that is not white space
  for (let at = 0; at < text.length; at++) {
    const c = text[at]
    if (c === '`') {
      const n = runLength(text, at)
      const begin = last.get(n)
      if (begin !== undefined && filled >= begin + n) ticks.set(begin, at)
      last.set(n, at)
      filled = at + n - 1
      at += n - 1
    } else if (c === '\n') {
      if (blankLine(text, at)) last = new Map()
    } else if (c !== ' ' && c !== '\t') filled = at
  }
  return ticks
}

/** joinText returns spans without those of no text, and with neighbours of text in one. */
function joinText(spans: Span[]): Span[] {
  const joined: Span[] = []
  let text: string[] = []
  const end = () => {
    const all = text.join('')
    if (all !== '') joined.push({ kind: 'text', text: all })
    text = []
  }
  for (const span of spans) {
    if (span.kind === 'text') text.push(span.text!)
    else {
      end()
      joined.push(span)
    }
  }
  end()
  return joined
}

function isBlankText(spans: Span[], from: number): boolean {
  for (let i = from; i < spans.length; i++) {
    if (spans[i]!.kind !== 'text' || !/^[ \t\n]*$/.test(spans[i]!.text!)) return false
  }
  return true
}
