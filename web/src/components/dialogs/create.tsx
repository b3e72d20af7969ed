import { useState } from 'preact/hooks'
import { pathOf } from '../../app/route.ts'
import { manage } from '../../text/manage.ts'
import { t, textsOf } from '../../text/text.ts'
import { useChat } from '../context.ts'
import { closeDialog, Dialog, useAct } from '../dialog.tsx'

const tm = textsOf(manage)

export function Create() {
  const chat = useChat()
  const [kind, setKind] = useState<'public' | 'private'>('public')
  const { busy, error, run } = useAct()
  const submit = (e: SubmitEvent) => {
    e.preventDefault()
    const name = String(new FormData(e.currentTarget as HTMLFormElement).get('name')).trim().replace(/^#/, '').toLowerCase()
    void run(async () => {
      const room = await chat.client.call('room.create', { name, kind })
      chat.client.take(room)
      closeDialog()
      chat.go(pathOf(room))
    })
  }
  return (
    <Dialog title={t('list.create')} close={closeDialog}>
      <form class="form" onSubmit={submit}>
        <label>
          {tm('create.name')}
          <input name="name" required minLength={2} maxLength={33} autocapitalize="none" autocomplete="off" spellcheck={false} autofocus />
          <small class="hint">{tm('create.rule')}</small>
        </label>
        <div class="choices">
          {(['public', 'private'] as const).map(k => (
            <label key={k} class="choice">
              <input type="radio" name="kind" value={k} checked={kind === k} onChange={() => setKind(k)} />
              <span><strong>{tm(`create.${k}`)}</strong><small class="hint">{tm(`create.${k}_hint`)}</small></span>
            </label>
          ))}
        </div>
        {error}
        <div class="buttons">
          <button type="button" onClick={closeDialog}>{t('act.cancel')}</button>
          <button class="primary" disabled={busy}>{tm('create.button')}</button>
        </div>
      </form>
    </Dialog>
  )
}
