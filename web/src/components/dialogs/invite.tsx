import { useRef, useState } from 'preact/hooks'
import { drawInvite, type InviteLink } from '../../app/invite.ts'
import { manage } from '../../text/manage.ts'
import { longTime, t, textsOf } from '../../text/text.ts'
import { useChat } from '../context.ts'
import { closeDialog, Dialog, useAct } from '../dialog.tsx'
import { Icon } from '../icon.tsx'

const tm = textsOf(manage)
const dayLength = 24 * 3_600_000

/** Makes an invite, and shows its link once. New people are in the open room, too, if it can be. */
export function Invite() {
  const chat = useChat()
  const [made, setMade] = useState<(InviteLink & { expires: number }) | undefined>(undefined)
  const { busy, error, run } = useAct()
  const submit = (e: SubmitEvent) => {
    e.preventDefault()
    const form = new FormData(e.currentTarget as HTMLFormElement)
    const open = chat.state.room(chat.state.open)?.info
    const rooms = open && open.id > 1 && open.kind !== 'direct' && !open.archived ? [open.name!] : undefined
    void run(async () => {
      const { code, invite } = await chat.client.call('invite.create', { uses: Number(form.get('uses')), for: Number(form.get('days')) * dayLength, rooms })
      setMade({ ...(await drawInvite(code)), expires: invite.expires })
    })
  }
  return (
    <Dialog title={t('list.invite')} close={closeDialog}>
      {made ? <Made link={made} /> : (
        <form class="form" onSubmit={submit}>
          <p class="hint">{tm('invite.lead')}</p>
          <label>
            {tm('invite.uses')}
            <select name="uses" autofocus>
              {[1, 5, 20].map(n => <option key={n} value={n}>{tm('invite.people', { n })}</option>)}
              <option value="-1">{tm('invite.any')}</option>
            </select>
          </label>
          <label>
            {tm('invite.for')}
            <select name="days">{[7, 1, 30].map(n => <option key={n} value={n}>{tm('invite.days', { n })}</option>)}</select>
          </label>
          {error}
          <div class="buttons">
            <a class="button plain" href="/admin/invites">{tm('invite.all')}</a>
            <button class="primary" disabled={busy}>{tm('invite.make')}</button>
          </div>
        </form>
      )}
    </Dialog>
  )
}

function Made({ link }: { link: InviteLink & { expires: number } }) {
  const box = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    box.current!.select()
    await navigator.clipboard?.writeText(link.url).then(() => setCopied(true), () => {})
  }
  return (
    <div class="form">
      <label>
        {tm('invite.link')}
        <span class="joined">
          <input ref={box} value={link.url} readOnly spellcheck={false} autofocus onFocus={e => e.currentTarget.select()} />
          <button type="button" class="primary" onClick={copy}><Icon name={copied ? 'check' : 'copy'} />{copied ? tm('invite.copied') : tm('invite.copy')}</button>
        </span>
      </label>
      {link.size && link.path ? (
        <svg class="qr" viewBox={`0 0 ${link.size} ${link.size}`} role="img" aria-label={tm('invite.qr')}>
          <path class="paper" d={`M0 0h${link.size}v${link.size}H0z`} />
          <path class="ink" d={link.path} />
        </svg>
      ) : <p class="note">{tm('invite.here')}</p>}
      <p class="hint">{tm('invite.once', { time: longTime(link.expires) })}</p>
    </div>
  )
}
