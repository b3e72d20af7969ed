import { useState } from 'preact/hooks'
import { titleOf } from '../state/state.ts'
import { t } from '../text/text.ts'
import { Composer } from './composer.tsx'
import { useChat } from './context.ts'
import { Icon } from './icon.tsx'
import { People } from './people.tsx'
import { Timeline } from './timeline.tsx'
import { Typing } from './typing.tsx'

export function RoomPane({ id }: { id: number }) {
  const chat = useChat()
  const room = chat.room(id)
  const [people, showPeople] = useState(() => matchMedia('(min-width: 64rem)').matches)
  if (!room) {
    return (
      <main class="pane empty">
        {id === -1 && <a class="tool narrow" href="/" aria-label={t('rooms.back')}><Icon name="back" /></a>}
        <p class="hint">{id === -1 ? t('room.missing') : t('room.pick')}</p>
      </main>
    )
  }
  const { info } = room
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
