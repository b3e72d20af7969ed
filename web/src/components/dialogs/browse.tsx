import { useEffect, useState } from 'preact/hooks'
import { pathOf } from '../../app/route.ts'
import { manage } from '../../text/manage.ts'
import { t, textsOf } from '../../text/text.ts'
import type { Room } from '../../wire/protocol.gen.ts'
import { useChat } from '../context.ts'
import { closeDialog, Dialog, openDialog, useAct } from '../dialog.tsx'
import { Icon } from '../icon.tsx'

const tm = textsOf(manage)

/** The public rooms that the account is not in. */
export function Browse() {
  const chat = useChat()
  const [rooms, setRooms] = useState<Room[] | undefined>(undefined)
  const [wanted, want] = useState('')
  const { busy, error, run } = useAct()
  useEffect(() => {
    void run(async () => {
      const found: Room[] = []
      for (let after = 0; ; ) {
        const page = await chat.client.call('room.list', { public: true, after, limit: 200 })
        found.push(...(page.rooms ?? []).filter(r => !r.joined))
        const last = page.rooms?.at(-1)
        if (!page.more || !last) break
        after = last.id
      }
      setRooms(found.sort((a, b) => (a.name ?? '').localeCompare(b.name ?? '')))
    })
  }, [])
  const join = (room: Room) => void run(async () => {
    const joined = await chat.client.call('room.join', { room: room.id })
    chat.client.take(joined)
    closeDialog()
    chat.go(pathOf(joined))
  })
  const shown = rooms?.filter(r => `${r.name} ${r.topic ?? ''}`.toLowerCase().includes(wanted.toLowerCase()))
  return (
    <Dialog title={t('list.browse')} close={closeDialog}>
      {rooms && rooms.length > 8 && <input type="search" aria-label={tm('find')} placeholder={tm('find')} value={wanted} onInput={e => want(e.currentTarget.value)} autofocus />}
      {rooms?.length === 0 && <p class="hint">{tm('browse.none')}</p>}
      <ul class="entries" aria-busy={!rooms}>
        {shown?.map(r => (
          <li key={r.id} class="entry-row">
            <Icon name="hash" class="faint" />
            <span class="what"><strong><bdi>{r.name}</bdi></strong>{r.topic && <small class="hint"><bdi>{r.topic}</bdi></small>}</span>
            <button disabled={busy} aria-label={tm('browse.join_room', { room: r.name ?? '' })} onClick={() => join(r)}>{tm('browse.join')}</button>
          </li>
        ))}
      </ul>
      {error}
      <div class="buttons"><button onClick={() => openDialog({ kind: 'create' })}>{t('list.create')}</button></div>
    </Dialog>
  )
}
