import type { Notice } from '../state/message.ts'
import { clock, t, type Key } from '../text/text.ts'
import { shown } from './name.tsx'

/** What happened in the room besides messages, in a line. */
export function NoticeView({ notice }: { notice: Notice }) {
  return <p class="notice"><span>{words(notice)}</span> <time>{clock(notice.time)}</time></p>
}

function words(n: Notice): string {
  const by = shown(n.from)
  const who = n.member ? shown(n.member) : by
  const alone = !n.member || n.member.id === n.from.id
  switch (n.kind) {
    case 'join': return alone ? t('notice.join', { who }) : t('notice.added', { by, who })
    case 'leave': return alone ? t('notice.leave', { who }) : t('notice.removed', { by, who })
    case 'role': return t('notice.role', { by, who, role: t(`role.${n.details?.role ?? 'member'}` as Key) })
    case 'pin': return t('notice.pin', { by })
    case 'unpin': return t('notice.unpin', { by })
    case 'room':
      if (n.details?.room?.topic) return t('notice.topic', { by, topic: n.details.room.topic })
      if (n.details?.room?.archived) return t('notice.archived', { by })
      return t('notice.room', { by })
  }
}
