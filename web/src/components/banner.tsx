import { useEffect, useState } from 'preact/hooks'
import { t } from '../text/text.ts'
import { useChat } from './context.ts'

/** How long a connection may be away before anybody is told, in milliseconds. */
const patience = 2000

/** What the connection is doing, once it has been away for long enough. */
export function Banner() {
  const chat = useChat()
  void chat.status.value
  const { connection } = chat.state
  const [, tick] = useState(0)
  const away = connection.phase === 'waiting' || connection.phase === 'connecting'
  useEffect(() => {
    if (!away) return
    const timer = setInterval(() => tick(n => n + 1), 500)
    return () => clearInterval(timer)
  }, [away])
  const late = away && Date.now() - connection.since >= patience
  const left = connection.phase === 'waiting' ? Math.max(1, Math.ceil((connection.until - Date.now()) / 1000)) : 0
  return (
    <div class={`banner${late ? ' shown' : ''}`} role="status">
      {late && (
        <>
          <span>{left ? t('banner.waiting', { s: left }) : t('banner.connecting')}</span>
          {left > 1 && <button class="quiet" onClick={() => chat.client.wake()}>{t('banner.now')}</button>}
        </>
      )}
    </div>
  )
}

export function Toast() {
  const chat = useChat()
  const toast = chat.toast.value
  return <div class="toasts" role="status">{toast && <p key={toast.id} class="toast">{toast.text}</p>}</div>
}
