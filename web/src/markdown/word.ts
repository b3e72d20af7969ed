import { isAddress, isLetter, isVisible, isWord } from './class.ts'

const ipv6 = /\[[0-9a-fA-F:.]{2,45}\]/y
const scheme = /https:\/\/|http:\/\/|mailto:/iy
const mailbox = /[a-zA-Z0-9._%+-]+@/y

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** addressEnd returns where the address ends that begins at a place, -1 if none does (S6). */
export function addressEnd(text: string, at: number): number {
  const found = match(scheme, text, at)
  if (!found) return -1
  const mail = found.toLowerCase() === 'mailto:'
  let end = at + found.length
  if (mail) {
    const box = match(mailbox, text, end)
    if (!box) return -1
    end += box.length
  }
  const first = text.codePointAt(end) ?? 32
  if (!isAddress(first) || (!isVisible(first) && (mail || !match(ipv6, text, end)))) return -1
  let round = 0 // brackets that are open
  let square = 0
  while (end < text.length) {
    const c = text.codePointAt(end)!
    if (c === 0x28) round++
    else if (c === 0x29) round--
    else if (c === 0x5b) square++
    else if (c === 0x5d) square--
    if (round < 0 || square < 0 || !isAddress(c)) break
    end += c > 0xffff ? 2 : 1
  }
  return end
}

const idMention = /@id:[1-9][0-9]{0,17}/y
const nameChars = /[a-zA-Z0-9._-]*/y

/** mentionAt returns the mention that begins with the @ at a place, '' if none does (S7). */
export function mentionAt(text: string, at: number, inUnderscores: boolean): string {
  const id = match(idMention, text, at)
  if (id && !isWord(text.codePointAt(at + id.length) ?? 32)) return id
  const name = match(nameChars, text, at + 1).replace(inUnderscores ? /[._-]+$/ : /[.-]+$/, '')
  const after = text.codePointAt(at + 1 + name.length) ?? 32
  if (!isName(name) || /^[0-9]+$/.test(name) || isWord(after) || after === 0x40) return ''
  return '@' + name
}

const messageLink = /\/r\/(?:id:[1-9][0-9]{0,17}|([a-zA-Z0-9._-]+))\/[1-9][0-9]{0,17}/y

/** messageLinkAt returns the link to a message that begins at a place, '' if none does (S8). */
export function messageLinkAt(text: string, at: number): string {
  messageLink.lastIndex = at
  const m = messageLink.exec(text)
  if (!m || (m[1] !== undefined && !isName(m[1]))) return ''
  const after = text.codePointAt(at + m[0].length) ?? 32
  return isWord(after) || after === 0x2f ? '' : m[0]
}

function isName(name: string): boolean {
  return name.length >= 2 && name.length <= 32 && isLetter(name.charCodeAt(0))
}
