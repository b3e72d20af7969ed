// E1: how many emoji a text has that has nothing but emoji and white space. One emoji is parts with U+200D between them.

const digit = '[0-9#*]\\uFE0F?\\u20E3'
const flag = '[\\u{1F1E6}-\\u{1F1FF}]{2}'
const base = '[\\u231A\\u231B\\u23E9-\\u23F3\\u25FD\\u25FE\\u2600-\\u27BF\\u2B1B\\u2B1C\\u2B50\\u2B55\\u{1F000}-\\u{1F1E5}\\u{1F200}-\\u{1FAFF}]'
const shown = '[\\u00A9\\u00AE\\u2000-\\u{10FFFF}]\\uFE0F'
const part = `(?:${digit}|${flag}|(?:${shown}|${base})\\uFE0F?[\\u{1F3FB}-\\u{1F3FF}]?[\\u{E0020}-\\u{E007F}]*)`
const emoji = new RegExp(`${part}(?:\\u200D${part})*(?!\\u200D)`, 'uy')
const space = /[\t\n \u00a0\u2000-\u200b\u3000]+/y

/** onlyEmoji returns the number of emoji in a text of emoji and white space alone, 0 for others. */
export function onlyEmoji(text: string): number {
  let n = 0
  for (let at = 0; at < text.length;) {
    space.lastIndex = emoji.lastIndex = at
    const blank = space.exec(text)
    const found = blank ?? emoji.exec(text)
    if (!found) return 0
    if (!blank) n++
    at += found[0].length
  }
  return n
}
