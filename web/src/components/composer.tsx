import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Room as Info } from '../wire/protocol.gen.ts'
import type { Message } from '../state/message.ts'
import { runsRoom, titleOf, type State } from '../state/state.ts'
import { t } from '../text/text.ts'
import { useChat } from './context.ts'
import { Icon } from './icon.tsx'
import { shown } from './name.tsx'

const touch = typeof matchMedia === 'function' && matchMedia('(pointer: coarse)').matches
const bytes = new TextEncoder()

export function Composer({ id }: { id: number }) {
  const chat = useChat()
  const room = chat.room(id)!
  const box = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useState(room.draft)
  const written = useRef(room.draft) // what this box last wrote as the draft
  const edit = chat.editing.value
  const edited = edit?.room === id ? room.message(edit.seq) : undefined
  const answered = room.draftTarget ? room.message(room.draftTarget) : undefined
  const title = titleOf(room.info)

  // Layout effects: what is typed next belongs to what is shown now.
  useLayoutEffect(() => { // the draft came from another device
    if (!edited && room.draft !== written.current && text === written.current) {
      written.current = room.draft
      setText(room.draft)
    }
  }, [room.draft])
  useLayoutEffect(() => {
    if (edited) setText(edited.text ?? '')
    else setText(room.draft)
    if (edited || !touch) box.current?.focus()
  }, [edited?.seq])
  useLayoutEffect(() => {
    if (room.draftTarget) box.current?.focus()
  }, [room.draftTarget])

  const write = (value: string) => {
    setText(value)
    if (edited) return
    written.current = value
    chat.draft(id, value, room.draftTarget)
    if (value.trim()) chat.typing(id)
  }
  const limit = chat.state.welcome?.limits.text ?? 16384
  const over = bytes.encode(text).length - limit

  const submit = () => {
    const value = text.replace(/\r\n?/g, '\n').trim()
    if (!value || over > 0) return
    if (edited) {
      chat.editing.value = undefined
      if (value !== edited.text) void chat.edit(id, edited.seq, value)
      return
    }
    written.current = ''
    setText('')
    chat.send(id, value, room.draftTarget || undefined)
    box.current?.focus()
  }

  const keydown = (e: KeyboardEvent) => {
    if (e.isComposing || e.keyCode === 229) return
    if (e.key === 'Enter' && !e.shiftKey && !e.altKey && (!touch || e.ctrlKey || e.metaKey)) {
      e.preventDefault()
      submit()
    } else if (e.key === 'Escape' && (edited || room.draftTarget)) {
      e.preventDefault()
      cancel()
    } else if (e.key === 'ArrowUp' && text === '' && !edited) {
      const last = room.items.findLast((m): m is Message => m.kind === 'message' && m.mine && !m.deleted && !m.details?.sealed)
      if (!last) return
      e.preventDefault()
      chat.editing.value = { room: id, seq: last.seq }
    }
  }
  const cancel = () => {
    if (edited) chat.editing.value = undefined
    else chat.draft(id, text, 0)
    box.current?.focus()
  }

  const blocked = whyNot(chat.state, room.info)
  if (blocked) return <p class="composer blocked">{blocked}</p>
  return (
    <form class="composer" onSubmit={e => (e.preventDefault(), submit())}>
      {(edited || answered) && (
        <div class="context">
          <Icon name={edited ? 'edit' : 'reply'} />
          <span>{edited ? t('composer.editing') : t('composer.replying', { who: shown(answered!.from) })}</span>
          {answered && !edited && <span class="excerpt"><bdi>{answered.text}</bdi></span>}
          <button type="button" class="tool" aria-label={t('act.cancel')} onClick={cancel}><Icon name="close" /></button>
        </div>
      )}
      <div class="line">
        <textarea
          ref={box}
          rows={1}
          value={text}
          aria-label={t('composer.label', { room: title })}
          placeholder={t('composer.label', { room: title })}
          enterkeyhint={touch ? 'enter' : 'send'}
          onInput={e => write(e.currentTarget.value)}
          onKeyDown={keydown}
        />
        <button class="send" disabled={!text.trim() || over > 0} title={t('act.send')} aria-label={edited ? t('act.save') : t('act.send')} onPointerDown={e => e.preventDefault()}>
          <Icon name={edited ? 'check' : 'send'} />
        </button>
      </div>
      {over > 0 && <p class="note error" role="alert">{t('composer.too_long', { n: over })}</p>}
    </form>
  )
}

/** whyNot tells why the account cannot write in a room; empty if it can. */
function whyNot(state: State, info: Info): string {
  if (info.archived) return t('composer.archived')
  const runs = runsRoom(state, info)
  if ((info.role === 'reader' || info.writers === 'admins') && !runs) return t('composer.readonly')
  return ''
}
