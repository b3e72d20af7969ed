import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Room as Info } from '../wire/protocol.gen.ts'
import type { Message } from '../state/message.ts'
import { runsRoom, titleOf, type State } from '../state/state.ts'
import { fileSize, t } from '../text/text.ts'
import { useChat } from './context.ts'
import { Icon } from './icon.tsx'
import { shown } from './name.tsx'
import type { Tray } from './tray.tsx'

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
  const uploads = chat.uploads.of(id).value
  const pending = uploads.some(u => u.state !== 'done')
  const [waiting, wait] = useState(false) // to send as soon as the files are there
  const picker = useRef<HTMLInputElement>(null)
  const attach = async (files: Iterable<File>) => {
    const refused = await chat.uploads.add(id, [...files])
    const r = refused[0]
    if (r) chat.tell(t(`media.${r.reason}`, { file: r.name, size: fileSize(r.size), max: fileSize(r.max), n: r.max }))
    box.current?.focus()
  }
  useDrop(box, attach)
  useEffect(() => {
    if (waiting && uploads.some(u => u.state === 'failed')) wait(false)
    else if (waiting && !pending && !edited) submit()
  }, [uploads, waiting, !edited])
  const limit = chat.state.welcome?.limits.text ?? 16384
  const over = bytes.encode(text).length - limit

  const submit = () => {
    const value = text.replace(/\r\n?/g, '\n').trim()
    if ((!value && (edited || uploads.length === 0)) || over > 0) return
    if (edited) {
      chat.editing.value = undefined
      if (value !== edited.text) void chat.edit(id, edited.seq, value)
      return
    }
    if (pending) return wait(true)
    wait(false)
    written.current = ''
    setText('')
    chat.send(id, value, room.draftTarget || undefined, uploads.length ? chat.uploads.take(id) : undefined)
    box.current?.focus()
  }

  const keydown = (e: KeyboardEvent) => {
    if (e.isComposing || e.keyCode === 229) return
    if (e.key === 'Enter' && !e.shiftKey && !e.altKey && (!touch || e.ctrlKey || e.metaKey)) {
      e.preventDefault()
      submit()
    } else if (e.key === 'o' && (e.ctrlKey || e.metaKey) && !edited) {
      e.preventDefault()
      picker.current?.click()
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
  const paste = (e: ClipboardEvent) => {
    const files = e.clipboardData?.files
    if (edited || !files?.length || e.clipboardData?.types.includes('text/plain')) return // of text and its picture, the text is meant
    e.preventDefault()
    void attach(files)
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
      {uploads.length > 0 && !edited && <LazyTray room={id} uploads={uploads} waiting={waiting} />}
      <div class="line">
        {!edited && (
          <button type="button" class="tool attach" title={t('media.attach')} aria-label={t('media.attach')} onClick={() => picker.current?.click()}><Icon name="attach" /></button>
        )}
        <input ref={picker} type="file" multiple hidden onChange={e => { void attach(e.currentTarget.files ?? []); e.currentTarget.value = '' }} />
        <textarea
          ref={box}
          rows={1}
          value={text}
          aria-label={t('composer.label', { room: title })}
          placeholder={t('composer.label', { room: title })}
          enterkeyhint={touch ? 'enter' : 'send'}
          onInput={e => write(e.currentTarget.value)}
          onKeyDown={keydown}
          onPaste={paste}
        />
        <button class="send" disabled={(!text.trim() && (!!edited || !uploads.length)) || over > 0} title={t('act.send')} aria-label={edited ? t('act.save') : t('act.send')} onPointerDown={e => e.preventDefault()}>
          <Icon name={edited ? 'check' : 'send'} />
        </button>
      </div>
      {over > 0 && <p class="note error" role="alert">{t('composer.too_long', { n: over })}</p>}
    </form>
  )
}

/** LazyTray is the tray, whose script is loaded with the first file. */
function LazyTray(props: Parameters<typeof Tray>[0]) {
  const [Drawn, setDrawn] = useState<typeof Tray | undefined>(undefined)
  useEffect(() => {
    import('./tray.tsx').then(m => setDrawn(() => m.Tray), () => {})
  }, [])
  return Drawn ? <Drawn {...props} /> : null
}

/** useDrop takes files that are dropped anywhere on the room. */
function useDrop(box: RefObject<HTMLElement | null>, attach: (files: Iterable<File>) => void): void {
  const take = useRef(attach)
  take.current = attach
  useEffect(() => {
    const pane = box.current?.closest('main')
    if (!pane) return
    const over = (e: DragEvent) => {
      if (!box.current || !e.dataTransfer?.types.includes('Files')) return
      e.preventDefault()
      pane.classList.add('dropping')
    }
    const leave = (e: DragEvent) => {
      if (!pane.contains(e.relatedTarget as Node | null)) pane.classList.remove('dropping')
    }
    const drop = (e: DragEvent) => {
      pane.classList.remove('dropping')
      if (!box.current || !e.dataTransfer?.files.length) return
      e.preventDefault()
      take.current(e.dataTransfer.files)
    }
    pane.addEventListener('dragover', over)
    pane.addEventListener('dragleave', leave)
    pane.addEventListener('drop', drop)
    return () => {
      pane.removeEventListener('dragover', over)
      pane.removeEventListener('dragleave', leave)
      pane.removeEventListener('drop', drop)
    }
  }, [])
}

/** whyNot tells why the account cannot write in a room; empty if it can. */
function whyNot(state: State, info: Info): string {
  if (info.archived) return t('composer.archived')
  const runs = runsRoom(state, info)
  if ((info.role === 'reader' || info.writers === 'admins') && !runs) return t('composer.readonly')
  return ''
}
