// Ids of sends: 26 characters for 48 bits of milliseconds and 80 random bits, in the manner of
// ULIDs, so that the server's index of them grows at its end. Within a page they grow strictly.

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
let last = 0n

export function newID(now: number = Date.now()): string {
  const random = crypto.getRandomValues(new Uint8Array(10))
  random[0]! &= 0x7f // space to count up in
  let id = BigInt(now)
  for (const b of random) id = (id << 8n) | BigInt(b)
  if (id >> 80n <= last >> 80n) id = last + 1n
  last = id
  let text = ''
  for (let i = 0; i < 26; i++, id >>= 5n) text = alphabet[Number(id & 31n)]! + text
  return text
}
