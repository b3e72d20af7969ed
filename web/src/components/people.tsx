import type { Member } from '../wire/protocol.gen.ts'
import { t } from '../text/text.ts'
import { useChat } from './context.ts'
import { Icon } from './icon.tsx'
import { openDialog } from './dialog.tsx'
import { Avatar, Name, shown, StatusText } from './name.tsx'

export function People({ id, close }: { id: number; close: () => void }) {
  const chat = useChat()
  void chat.people.value
  const room = chat.room(id)
  const members = [...(room?.members?.values() ?? [])].sort((a, b) => shown(a).localeCompare(shown(b)))
  const presence = (m: Member) => chat.state.presence.get(m.id) ?? 'offline'
  const there = members.filter(m => presence(m) !== 'offline')
  const away = members.filter(m => presence(m) === 'offline')
  return (
    <aside class="people" aria-label={t('people.title')}>
      <header class="bar">
        <h2>{t('people.title')}</h2>
        <span class="gap" />
        <button class="tool overlay" aria-label={t('people.hide')} onClick={close}><Icon name="close" /></button>
      </header>
      <div class="scroll" aria-busy={!room?.members}>
        <Group room={id} title={t('people.online')} members={there} presence={presence} />
        <Group room={id} title={t('people.offline')} members={away} presence={presence} />
      </div>
    </aside>
  )
}

function Group({ room, title, members, presence }: { room: number; title: string; members: Member[]; presence: (m: Member) => string }) {
  if (members.length === 0) return null
  return (
    <section>
      <h3 class="section">{title} <span class="number">{members.length}</span></h3>
      <ul>
        {members.map(m => (
          <li key={m.id}>
            <button class={`person ${presence(m)}`} onClick={() => openDialog({ kind: 'person', account: m, room })}>
              <Avatar account={m} small presence={presence(m)} />
              <span class="what"><Name account={m} /><StatusText id={m.id} /></span>
              {m.room_role && <small class="role">{t(`role.${m.room_role as 'owner'}`)}</small>}
              <span class="hidden">{t(`presence.${presence(m) as 'online'}`)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
