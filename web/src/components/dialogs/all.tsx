import type { Shown } from '../dialog.tsx'
import { Browse } from './browse.tsx'
import { Create } from './create.tsx'
import { Invite } from './invite.tsx'
import { Leave } from './leave.tsx'
import { Person } from './person.tsx'
import { Pinned, Saved } from './list.tsx'
import { Pictures } from './pictures.tsx'
import { Report } from './report.tsx'
import { RoomDialog } from './room.tsx'
import { Settings } from './settings.tsx'
import { Versions } from './versions.tsx'
import { Write } from './write.tsx'

/** The dialog that is asked for. */
export function Drawn({ what }: { what: Shown }) {
  switch (what.kind) {
    case 'create': return <Create />
    case 'browse': return <Browse />
    case 'write': return <Write />
    case 'invite': return <Invite />
    case 'settings': return <Settings />
    case 'saved': return <Saved />
    case 'pinned': return <Pinned room={what.room} />
    case 'room': return <RoomDialog id={what.room} />
    case 'leave': return <Leave id={what.room} />
    case 'person': return <Person account={what.account} room={what.room} />
    case 'pictures': return <Pictures room={what.room} seq={what.seq} id={what.id} />
    case 'report': return <Report room={what.room} seq={what.seq} />
    case 'versions': return <Versions room={what.room} seq={what.seq} />
  }
}
