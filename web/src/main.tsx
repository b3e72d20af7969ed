import { render } from 'preact'
import { Chat } from './app/chat.ts'
import { App } from './components/app.tsx'
import { ChatContext } from './components/context.ts'
import { pick, tError, use } from './text/text.ts'

const language = pick(navigator.languages)
use(language, navigator.languages)
document.documentElement.lang = language

const chat = new Chat(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`)
chat.explain = tError
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
