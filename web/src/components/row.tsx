import { memo } from './memo.ts'
import type { Item } from '../state/message.ts'
import type { Send } from '../state/send.ts'
import { day, t, tError } from '../text/text.ts'
import { useChat } from './context.ts'
import { Markdown } from './markdown.tsx'
import { Files } from './media.tsx'
import { MessageView } from './message.tsx'
import { NoticeView } from './notice.tsx'

interface RowProps {
  room: number
  item: Item
  /** The first of its day. */
  day: boolean
  /** The first that was unread. */
  divider: boolean
  /** It goes on with the message before it. */
  grouped: boolean
  /** The newest message; if it is one's own it has a tick. */
  tick: boolean
  /** The other one of a direct room has read it. */
  seen: boolean
}

export const Row = memo(function Row({ room, item, day: newDay, divider, grouped, tick, seen }: RowProps) {
  return (
    <li data-seq={item.seq} class={grouped ? 'grouped' : ''}>
      {newDay && <h2 class="day"><span>{day(item.time, Date.now())}</span></h2>}
      {divider && <p class="divider"><span>{t('timeline.new')}</span></p>}
      {item.kind === 'message'
        ? <MessageView room={room} message={item} grouped={grouped && !newDay} tick={tick && item.mine} seen={seen} />
        : <NoticeView notice={item} />}
    </li>
  )
})

/** A message on its way. */
export function SendRow({ send }: { send: Send }) {
  const chat = useChat()
  const files = (send.message.attachments ?? []).flatMap(id => chat.uploads.known.get(id) ?? [])
  return (
    <li class="sending">
      <article class={`message mine${send.failed ? ' failed' : ''}`}>
        <div class="body">
          {send.message.text && <Markdown text={send.message.text} />}
          {files.length > 0 && <Files files={files} />}
        </div>
        {send.failed && (
          <p class="failure" role="alert">
            {t('message.failed')} {tError(send.failed)}{' '}
            <button class="link" onClick={() => chat.retry(send)}>{t('act.retry')}</button>{' · '}
            <button class="link" onClick={() => chat.dismiss(send)}>{t('act.delete')}</button>
          </p>
        )}
      </article>
    </li>
  )
}
