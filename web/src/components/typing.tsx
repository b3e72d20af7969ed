import { t } from '../text/text.ts'
import { useChat } from './context.ts'
import { shown } from './name.tsx'

/** Who is writing in a room. Its line is always there, so that nothing jumps. */
export function Typing({ id }: { id: number }) {
  const chat = useChat()
  const now = Date.now()
  const who = [...(chat.room(id)?.typing.values() ?? [])].filter(x => x.until > now).map(x => shown(x.account))
  const [a, b] = who
  let text = ''
  if (who.length === 1) text = t('typing.one', { a: a! })
  else if (who.length === 2) text = t('typing.two', { a: a!, b: b! })
  else if (who.length > 2) text = t('typing.many')
  return (
    <p class="typing">
      {text && <span class="dots" aria-hidden="true"><i /><i /><i /></span>}
      <span>{text}</span>
    </p>
  )
}
