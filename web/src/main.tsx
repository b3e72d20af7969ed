import { render } from 'preact'
import { Chat } from './app/chat.ts'
import { App } from './components/app.tsx'
import { ChatContext } from './components/context.ts'
import { apply } from './components/preference.ts'
import { tError } from './text/text.ts'

apply()

const chat = new Chat(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`)
chat.explain = tError
const wide = matchMedia('(min-width: 40rem)')
chat.wide = () => wide.matches
wide.addEventListener('change', () => chat.visit(location.pathname))
addEventListener('popstate', () => chat.visit(location.pathname))
addEventListener('online', () => chat.client.wake())
document.addEventListener('visibilitychange', () => (document.visibilityState === 'visible' ? chat.client.wake() : chat.hide()))

render(
  <ChatContext.Provider value={chat}>
    <App />
  </ChatContext.Provider>,
  document.getElementById('app')!,
)
chat.client.start()
