import { useEffect, useState } from 'preact/hooks'
import { canInvite, titleOf } from '../state/state.ts'
import { t } from '../text/text.ts'
import { Composer } from './composer.tsx'
import { useChat } from './context.ts'
import { openDialog } from './dialog.tsx'
import { Icon } from './icon.tsx'
import { Menu, type Entry } from './menu.tsx'
import { People } from './people.tsx'
import { Timeline } from './timeline.tsx'
import { Typing } from './typing.tsx'

export function RoomPane({ id }: { id: number }) {
  const chat = useChat()
  const room = chat.room(id)
  const [people, showPeople] = useState(() => matchMedia('(min-width: 64rem)').matches)
  useEffect(() => { // over a narrow window the people would hide the room
    const wide = matchMedia('(min-width: 64rem)')
    const fit = () => showPeople(wide.matches)
    wide.addEventListener('change', fit)
    return () => wide.removeEventListener('change', fit)
  }, [])
  if (!room) {
    return (
      <main class="pane empty">
        {id === -1 && <a class="tool narrow" href="/" aria-label={t('rooms.back')}><Icon name="back" /></a>}
        <p class="hint">{id === -1 ? t('room.missing') : t('room.pick')}</p>
        {id === -1 && <button class="primary" onClick={() => void chat.joinHere()}>{t('room.join')}</button>}
      </main>
    )
  }
  const { info } = room
  const { peer } = info
  const entries: Entry[] = [
    peer && info.kind === 'direct'
      ? { name: t('menu.person', { who: titleOf(info) }), icon: 'people', act: () => openDialog({ kind: 'person', account: peer, room: id }) }
      : { name: t('menu.about'), icon: 'settings', act: () => openDialog({ kind: 'room', room: id }) },
    { name: t('menu.pinned'), icon: 'pin', act: () => openDialog({ kind: 'pinned', room: id }) },
  ]
  if (info.kind !== 'direct' && canInvite(chat.state)) entries.push({ name: t('list.invite'), icon: 'people', act: () => openDialog({ kind: 'invite' }) })
  if (info.kind !== 'direct' && id !== 1) entries.push({ name: t('menu.leave'), icon: 'out', act: () => openDialog({ kind: 'leave', room: id }), danger: true })
  const label = people ? t('people.hide') : t('people.show')
  return (
    <>
      <main class="pane" id="room">
        <header class="bar">
          <a class="tool narrow" href="/" aria-label={t('rooms.back')} onClick={e => (e.preventDefault(), chat.go('/'))}><Icon name="back" /></a>
          {info.kind !== 'direct' && <Icon name={info.kind === 'private' ? 'lock' : 'hash'} class="faint" />}
          <h1><bdi>{titleOf(info)}</bdi></h1>
          {info.topic && <p class="topic" title={info.topic}><bdi>{info.topic}</bdi></p>}
          <span class="gap" />
          <button class="tool" aria-pressed={people} title={label} aria-label={label} onClick={() => showPeople(!people)}><Icon name="people" /></button>
          <Menu label={t('menu.room')} icon="more" entries={entries} />
        </header>
        <Timeline id={id} />
        <div class="writing">
          <Typing id={id} />
          <Composer id={id} />
        </div>
      </main>
      {people && <People id={id} close={() => showPeople(false)} />}
    </>
  )
}
