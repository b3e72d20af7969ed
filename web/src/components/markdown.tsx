import type { ComponentChildren } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { parse } from '../markdown/block.ts'
import type { Block, Span } from '../markdown/tree.ts'
import { t } from '../text/text.ts'
import { useChat } from './context.ts'

// The tree of a text as elements. This is the list of all elements that a message can make, and a text
// never becomes anything but text in them.

export function Markdown({ text }: { text: string }) {
  const tree = useMemo(() => parse(text), [text])
  return <>{tree.map(drawBlock)}</>
}

function drawBlock(b: Block): ComponentChildren {
  switch (b.kind) {
    case 'paragraph': return <p>{drawSpans(b.spans)}</p>
    case 'code': return <pre data-lang={b.lang} tabIndex={0}><code>{b.text}</code></pre>
    case 'quote': return <blockquote>{b.children?.map(drawBlock)}</blockquote>
    case 'spoiler': return <Spoiler block>{b.children?.map(drawBlock)}</Spoiler>
    case 'list': return <ul>{b.children?.map(drawBlock)}</ul>
    case 'ordered_list': return <ol>{b.children?.map(drawBlock)}</ol>
    case 'item': return <li value={b.number}>{drawSpans(b.spans)}{b.children?.map(drawBlock)}</li>
  }
}

function drawSpans(spans: Span[] | undefined): ComponentChildren {
  return spans?.map(drawSpan)
}

function drawSpan(s: Span): ComponentChildren {
  switch (s.kind) {
    case 'text': return s.text
    case 'em': return <em>{drawSpans(s.children)}</em>
    case 'strong': return <strong>{drawSpans(s.children)}</strong>
    case 'strike': return <s>{drawSpans(s.children)}</s>
    case 'spoiler': return <Spoiler>{drawSpans(s.children)}</Spoiler>
    case 'code': return <code>{s.text}</code>
    case 'link': return <Link url={s.url!}>{drawSpans(s.children)}</Link>
    case 'mention': return <Mention text={s.text!} />
    case 'mention_room': return <span class="mention to-me">{s.text}</span>
    case 'message_link': return <Here path={s.url!}>{s.text}</Here>
  }
}

/** A link leads to https, http or a mailbox. Where it leads stands behind a text that says something else. */
function Link({ url, children }: { url: string; children: ComponentChildren }) {
  const text = Array.isArray(children) && children.length === 1 ? children[0] : undefined
  const host = /^https?:\/\/([^/?#]+)/i.exec(url)?.[1]?.replace(/^[^@]*@/, '')
  const inside = inApp(url)
  if (inside) return <Here path={inside}>{children}</Here>
  if (!/^(https?:\/\/|mailto:)/i.test(url)) return <>{children}</>
  return (
    <>
      <a href={url} target="_blank" rel="noopener noreferrer nofollow">{children}</a>
      {text !== url && host && !String(text).toLowerCase().startsWith(host.toLowerCase()) && <small class="host"> ({host})</small>}
    </>
  )
}

/** inApp returns the path of an address of this very server that the app shows; '' for others. */
function inApp(url: string): string {
  const path = url.startsWith(`${location.origin}/r/`) ? url.slice(location.origin.length) : ''
  return /^\/r\/[a-z0-9._:-]+(\/\d+)?$/i.test(path) ? path : ''
}

function Here({ path, children }: { path: string; children: ComponentChildren }) {
  const chat = useChat()
  return <a href={path} onClick={e => (e.preventDefault(), chat.go(path))}>{children}</a>
}

function Mention({ text }: { text: string }) {
  const chat = useChat()
  const name = text.slice(1).toLowerCase()
  const id = name.startsWith('id:') ? Number(name.slice(3)) : 0
  const me = chat.state.account
  const mine = me !== undefined && (id ? id === me.id : name === me.name)
  const known = id ? chat.state.people.get(id) : undefined
  return <span class={mine ? 'mention to-me' : 'mention'}><bdi>{known ? `@${known.name}` : text}</bdi></span>
}

/** What is hidden until it is asked for. */
function Spoiler({ block, children }: { block?: boolean; children: ComponentChildren }) {
  const [open, show] = useState(false)
  const Tag = block ? 'div' : 'span'
  if (open) return <Tag class="spoiler open">{children}</Tag>
  return (
    <button class={`spoiler${block ? ' block' : ''}`} aria-label={t('message.spoiler')} onClick={() => show(true)}>
      <Tag class="veil" aria-hidden="true" inert>{children}</Tag>
    </button>
  )
}
