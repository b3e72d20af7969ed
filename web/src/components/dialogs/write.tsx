import { useEffect, useState } from 'preact/hooks'
import { manage } from '../../text/manage.ts'
import { t, textsOf } from '../../text/text.ts'
import { useChat } from '../context.ts'
import { closeDialog, Dialog, openDialog } from '../dialog.tsx'
import { Avatar, Name, shown } from '../name.tsx'

const tm = textsOf(manage)
const most = 50

/** Whom to write to: everybody on the server is in room 1. */
export function Write() {
  const chat = useChat()
  const [wanted, want] = useState('')
  const members = chat.room(1)?.members
  useEffect(() => void (members || chat.loadMembers(1)), [])
  void chat.people.value
  const all = [...(members?.values() ?? [])].filter(m => m.id !== chat.state.me)
  const found = all
    .filter(m => `${m.name} ${m.display ?? ''}`.toLowerCase().includes(wanted.trim().toLowerCase()))
    .sort((a, b) => shown(a).localeCompare(shown(b)))
  const choose = (m: (typeof all)[number]) => {
    const room = chat.directWith(m.id)
    if (!room) return openDialog({ kind: 'person', account: m, room: 0 })
    closeDialog()
    chat.go(`/r/id:${room}`)
  }
  return (
    <Dialog title={t('list.write')} close={closeDialog}>
      <form class="form" onSubmit={e => (e.preventDefault(), found[0] && wanted && choose(found[0]))}>
        <input type="search" aria-label={tm('find')} placeholder={tm('find')} value={wanted} onInput={e => want(e.currentTarget.value)} autofocus />
      </form>
      {members && found.length === 0 && <p class="hint">{all.length === 0 ? tm('alone') : tm('nobody')}</p>}
      <ul class="entries" aria-busy={!members}>
        {found.slice(0, most).map(m => (
          <li key={m.id}>
            <button class="entry" onClick={() => choose(m)}>
              <Avatar account={m} small presence={chat.state.presence.get(m.id) ?? 'offline'} />
              <Name account={m} />
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
