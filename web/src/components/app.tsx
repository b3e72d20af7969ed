import { Fragment } from 'preact'
import { useEffect } from 'preact/hooks'
import { titleOf } from '../state/state.ts'
import { t } from '../text/text.ts'
import { Banner, Toast } from './banner.tsx'
import { useChat } from './context.ts'
import { Dialogs } from './dialog.tsx'
import { language } from './preference.ts'
import { RoomPane } from './room.tsx'
import { RoomList } from './rooms.tsx'
import { SignIn } from './signin.tsx'

export function App() {
  const chat = useChat()
  void chat.status.value
  const { connection, listed } = chat.state
  if (connection.phase === 'signed_out') return <SignIn key={language.value} />
  return (
    <>
      <Fragment key={language.value}>
        <Title />
        {listed ? <Main /> : <div class="starting" aria-busy="true" />}
        <Banner />
        <Toast />
      </Fragment>
      <Dialogs />
    </>
  )
}

function Main() {
  const chat = useChat()
  const open = chat.open.value
  return (
    <div class={`app ${open === 0 ? 'at-list' : 'at-room'}`}>
      <a class="skip" href="#timeline">{t('app.skip')}</a>
      <RoomList />
      <RoomPane key={open} id={open} />
    </div>
  )
}

/** The title of the page: what is unread, the room and the server. */
function Title() {
  const chat = useChat()
  void chat.list.value
  const { mentions, messages } = chat.state.unread()
  const room = chat.room(chat.open.value)
  const parts = [room && titleOf(room.info), chat.state.welcome?.name || 'Plausch'].filter(Boolean)
  const title = `${mentions > 0 ? `(${mentions}) ` : messages > 0 ? '• ' : ''}${parts.join(' · ')}`
  useEffect(() => void (document.title = title), [title])
  return null
}
