import { manage } from '../../text/manage.ts'
import { textsOf } from '../../text/text.ts'
import { useChat } from '../context.ts'
import { useAct } from '../dialog.tsx'

const tm = textsOf(manage)
const levels = ['everything', 'mentions', 'nothing'] as const

/** Of which messages of a room one is notified, on all devices. */
export function RoomLevel({ id }: { id: number }) {
  const chat = useChat()
  const info = chat.room(id)?.info
  const { busy, error, run } = useAct()
  const set = (level: string) => void run(async () => {
    const preference = await chat.client.call('room_preference.set', { room: id, level })
    chat.dispatch({ type: 'preference', preference })
  })
  return (
    <div class="form">
      <Levels value={info?.level ?? ''} standard={tm('level.account')} busy={busy} set={set} />
      {error}
    </div>
  )
}

interface Props {
  value: string
  /** What it is called that there is no level. */
  standard: string
  busy: boolean
  set: (level: string) => void
}

export function Levels({ value, standard, busy, set }: Props) {
  return (
    <label>
      {tm('level.title')}
      <select value={value} disabled={busy} onChange={e => set(e.currentTarget.value)}>
        <option value="">{standard}</option>
        {levels.map(l => <option key={l} value={l}>{tm(`level.${l}`)}</option>)}
      </select>
    </label>
  )
}
