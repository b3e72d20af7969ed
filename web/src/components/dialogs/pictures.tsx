import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import type { Message } from '../../state/message.ts'
import { fileSize, t } from '../../text/text.ts'
import { useChat } from '../context.ts'
import { closeDialog, Dialog } from '../dialog.tsx'
import { Icon } from '../icon.tsx'
import { fileURL, isPicture } from '../media.tsx'
import { shown } from '../name.tsx'

/** A picture as large as the window, with those before and after it in the room. */
export function Pictures({ room, seq, id }: { room: number; seq: number; id: string }) {
  const chat = useChat()
  const all = (chat.room(room)?.items ?? [])
    .filter((m): m is Message => m.kind === 'message' && !m.deleted && !m.hidden)
    .flatMap(m => (m.attachments ?? []).filter(isPicture).map(file => ({ file, from: m.from, seq: m.seq })))
  const [at, setAt] = useState({ seq, id })
  const i = all.findIndex(p => p.seq === at.seq && p.file.id === at.id)
  const step = (by: number) => {
    const next = all[i + by]
    if (next) setAt({ seq: next.seq, id: next.file.id })
  }
  useLayoutEffect(() => { // before the next key
    const keydown = (e: KeyboardEvent) => {
      if (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight') return
      e.preventDefault()
      step(e.key === 'ArrowLeft' ? -1 : 1)
    }
    document.addEventListener('keydown', keydown)
    return () => document.removeEventListener('keydown', keydown)
  })
  useEffect(() => { // it was deleted meanwhile
    if (i < 0) closeDialog()
  }, [i])
  const picture = all[i]
  if (!picture) return null
  const { file, from } = picture
  return (
    <Dialog class="lightbox" title={file.name} close={closeDialog}>
      <div class="stage">
        <img key={file.id} src={fileURL(file)} alt={file.name} />
        {i > 0 && <button class="tool before" aria-label={t('media.before')} onClick={() => step(-1)}><Icon name="back" /></button>}
        {i < all.length - 1 && <button class="tool after" aria-label={t('media.after')} onClick={() => step(1)}><Icon name="back" /></button>}
      </div>
      <footer>
        <span class="hint"><bdi>{shown(from)}</bdi> · {fileSize(file.size)}</span>
        <a class="button" href={fileURL(file)} download={file.name}><Icon name="download" /> {t('media.download')}</a>
      </footer>
    </Dialog>
  )
}
