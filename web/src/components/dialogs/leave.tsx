import { titleOf } from '../../state/state.ts'
import { manage } from '../../text/manage.ts'
import { t, textsOf } from '../../text/text.ts'
import { useChat } from '../context.ts'
import { closeDialog, Dialog, useAct } from '../dialog.tsx'

const tm = textsOf(manage)

export function Leave({ id }: { id: number }) {
  const chat = useChat()
  const info = chat.room(id)?.info
  const { busy, error, run } = useAct()
  if (!info) return null
  const leave = () => void run(() => chat.client.call('room.leave', { room: id })).then(ok => ok && closeDialog())
  return (
    <Dialog title={t('menu.leave')} close={closeDialog}>
      <p>{tm(info.kind === 'private' ? 'room.leave_private' : 'room.leave_public', { room: titleOf(info) })}</p>
      {error}
      <div class="buttons">
        <button onClick={closeDialog}>{t('act.cancel')}</button>
        <button class="danger" disabled={busy} onClick={leave}>{tm('room.leave')}</button>
      </div>
    </Dialog>
  )
}
