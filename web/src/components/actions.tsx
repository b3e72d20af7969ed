import { useState } from 'preact/hooks'
import type { Message } from '../state/message.ts'
import { runsRoom } from '../state/state.ts'
import { t } from '../text/text.ts'
import { useChat } from './context.ts'
import { Dialog, openDialog } from './dialog.tsx'
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
  const [all, showAll] = useState(false)
  const runs = info !== undefined && runsRoom(chat.state, info)
  const at = { room, seq: m.seq }
  const done = () => {
    pick(false)
    showAll(false)
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
  const keep = async () => {
    if ((await chat.try(m.saved ? 'message.unsave' : 'message.save', at)) && !m.saved) chat.tell(t('act.kept'))
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
  const may = runs || info?.kind === 'direct'
  const more = [
    { name: 'pin', text: m.pinned ? t('act.unpin') : t('act.pin'), act: () => void chat.try(m.pinned ? 'message.unpin' : 'message.pin', at), there: may && !info?.archived },
    { name: 'bookmark', text: m.saved ? t('act.forget') : t('act.keep'), act: keep, there: true },
    { name: 'versions', text: t('act.versions'), act: () => openDialog({ kind: 'versions', ...at }), there: !!m.edited && (m.mine || runs) },
    { name: 'hide', text: t('act.hide'), act: () => void chat.try('message.hide', at), there: !m.mine },
    { name: 'flag', text: t('act.report'), act: () => openDialog({ kind: 'report', ...at }), there: !m.mine },
  ] as const
  const shown = entries.filter(e => e.there)

  return (
    <>
      <div class={`actions${picking ? ' open' : ''}`} role="toolbar" aria-label={t('message.actions')}>
        {picking ? emoji : (
          <>
            <button class="tool" title={t('act.react')} aria-label={t('act.react')} onClick={() => pick(true)}><Icon name="react" /></button>
            {shown.map(e => <button key={e.name} class="tool" title={e.text} aria-label={e.text} onClick={e.act}><Icon name={e.name} /></button>)}
            <button class="tool" title={t('act.more')} aria-label={t('act.more')} aria-haspopup="dialog" onClick={() => showAll(true)}><Icon name="more" /></button>
          </>
        )}
        {picking && <button class="tool" aria-label={t('act.close')} onClick={() => pick(false)}><Icon name="close" /></button>}
      </div>
      {(sheet || all) && (
        <Dialog class="sheet" close={done}>
          <div class="emojis">{emoji}</div>
          {[...shown.filter(e => e.name !== 'delete'), ...more.filter(e => e.there), ...shown.filter(e => e.name === 'delete')].map(e => (
            <button key={e.name} class={`entry${e.name === 'delete' ? ' risky' : ''}`} onClick={() => (done(), void e.act())}><Icon name={e.name} />{e.text}</button>
          ))}
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
