import { useEffect, useState } from 'preact/hooks'
import { manage } from '../../text/manage.ts'
import { longTime, t, textsOf } from '../../text/text.ts'
import type { MessageVersion } from '../../wire/protocol.gen.ts'
import { useChat } from '../context.ts'
import { closeDialog, Dialog, useAct } from '../dialog.tsx'
import { Markdown } from '../markdown.tsx'

const tm = textsOf(manage)

/** What a message has said, the newest first. */
export function Versions({ room, seq }: { room: number; seq: number }) {
  const chat = useChat()
  const [versions, setVersions] = useState<MessageVersion[]>([])
  const [more, setMore] = useState(false)
  const { busy, error, run } = useAct()
  const look = () => void run(async () => {
    const page = await chat.client.call('message.versions', { room, seq, before: versions.at(-1)?.seq, limit: 50 })
    setVersions([...versions, ...(page.versions ?? [])])
    setMore(page.more ?? false)
  })
  useEffect(look, [])
  return (
    <Dialog title={t('act.versions')} close={closeDialog}>
      {versions.length === 1 && <p class="hint">{tm('versions.none')}</p>}
      <ol class="entries" aria-busy={busy}>
        {versions.map(v => (
          <li key={v.seq} class="version">
            <time dateTime={new Date(v.time).toISOString()}>{longTime(v.time)}</time>
            <div class="content">{v.details?.sealed ? t('message.sealed') : <Markdown text={v.text ?? ''} />}</div>
          </li>
        ))}
      </ol>
      {error}
      {more && <div class="buttons"><button disabled={busy} onClick={look}>{tm('saved.more')}</button></div>}
    </Dialog>
  )
}
