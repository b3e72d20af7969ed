import type { Upload } from '../app/upload.ts'
import { fileSize, t, tError } from '../text/text.ts'
import { useChat } from './context.ts'
import { Icon } from './icon.tsx'

/** The files that go out with the next message, above the line in which its text is written. */
export function Tray({ room, uploads, waiting }: { room: number; uploads: Upload[]; waiting: boolean }) {
  const chat = useChat()
  const remove = (u: Upload) => chat.uploads.remove(room, u.key)
  return (
    <div class="tray">
      <ul aria-label={t('media.tray')}>
        {uploads.map(u => {
          const file = u.file.name
          const label = u.state === 'done' ? t('media.remove', { file }) : t('media.cancel', { file })
          return (
            <li key={u.key} class={u.state}>
              {u.preview ? <img src={u.preview} alt="" /> : <span class="kind"><Icon name="file" /></span>}
              <span class="what">
                <strong><bdi>{file}</bdi></strong>
                {u.state === 'failed'
                  ? <small class="error" role="alert">{tError(u.code)}</small>
                  : <small>{fileSize(u.file.size)}</small>}
                {(u.state === 'running' || u.state === 'waiting') && <progress aria-label={t('media.progress', { file })} max={u.file.size} value={u.sent} />}
              </span>
              {u.state === 'failed' && <button type="button" class="tool" title={t('media.retry', { file })} aria-label={t('media.retry', { file })} onClick={() => chat.uploads.retry(room, u.key)}><Icon name="versions" /></button>}
              <button type="button" class="tool" title={label} aria-label={label} onClick={() => remove(u)}><Icon name="close" /></button>
            </li>
          )
        })}
      </ul>
      {waiting && <p class="note" role="status">{t('media.waiting')}</p>}
    </div>
  )
}
