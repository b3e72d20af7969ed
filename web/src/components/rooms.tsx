import { endSession } from '../app/signin.ts'
import { pathOf } from '../app/route.ts'
import type { Room } from '../state/room.ts'
import { canInvite, titleOf } from '../state/state.ts'
import { t } from '../text/text.ts'
import { useChat } from './context.ts'
import { Icon } from './icon.tsx'
import { openDialog } from './dialog.tsx'
import { Menu } from './menu.tsx'
import { Avatar, isAlias, shown, StatusText } from './name.tsx'

export function RoomList() {
  const chat = useChat()
  void chat.list.value
  const { public: open, private: closed } = chat.state.sections()
  return (
    <nav class="rooms" aria-label={t('rooms.title')}>
      <header class="bar">
        <h1 class="server"><bdi>{chat.state.welcome?.name || 'Plausch'}</bdi></h1>
        <span class="gap" />
        <Add />
      </header>
      <div class="scroll">
        <Section title={t('rooms.public')} rooms={open} />
        <Section title={t('rooms.private')} rooms={closed} empty={t('rooms.none')} />
      </div>
      <Me />
    </nav>
  )
}

function Add() {
  const chat = useChat()
  void chat.status.value
  const entries = [
    { name: t('list.write'), icon: 'send', act: () => openDialog({ kind: 'write' }) },
    { name: t('list.create'), icon: 'plus', act: () => openDialog({ kind: 'create' }) },
    { name: t('list.browse'), icon: 'hash', act: () => openDialog({ kind: 'browse' }) },
    ...(canInvite(chat.state) ? [{ name: t('list.invite'), icon: 'people' as const, act: () => openDialog({ kind: 'invite' }) }] : []),
  ] as const
  return <Menu label={t('list.add')} icon="plus" entries={[...entries]} />
}

function Section({ title, rooms, empty }: { title: string; rooms: Room[]; empty?: string }) {
  return (
    <section>
      <h2 class="section">{title}</h2>
      {rooms.length === 0 && <p class="hint">{empty}</p>}
      <ul>{rooms.map(r => <RoomItem key={r.info.id} id={r.info.id} />)}</ul>
    </section>
  )
}

function RoomItem({ id }: { id: number }) {
  const chat = useChat()
  const room = chat.room(id)
  const current = chat.open.value === id
  if (!room) return null
  const { info, unread } = room
  const mentions = info.kind === 'direct' ? unread : room.mentions
  const path = pathOf(info)
  const follow = (e: MouseEvent) => {
    if (e.metaKey || e.ctrlKey || e.shiftKey || e.button !== 0) return
    e.preventDefault()
    chat.go(path)
  }
  return (
    <li>
      <a href={path} class={`room${unread > 0 ? ' unread' : ''}`} aria-current={current ? 'page' : undefined} onClick={follow}>
        <Sign room={room} />
        <span class="title"><bdi>{titleOf(info)}</bdi></span>
        {room.draft && !current && <Icon name="edit" class="faint" />}
        {unread > 0 && (
          <span class={`count${mentions > 0 ? ' mention' : ''}`} title={t('rooms.unread', { n: unread })}>
            <span aria-hidden="true">{unread >= 100 ? '99+' : unread}</span>
            <span class="hidden">{mentions > 0 ? t('rooms.mentions', { n: mentions }) : t('rooms.unread', { n: unread })}</span>
          </span>
        )}
      </a>
    </li>
  )
}

function Sign({ room }: { room: Room }) {
  const chat = useChat()
  const { info } = room
  if (info.picture) {
    return <span class="avatar small"><img src={`/media/rooms/id:${info.id}/picture?v=${encodeURIComponent(info.picture)}`} alt="" loading="lazy" /></span>
  }
  if (info.kind !== 'direct' || !info.peer) return <span class="sign"><Icon name={info.kind === 'private' ? 'lock' : 'hash'} /></span>
  void chat.people.value
  return <Avatar account={info.peer} small presence={chat.state.presence.get(info.peer.id) ?? 'offline'} />
}

function Me() {
  const chat = useChat()
  void chat.status.value
  const { account } = chat.state
  if (!account) return null
  return (
    <footer class="me">
      <Avatar account={account} presence={chat.state.connection.phase === 'online' ? 'online' : 'offline'} />
      <span class="who">
        <strong><bdi>{shown(account)}</bdi></strong>
        <StatusText id={account.id} />
        {!account.status && (isAlias(account) ? <small>{account.name}</small> : <small>{t(`role.${account.role as 'member'}`)}</small>)}
      </span>
      <button class="tool" title={t('list.settings')} aria-label={t('list.settings')} onClick={() => openDialog({ kind: 'settings' })}><Icon name="settings" /></button>
      <button class="tool" title={t('act.sign_out')} aria-label={t('act.sign_out')} onClick={() => void endSession(chat)}><Icon name="out" /></button>
    </footer>
  )
}
