import type { Account } from '../wire/protocol.gen.ts'
import { statusOf } from '../state/state.ts'
import { t } from '../text/text.ts'
import { useChat } from './context.ts'
import { openDialog } from './dialog.tsx'

/** hue returns which of the twelve name colours an account has: AccountID.Hue of package plausch. */
export const hue = (id: number): number => (id * 5) % 12

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

/** A name that leads to what can be done with the person. */
export function NameButton({ account, room }: { account: Account; room: number }) {
  return (
    <button class="link who" title={t('menu.person', { who: shown(account) })} onClick={() => openDialog({ kind: 'person', account, room })}>
      <Name account={account} />
    </button>
  )
}

/** What an account says of itself. */
export function StatusText({ id }: { id: number }) {
  const chat = useChat()
  void chat.people.value
  void chat.status.value
  const status = statusOf(chat.state, id, Date.now())
  if (!status) return null
  const text = [status.emoji, status.text].filter(Boolean).join(' ')
  return <small class="status" title={text}><bdi>{text}</bdi></small>
}

const segments = typeof Intl.Segmenter === 'function' ? new Intl.Segmenter() : undefined

function initial(text: string): string {
  const first = segments ? [...segments.segment(text)][0]?.segment : [...text][0]
  return (first ?? '?').toLocaleUpperCase()
}

export function Avatar({ account, presence, small }: { account: Account; presence?: string; small?: boolean }) {
  const chat = useChat()
  void chat.people.value
  const version = chat.state.avatars.get(account.id)
  return (
    <span class={`avatar hue-${hue(account.id)}${small ? ' small' : ''}`} aria-hidden="true">
      {version ? <img src={`/media/accounts/${encodeURIComponent(account.name)}/avatar?v=${encodeURIComponent(version)}`} alt="" loading="lazy" /> : initial(shown(account))}
      {presence && <span class={`dot ${presence}`} />}
    </span>
  )
}
