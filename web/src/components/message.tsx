import { useRef, useState } from 'preact/hooks'
import { isDeleted, type Message } from '../state/message.ts'
import type { Quote, Reaction } from '../wire/protocol.gen.ts'
import { clock, list, longTime, t } from '../text/text.ts'
import { Actions } from './actions.tsx'
import { useChat } from './context.ts'
import { Icon } from './icon.tsx'
import { onlyEmoji } from '../markdown/emoji.ts'
import { Markdown } from './markdown.tsx'
import { Files } from './media.tsx'
import { Avatar, hue, NameButton, shown } from './name.tsx'

interface Props {
  room: number
  message: Message
  grouped: boolean
  tick: boolean
  /** The other one has read it. */
  seen: boolean
}

const longPress = 450

export function MessageView({ room, message: m, grouped, tick, seen }: Props) {
  const chat = useChat()
  const [sheet, showSheet] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const gone = isDeleted(m)
  const editing = chat.editing.value
  const press = (e: PointerEvent) => {
    if (e.pointerType !== 'touch' || gone) return
    timer.current = setTimeout(() => showSheet(true), longPress)
  }
  const release = () => clearTimeout(timer.current)
  void chat.blocks.value
  const blocked = chat.state.blocked.has(m.from.id)
  const [unfolded, unfold] = useState(false)
  if ((m.hidden || (blocked && !unfolded)) && !gone) {
    const show = () => (m.hidden ? void chat.try('message.unhide', { room, seq: m.seq }) : unfold(true))
    return (
      <article class="message folded">
        <p class="tombstone">{m.hidden ? t('message.hidden') : t('message.blocked')} <button class="link" onClick={show}>{t('message.show')}</button></p>
      </article>
    )
  }
  const classes = ['message', m.mine && 'mine', m.mention && 'mention', grouped && 'grouped', gone && 'gone', editing?.seq === m.seq && editing.room === room && 'editing']
  return (
    <article
      class={classes.filter(Boolean).join(' ')}
      onPointerDown={press}
      onPointerUp={release}
      onPointerMove={release}
      onPointerCancel={release}
    >
      {grouped ? <time class="gutter" title={longTime(m.time)}>{clock(m.time)}</time> : <Avatar account={m.from} />}
      <div class="body">
        {!grouped && (
          <header>
            <NameButton account={m.from} room={room} />
            <time dateTime={new Date(m.time).toISOString()} title={longTime(m.time)}>{clock(m.time)}</time>
            {m.pinned ? <span class="faint" title={t('message.pinned')}><Icon name="pin" /></span> : null}
            {m.saved && <span class="faint" title={t('message.saved')}><Icon name="bookmark" /></span>}
          </header>
        )}
        {m.target && !gone ? <QuoteView room={room} target={m.target} quote={m.quote} /> : null}
        <Content m={m} room={room} />
        {m.reactions && m.reactions.length > 0 && (
          <ul class="reactions">
            {m.reactions.map(r => (
              <li key={r.emoji}>
                <button class={r.mine ? 'mine' : ''} aria-pressed={r.mine ?? false} title={reacted(r)} onClick={() => void chat.react(room, m, r.emoji)}>
                  <span>{r.emoji}</span> {r.count}
                  <span class="hidden">{reacted(r)}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
      {tick && <span class="tick" title={seen ? t('message.seen') : t('message.sent')}>{seen && <small>{t('message.seen')}</small>}<Icon name="check" /></span>}
      {!gone && <Actions room={room} message={m} sheet={sheet} close={() => showSheet(false)} />}
    </article>
  )
}

function Content({ m, room }: { m: Message; room: number }) {
  if (m.deleted) return <p class="tombstone">{t('message.deleted')}</p>
  if (m.details?.sealed) return <p class="tombstone">{t('message.sealed')}</p>
  const large = m.text ? onlyEmoji(m.text) : 0
  return (
    <div class={`content${large > 0 && large <= 3 ? ' large' : ''}`}>
      {m.text && <Markdown text={m.text} />}
      {m.attachments && <Files files={m.attachments} room={room} seq={m.seq} />}
      {m.edited ? <small class="edited">({t('message.edited')})</small> : null}
    </div>
  )
}

function QuoteView({ room, target, quote }: { room: number; target: number; quote: Quote | undefined }) {
  const chat = useChat()
  let text = t('message.quote_gone')
  if (quote?.deleted) text = t('message.deleted')
  else if (quote?.sealed) text = t('message.sealed')
  else if (quote?.text) text = quote.text
  else if (quote?.files) text = t('message.file', { n: quote.files })
  return (
    <button class={`quote${quote ? ` hue-${hue(quote.from.id)}` : ''}`} onClick={() => void chat.showMessage(room, target)}>
      {quote && <strong><bdi>{shown(quote.from)}</bdi></strong>}
      <span class="excerpt"><bdi>{text}</bdi></span>
    </button>
  )
}

function reacted(r: Reaction): string {
  const first = (r.first ?? []).map(shown)
  const more = r.count - first.length
  const names = more > 0 ? t('react.more', { names: first.join(', '), n: more }) : list(first)
  return t('react.who', { names, emoji: r.emoji })
}
