import { useState } from 'preact/hooks'
import { ownsRoom, runsRoom, titleOf } from '../../state/state.ts'
import { manage } from '../../text/manage.ts'
import { t, textsOf } from '../../text/text.ts'
import type { Account } from '../../wire/protocol.gen.ts'
import { newID } from '../../wire/id.ts'
import { useChat } from '../context.ts'
import { closeDialog, Dialog, useAct } from '../dialog.tsx'
import { Icon } from '../icon.tsx'
import { Avatar, Name, shown, StatusText } from '../name.tsx'
import { RoomLevel } from './level.tsx'

const tm = textsOf(manage)

/** A person: what they say of themselves, and what one can do with them. */
export function Person({ account, room: id }: { account: Account; room: number }) {
  const chat = useChat()
  void chat.people.value
  void chat.blocks.value
  const direct = chat.directWith(account.id)
  const me = account.id === chat.state.me
  const [writing, write] = useState(!direct && id === 0)
  const blocked = chat.state.blocked.has(account.id)
  const { busy, error, run } = useAct()
  const name = account.name
  const message = () => {
    if (!direct) return write(true)
    closeDialog()
    chat.go(`/r/id:${direct}`)
  }
  return (
    <Dialog title={shown(account)} close={closeDialog}>
      <div class="card-head">
        <Avatar account={account} presence={chat.state.presence.get(account.id) ?? 'offline'} />
        <span class="what"><Name account={account} /><StatusText id={account.id} /></span>
      </div>
      {blocked && <p class="note">{tm('person.blocked', { who: shown(account) })}</p>}
      {me ? <p class="hint">{tm('person.you')}</p> : (
        <>
          {writing && !blocked ? <First account={account} /> : (
            <div class="buttons start">
              {!blocked && <button class="primary" onClick={message}><Icon name="send" />{tm('person.message')}</button>}
              <button disabled={busy} onClick={() => void run(() => chat.client.call(blocked ? 'block.remove' : 'block.add', { name }))}>
                {blocked ? tm('person.unblock') : tm('person.block')}
              </button>
            </div>
          )}
          {direct > 0 && direct === id && <RoomLevel id={direct} />}
          {id > 1 && <InRoom account={account} id={id} />}
        </>
      )}
      {error}
    </Dialog>
  )
}

/** The first message makes the direct room of the two. */
function First({ account }: { account: Account }) {
  const chat = useChat()
  const [text, setText] = useState('')
  const [clientID] = useState(() => newID())
  const { busy, error, run } = useAct()
  const send = () => {
    if (!text.trim() || busy) return
    void run(async () => {
      const { room } = await chat.client.call('message.send', { to: account.name, text: text.trim(), client_id: clientID })
      await chat.client.refresh(room)
      closeDialog()
      chat.go(`/r/id:${room}`)
    })
  }
  const keydown = (e: KeyboardEvent) => {
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing || e.keyCode === 229) return
    e.preventDefault()
    send()
  }
  return (
    <form class="form" onSubmit={e => (e.preventDefault(), send())}>
      <label>
        {tm('person.first', { who: shown(account) })}
        <textarea rows={3} value={text} onInput={e => setText(e.currentTarget.value)} onKeyDown={keydown} autofocus />
      </label>
      {error}
      <div class="buttons"><button class="primary" disabled={busy || !text.trim()}><Icon name="send" />{t('act.send')}</button></div>
    </form>
  )
}

/** What those who run a room do with a member. */
function InRoom({ account, id }: { account: Account; id: number }) {
  const chat = useChat()
  const room = chat.room(id)
  const member = room?.members?.get(account.id)
  const [asking, ask] = useState(false)
  const { busy, error, run } = useAct()
  if (!room || !member || room.info.kind === 'direct' || !runsRoom(chat.state, room.info)) return null
  const owns = ownsRoom(chat.state, room.info)
  const role = member.room_role ?? 'member'
  if (!owns && (role === 'owner' || role === 'admin')) return null
  const names = { who: shown(account), room: titleOf(room.info) }
  const roles = owns ? ['owner', 'admin', 'member', 'reader'] as const : ['member', 'reader'] as const
  return (
    <div class="form">
      <label>
        {tm('person.role')}
        <select value={role} disabled={busy} onChange={e => void run(() => chat.client.call('member.role', { room: id, name: account.name, role: e.currentTarget.value }))}>
          {roles.map(r => <option key={r} value={r}>{t(`role.${r}`)}</option>)}
        </select>
      </label>
      {error}
      {asking && <p>{tm('person.remove_ask', names)}</p>}
      <div class="buttons start">
        {asking && <button onClick={() => ask(false)}>{t('act.cancel')}</button>}
        <button class="danger" disabled={busy} onClick={() => (asking ? void run(() => chat.client.call('member.remove', { room: id, name: account.name })).then(ok => ok && closeDialog()) : ask(true))}>
          {tm('person.remove')}
        </button>
      </div>
    </div>
  )
}
