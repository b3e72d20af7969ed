import { manage } from '../../text/manage.ts'
import { t, textsOf } from '../../text/text.ts'
import { useChat } from '../context.ts'
import { closeDialog, Dialog, useAct } from '../dialog.tsx'

const tm = textsOf(manage)

export function Report({ room, seq }: { room: number; seq: number }) {
  const chat = useChat()
  const { busy, error, run } = useAct()
  const submit = (e: SubmitEvent) => {
    e.preventDefault()
    const reason = String(new FormData(e.currentTarget as HTMLFormElement).get('reason')).trim()
    void run(() => chat.client.call('report.add', { room, seq, reason })).then(ok => {
      if (!ok) return
      closeDialog()
      chat.tell(tm('report.done'))
    })
  }
  return (
    <Dialog title={t('act.report')} close={closeDialog}>
      <form class="form" onSubmit={submit}>
        <p class="hint">{tm('report.lead')}</p>
        <label>{tm('report.reason')}<textarea name="reason" rows={3} required maxLength={1000} autofocus /></label>
        {error}
        <div class="buttons">
          <button type="button" onClick={closeDialog}>{t('act.cancel')}</button>
          <button class="primary" disabled={busy}>{t('act.report')}</button>
        </div>
      </form>
    </Dialog>
  )
}
