import type { Attachment } from '../wire/protocol.gen.ts'
import { fileSize, t } from '../text/text.ts'
import { openDialog } from './dialog.tsx'
import { Icon } from './icon.tsx'

/** The longest side of a picture in a row, in pixels. */
const longest = 300
const pictures = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']
const playable = ['audio/aac', 'audio/mp4', 'audio/mpeg', 'audio/ogg', 'audio/wave', 'audio/webm', 'video/mp4', 'video/webm']

export function fileURL(a: Attachment): string {
  return `/media/attachments/${a.id}`
}

export function isPicture(a: Attachment): boolean {
  return pictures.includes(a.type)
}

/** The files of a message. Of one that is on its way there is no seq, and its pictures do not open. */
export function Files({ files, room = 0, seq = 0 }: { files: Attachment[]; room?: number; seq?: number }) {
  const seen = files.filter(isPicture)
  const rest = files.filter(a => !isPicture(a))
  return (
    <div class="files">
      {seen.length > 0 && (
        <div class="pictures">
          {seen.map(a => <Picture key={a.id} file={a} open={seq ? () => openDialog({ kind: 'pictures', room, seq, id: a.id }) : undefined} />)}
        </div>
      )}
      {rest.map(a => (
        <div key={a.id} class="one">
          {playable.includes(a.type) && <Player file={a} />}
          <FileLink file={a} />
        </div>
      ))}
    </div>
  )
}

function Picture({ file: a, open }: { file: Attachment; open: (() => void) | undefined }) {
  const { width = 0, height = 0 } = a.media ?? {}
  const small = `${fileURL(a)}/thumbnail?size=small`
  const image = (
    <img
      alt={a.name}
      loading="lazy"
      decoding="async"
      sizes="300px"
      src={a.media?.thumbnail ? small : fileURL(a)}
      srcset={a.media?.thumbnail ? `${small} ${widthWithin(a, 400)}w, ${fileURL(a)}/thumbnail?size=large ${widthWithin(a, 1280)}w` : undefined}
    />
  )
  return <button class="picture" disabled={!open} ref={el => reserve(el, width, height)} onClick={open}>{image}</button>
}

/** reserve gives an element the size that a picture will have, so that nothing moves when that has come. */
function reserve(el: HTMLElement | null, width: number, height: number): void {
  if (!el || !width || !height) return
  const scale = Math.min(1, longest / width, longest / height)
  el.style.width = `${Math.max(32, Math.round(width * scale))}px`
  el.style.aspectRatio = `${width} / ${height}`
}

/** widthWithin returns the width of a small picture whose longer side is at most so many pixels. */
function widthWithin(a: Attachment, side: number): number {
  const { width = side, height = side } = a.media ?? {}
  return Math.max(1, Math.round(width * Math.min(1, side / Math.max(width, height))))
}

function Player({ file: a }: { file: Attachment }) {
  const { width = 16, height = 9, thumbnail } = a.media ?? {}
  if (a.type.startsWith('audio/')) return <audio controls preload="metadata" src={fileURL(a)} aria-label={a.name} />
  const poster = thumbnail ? `${fileURL(a)}/thumbnail?size=large` : undefined
  return <video controls preload={poster ? 'none' : 'metadata'} playsInline src={fileURL(a)} poster={poster} aria-label={a.name} ref={el => reserve(el, width * 100, height * 100)} />
}

function FileLink({ file: a }: { file: Attachment }) {
  return (
    <a class="file" href={fileURL(a)} download={a.name} title={t('media.download_file', { file: a.name })}>
      <Icon name="file" />
      <span class="what"><strong><bdi>{a.name}</bdi></strong><small>{fileSize(a.size)}</small></span>
      <Icon name="download" />
    </a>
  )
}
