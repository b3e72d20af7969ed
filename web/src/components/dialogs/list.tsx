import { useEffect, useState } from 'preact/hooks'
import { pathOf } from '../../app/route.ts'
import { titleOf } from '../../state/state.ts'
import { manage } from '../../text/manage.ts'
import { longTime, t, textsOf } from '../../text/text.ts'
import type { Message } from '../../wire/protocol.gen.ts'
import { useChat } from '../context.ts'
import { closeDialog, Dialog, useAct } from '../dialog.tsx'
import { Name } from '../name.tsx'

const tm = textsOf(manage)
const pages = 10

/** The pinned messages of a room, looked for from the newest message on. */
export function Pinned({ room }: { room: number }) {
  const chat = useChat()
  const [found, setFound] = useState<Message[]>([])
  const [before, setBefore] = useState<number | undefined>(undefined) // where to go on; 0 is nowhere
  const { busy, error, run } = useAct()
  const look = () => void run(async () => {
    let at = before
    for (let i = 0; i < pages && at !== 0; i++) {
      const page = await chat.client.call('messages', { room, before: at, limit: 200 })
      const pinned = (page.messages ?? []).filter(m => m.pinned).reverse()
      setFound(all => [...all, ...pinned])
      at = page.older ? page.messages?.[0]?.seq ?? 0 : 0
    }
    setBefore(at)
  })
  useEffect(look, [])
  return (
    <Dialog title={t('menu.pinned')} close={closeDialog}>
      {before === 0 && found.length === 0 && <p class="hint">{tm('pinned.none')}</p>}
      <ul class="entries" aria-busy={busy}>{found.map(m => <Entry key={m.seq} room={room} message={m} />)}</ul>
      {error}
      {!!before && <div class="buttons"><button disabled={busy} onClick={look}>{tm('pinned.further')}</button></div>}
    </Dialog>
  )
}

export function Saved() {
  const chat = useChat()
  const [found, setFound] = useState<{ id: number; room: number; message: Message }[]>([])
  const [more, setMore] = useState(false)
  const [loaded, setLoaded] = useState(false)
  const { busy, error, run } = useAct()
  const look = () => void run(async () => {
    const page = await chat.client.call('saved.list', { before: found.at(-1)?.id, limit: 50 })
    setFound([...found, ...(page.messages ?? [])])
    setMore(page.more ?? false)
    setLoaded(true)
  })
  useEffect(look, [])
  return (
    <Dialog title={tm('saved.title')} close={closeDialog}>
      {loaded && found.length === 0 && <p class="hint">{tm('saved.none')}</p>}
      <ul class="entries" aria-busy={busy}>{found.map(s => <Entry key={s.id} room={s.room} message={s.message} named />)}</ul>
      {error}
      {more && <div class="buttons"><button disabled={busy} onClick={look}>{tm('saved.more')}</button></div>}
    </Dialog>
  )
}

function Entry({ room, message: m, named }: { room: number; message: Message; named?: boolean }) {
  const chat = useChat()
  const info = chat.state.room(room)?.info
  const open = () => {
    closeDialog()
    if (info) chat.go(pathOf(info, m.seq))
  }
  const text = m.details?.sealed ? t('message.sealed') : m.text || m.attachments?.[0]?.name || tm('saved.file')
  return (
    <li>
      <button class="entry tall" title={tm('list.open')} onClick={open}>
        <span class="line"><Name account={m.from} /><small class="hint">{named && info ? `${titleOf(info)} · ` : ''}{longTime(m.time)}</small></span>
        <span class="text"><bdi>{text}</bdi></span>
      </button>
    </li>
  )
}
