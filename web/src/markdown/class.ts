// The classes of characters are fixed ranges, so that all parsers make the same tree (C1 to C5). Characters are
// code points; -1 stands for a place outside of the text.

/** C1: a letter or digit of ASCII. */
export function isLetter(c: number): boolean {
  return (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a) || (c >= 0x30 && c <= 0x39)
}

/** C2: part of a word, in scripts that have spaces between words. */
export function isWord(c: number): boolean {
  return isLetter(c) || (c >= 0xc0 && c <= 0x52f && c !== 0xd7 && c !== 0xf7) || (c >= 0x1e00 && c <= 0x1fff)
}

/** C3: white space. */
export function isSpace(c: number): boolean {
  return c === 9 || c === 10 || c === 32 || c === 0xa0 || (c >= 0x2000 && c <= 0x200b) || c === 0x3000
}

/** C4: more than punctuation of ASCII. */
export function isVisible(c: number): boolean {
  return isLetter(c) || c >= 0x80
}

/** C5: a character of addresses. */
export function isAddress(c: number): boolean {
  if (c < 0xa1) return c > 0x20 && c < 0x7f && !'"<>\\^`{|}'.includes(String.fromCharCode(c))
  return !((c >= 0x2000 && c <= 0x206f) || (c >= 0x3000 && c <= 0x303f) || (c >= 0xff00 && c <= 0xff65) || c === 0xfeff)
}

/** runLength returns how often the character at a place is repeated there, itself counted. */
export function runLength(text: string, at: number): number {
  let n = 1
  while (text[at + n] !== undefined && text[at + n] === text[at]) n++
  return n
}

/** isBlank tells whether a line has nothing but spaces and tabs. */
export function isBlank(line: string): boolean {
  return /^[ \t]*$/.test(line)
}
