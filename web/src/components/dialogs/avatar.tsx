import { useRef } from 'preact/hooks'
import { codeIn } from '../../app/upload.ts'
import { settings } from '../../text/settings.ts'
import { textsOf } from '../../text/text.ts'
import { WireError } from '../../wire/error.ts'
import type { Avatar as Version } from '../../wire/protocol.gen.ts'
import { useChat } from '../context.ts'
import { useAct } from '../dialog.tsx'
import { Avatar } from '../name.tsx'

const ts = textsOf(settings)

/** The account's own picture, to be chosen and taken away. Guests have none. */
export function OwnAvatar() {
  const chat = useChat()
  const picker = useRef<HTMLInputElement>(null)
  const { busy, error, run } = useAct()
  const account = chat.state.account!
  if (account.role === 'guest') return null
  const set = (file?: File) => void run(async () => {
    const headers = { 'Content-Type': 'application/octet-stream' }
    const answer = await fetch('/media/me/avatar', file ? { method: 'PUT', body: file, headers } : { method: 'DELETE' })
    if (!answer.ok) throw new WireError(codeIn(await answer.text()), 'the picture was refused')
    const { avatar = '' } = (await answer.json()) as Version
    chat.dispatch({ type: 'own_account', account, avatar })
  })
  return (
    <div class="form">
      <div class="card-head">
        <Avatar account={account} />
        <input
          ref={picker}
          type="file"
          accept="image/png,image/jpeg,image/gif,image/webp"
          hidden
          aria-label={ts('picture')}
          onChange={e => { const file = e.currentTarget.files?.[0]; e.currentTarget.value = ''; if (file) set(file) }}
        />
        <button type="button" disabled={busy} onClick={() => picker.current?.click()}>{ts('picture_choose')}</button>
        {chat.state.avatar && <button type="button" disabled={busy} onClick={() => set()}>{ts('picture_remove')}</button>}
      </div>
      {error}
    </div>
  )
}
