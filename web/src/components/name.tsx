import type { Account } from '../wire/protocol.gen.ts'

/** hue returns which of the twelve name colours an account has: the same in all clients. */
export function hue(id: number): number {
  let h = Math.imul(id ^ (id >>> 16), 0x45d9f3b)
  h = Math.imul(h ^ (h >>> 16), 0x45d9f3b)
  return ((h ^ (h >>> 16)) >>> 0) % 12
}

/** shown returns what an account is called first: its display name, or its name. */
export function shown(a: Account): string {
  return a.display || a.name
}

/** isAlias tells whether the name has to stand beside the display name, so that nobody can pass for another. */
export function isAlias(a: Account): boolean {
  return !!a.display && a.display.toLowerCase() !== a.name
}

export function Name({ account, class: className = '' }: { account: Account; class?: string }) {
  return (
    <span class={`name hue-${hue(account.id)} ${className}`}>
      <bdi>{shown(account)}</bdi>
      {isAlias(account) && <span class="handle"> {account.name}</span>}
    </span>
  )
}

const segments = typeof Intl.Segmenter === 'function' ? new Intl.Segmenter() : undefined

function initial(text: string): string {
  const first = segments ? [...segments.segment(text)][0]?.segment : [...text][0]
  return (first ?? '?').toLocaleUpperCase()
}

export function Avatar({ account, presence, small }: { account: Account; presence?: string; small?: boolean }) {
  return (
    <span class={`avatar hue-${hue(account.id)}${small ? ' small' : ''}`} aria-hidden="true">
      {initial(shown(account))}
      {presence && <span class={`dot ${presence}`} />}
    </span>
  )
}
