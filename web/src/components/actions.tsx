import { useEffect, useRef, useState } from 'preact/hooks'
import type { Message } from '../state/message.ts'
import { t } from '../text/text.ts'
import { useChat } from './context.ts'
import { Icon } from './icon.tsx'

const quick = ['👍', '❤️', '😂', '🎉', '😮', '😢'] as const

interface Props {
  room: number
  message: Message
  /** They stand in a sheet, as on a telephone; else in a bar that is seen while the message has the pointer or the focus. */
  sheet: boolean
  close: () => void
}

export function Actions({ room, message: m, sheet, close }: Props) {
  const chat = useChat()
  const [picking, pick] = useState(false)
  const [asking, ask] = useState(false)
  const info = chat.state.room(room)?.info
  const runs = info?.role === 'owner' || info?.role === 'admin' || (info?.kind !== 'direct' && ['owner', 'admin'].includes(chat.state.account?.role ?? ''))
  const done = () => {
    pick(false)
    close()
  }
  const react = (emoji: string) => (done(), void chat.react(room, m, emoji))
  const reply = () => {
    done()
    chat.editing.value = undefined
    chat.draft(room, chat.state.room(room)?.draft ?? '', m.seq)
  }
  const edit = () => (done(), (chat.editing.value = { room, seq: m.seq }))
  const copy = async () => {
    done()
    await navigator.clipboard.writeText(chat.link(room, m.seq)).then(() => chat.tell(t('act.copied')), () => chat.tell(chat.link(room, m.seq)))
  }
  const remove = () => (done(), ask(true))

  const emoji = quick.map(e => (
    <button key={e} class="tool emoji" aria-label={t('react.with', { emoji: e })} onClick={() => react(e)}>{e}</button>
  ))
  const entries = [
    { name: 'reply', text: t('act.reply'), act: reply, there: true },
    { name: 'edit', text: t('act.edit'), act: edit, there: m.mine && !m.details?.sealed },
    { name: 'link', text: t('act.copy_link'), act: copy, there: true },
    { name: 'delete', text: t('act.delete'), act: remove, there: m.mine || runs },
  ] as const
  const shown = entries.filter(e => e.there)

  return (
    <>
      <div class={`actions${picking ? ' open' : ''}`} role="toolbar" aria-label={t('message.actions')}>
        {picking ? emoji : (
          <>
            <button class="tool" title={t('act.react')} aria-label={t('act.react')} onClick={() => pick(true)}><Icon name="react" /></button>
            {shown.map(e => <button key={e.name} class="tool" title={e.text} aria-label={e.text} onClick={e.act}><Icon name={e.name} /></button>)}
          </>
        )}
        {picking && <button class="tool" aria-label={t('act.close')} onClick={() => pick(false)}><Icon name="close" /></button>}
      </div>
      {sheet && (
        <Dialog class="sheet" close={close}>
          <div class="emojis">{emoji}</div>
          {shown.map(e => <button key={e.name} class="entry" onClick={e.act}><Icon name={e.name} />{e.text}</button>)}
        </Dialog>
      )}
      {asking && (
        <Dialog close={() => ask(false)}>
          <p>{t('delete.ask')}</p>
          <div class="buttons">
            <button onClick={() => ask(false)}>{t('act.cancel')}</button>
            <button class="danger" onClick={() => (ask(false), void chat.delete({ room, seq: m.seq }))}>{t('act.delete')}</button>
          </div>
        </Dialog>
      )}
    </>
  )
}

/** A native dialog, which closes on Escape and on a press beside it. */
export function Dialog({ class: className = '', close, children }: { class?: string; close: () => void; children: preact.ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => ref.current?.showModal(), [])
  return (
    <dialog ref={ref} class={className} onClose={close} onClick={e => e.target === ref.current && close()}>
      <div class="inside">{children}</div>
    </dialog>
  )
}
