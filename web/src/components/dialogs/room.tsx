import { useEffect, useState } from 'preact/hooks'
import { runsRoom, titleOf } from '../../state/state.ts'
import type { Room } from '../../state/room.ts'
import { manage } from '../../text/manage.ts'
import { t, textsOf } from '../../text/text.ts'
import { useChat } from '../context.ts'
import { closeDialog, Dialog, openDialog, useAct } from '../dialog.tsx'
import { Avatar, Name, shown } from '../name.tsx'
import { RoomLevel } from './level.tsx'

const tm = textsOf(manage)

/** A room: what it is about, who is in it, and for those who run it, what can be changed. */
export function RoomDialog({ id }: { id: number }) {
  const chat = useChat()
  const room = chat.room(id)
  useEffect(() => void (room?.members || chat.loadMembers(id)), [])
  useEffect(() => {
    if (!room) closeDialog()
  }, [room])
  if (!room) return null
  const { info } = room
  return (
    <Dialog title={tm('room.title', { room: titleOf(info) })} close={closeDialog}>
      {info.archived && <p class="note">{tm('room.archived')}</p>}
      {runsRoom(chat.state, info) ? <Edit room={room} /> : (
        <>
          {info.topic && <p><bdi>{info.topic}</bdi></p>}
          {info.description && <p class="long hint"><bdi>{info.description}</bdi></p>}
        </>
      )}
      <RoomLevel id={id} />
      <Members room={room} />
      <End room={room} />
    </Dialog>
  )
}

function Edit({ room }: { room: Room }) {
  const chat = useChat()
  const { info } = room
  const { busy, error, run } = useAct()
  const submit = (e: SubmitEvent) => {
    e.preventDefault()
    const form = new FormData(e.currentTarget as HTMLFormElement)
    const text = (key: string) => String(form.get(key)).replace(/\r\n?/g, '\n').trim()
    void run(() => chat.client.call('room.update', { room: info.id, topic: text('topic'), description: text('description'), writers: text('writers') }))
      .then(ok => ok && closeDialog())
  }
  return (
    <form class="form" onSubmit={submit}>
      <label>{tm('room.topic')}<input name="topic" defaultValue={info.topic ?? ''} maxLength={250} autofocus /></label>
      <label>{tm('room.description')}<textarea name="description" rows={3} defaultValue={info.description ?? ''} maxLength={2000} /></label>
      <label>
        {tm('room.writers')}
        <select name="writers" defaultValue={info.writers ?? 'members'}>
          <option value="members" selected={info.writers !== 'admins'}>{tm('room.writers_members')}</option>
          <option value="admins" selected={info.writers === 'admins'}>{tm('room.writers_admins')}</option>
        </select>
      </label>
      {error}
      <div class="buttons"><button class="primary" disabled={busy}>{t('act.save')}</button></div>
    </form>
  )
}

function Members({ room }: { room: Room }) {
  const chat = useChat()
  void chat.people.value
  const { info } = room
  const members = [...(room.members?.values() ?? [])].sort((a, b) => shown(a).localeCompare(shown(b)))
  return (
    <section>
      <h3 class="section">{tm('room.members', { n: members.length })}</h3>
      {info.id === 1 ? <p class="hint">{tm('room.everybody')}</p> : !info.archived && <Add room={room} />}
      <ul class="entries" aria-busy={!room.members}>
        {members.map(m => (
          <li key={m.id}>
            <button class="entry" onClick={() => openDialog({ kind: 'person', account: m, room: info.id })}>
              <Avatar account={m} small presence={chat.state.presence.get(m.id) ?? 'offline'} />
              <Name account={m} />
              {m.room_role && <small class="role">{t(`role.${m.room_role as 'owner'}`)}</small>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Add({ room }: { room: Room }) {
  const chat = useChat()
  const [name, setName] = useState('')
  const { busy, error, run } = useAct()
  useEffect(() => void (chat.state.room(1)?.members || chat.loadMembers(1)), [])
  const others = [...(chat.room(1)?.members?.values() ?? [])].filter(m => !room.members?.has(m.id))
  const submit = (e: SubmitEvent) => {
    e.preventDefault()
    void run(() => chat.client.call('member.add', { room: room.info.id, name: name.trim().replace(/^@/, '').toLowerCase() })).then(ok => ok && setName(''))
  }
  return (
    <form class="form" onSubmit={submit}>
      <span class="joined">
        <input aria-label={tm('room.add')} placeholder={tm('room.add')} value={name} onInput={e => setName(e.currentTarget.value)} list="addable" required autocapitalize="none" autocomplete="off" spellcheck={false} />
        <button disabled={busy || !name.trim()}>{tm('room.add_button')}</button>
      </span>
      <datalist id="addable">{others.map(m => <option key={m.id} value={m.name}>{shown(m)}</option>)}</datalist>
      {error}
    </form>
  )
}

function End({ room }: { room: Room }) {
  const chat = useChat()
  const { info } = room
  const [asking, ask] = useState(false)
  const { busy, error, run } = useAct()
  if (info.id === 1 || info.kind === 'direct') return null
  const archive = (archived: boolean) => void run(() => chat.client.call('room.update', { room: info.id, archived })).then(() => ask(false))
  return (
    <>
      {asking && <p>{tm('room.archive_ask', { room: titleOf(info) })}</p>}
      {error}
      <div class="buttons start">
        <button onClick={() => openDialog({ kind: 'leave', room: info.id })}>{tm('room.leave')}</button>
        {runsRoom(chat.state, info) && (info.archived
          ? <button disabled={busy} onClick={() => archive(false)}>{tm('room.unarchive')}</button>
          : <button class={asking ? 'danger' : ''} disabled={busy} onClick={() => (asking ? archive(true) : ask(true))}>{tm('room.archive')}</button>)}
        {asking && <button onClick={() => ask(false)}>{t('act.cancel')}</button>}
      </div>
    </>
  )
}
