import { signal } from '@preact/signals'
import type { ComponentChildren, ComponentType } from 'preact'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { codeOf } from '../wire/error.ts'
import type { Account } from '../wire/protocol.gen.ts'
import { t, tError } from '../text/text.ts'
import { useChat } from './context.ts'
import { Icon } from './icon.tsx'

/** What the open dialog is about. */
export type Shown =
  | { kind: 'create' | 'browse' | 'write' | 'invite' | 'settings' | 'saved' }
  | { kind: 'room' | 'leave' | 'pinned'; room: number }
  | { kind: 'person'; account: Account; room: number }
  | { kind: 'pictures'; room: number; seq: number; id: string }
  | { kind: 'report' | 'versions'; room: number; seq: number }

const shown = signal<Shown | undefined>(undefined)

export function openDialog(what: Shown): void {
  shown.value = what
}

export function closeDialog(): void {
  shown.value = undefined
}

/** The place of the dialogs, whose script is loaded with the first one. */
export function Dialogs() {
  const chat = useChat()
  const [Drawn, setDrawn] = useState<ComponentType<{ what: Shown }> | undefined>(undefined)
  const what = shown.value
  useEffect(() => {
    if (!what || Drawn) return
    import('./dialogs/all.tsx').then(m => setDrawn(() => m.Drawn), () => {
      closeDialog()
      chat.tell(tError('lost'))
    })
  }, [what, Drawn])
  return what && Drawn ? <Drawn key={JSON.stringify(what)} what={what} /> : null
}

interface Props {
  class?: string
  /** It stands above the rest, beside a button that closes the dialog. */
  title?: string
  close: () => void
  children: ComponentChildren
}

/** A native dialog, which closes on Escape and on a press beside it, and gives the focus back. */
export function Dialog({ class: className = '', title, close, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => { // before the next key
    const before = document.activeElement as HTMLElement | null
    ref.current?.showModal()
    return () => before?.focus()
  }, [])
  return (
    <dialog ref={ref} class={className} aria-labelledby={title ? id : undefined} onClose={close} onPointerDown={e => e.target === ref.current && close()}>
      {title && (
        <header class="head">
          <h2 id={id}><bdi>{title}</bdi></h2>
          <button class="tool" aria-label={t('act.close')} onClick={close}><Icon name="close" /></button>
        </header>
      )}
      <div class="inside">{children}</div>
    </dialog>
  )
}

/** What a dialog asks of the server: whether that is on its way, and the error if it was refused. */
export function useAct(): { busy: boolean; error: ComponentChildren; run: (f: () => Promise<unknown>) => Promise<boolean> } {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState('')
  const run = async (f: () => Promise<unknown>) => {
    setBusy(true)
    setError('')
    try {
      await f()
      return true
    } catch (err) {
      setError(tError(codeOf(err)))
      return false
    } finally {
      setBusy(false)
    }
  }
  return { busy, error: error && <p class="note error" role="alert">{error}</p>, run }
}
