import { useEffect, useState } from 'preact/hooks'
import { endSession } from '../../app/signin.ts'
import { statusOf } from '../../state/state.ts'
import { manage } from '../../text/manage.ts'
import { settings } from '../../text/settings.ts'
import { languages, t, textsOf } from '../../text/text.ts'
import { useChat } from '../context.ts'
import { closeDialog, Dialog, openDialog, useAct } from '../dialog.tsx'
import { Icon } from '../icon.tsx'
import { Name, shown } from '../name.tsx'
import { language, setLanguage, setTheme, theme, themes } from '../preference.ts'
import { OwnAvatar } from './avatar.tsx'
import { Levels } from './level.tsx'

const ts = textsOf(settings)
const tm = textsOf(manage)
const names = { en: 'English', de: 'Deutsch', nb: 'Norsk bokmål' } as const

export function Settings() {
  const chat = useChat()
  void chat.status.value
  const { account } = chat.state
  if (!account) return null
  const runs = account.role === 'owner' || account.role === 'admin'
  return (
    <Dialog title={t('list.settings')} close={closeDialog}>
      <Profile />
      <StatusForm />
      <section class="form">
        <h3 class="section">{ts('look')}</h3>
        <label>
          {ts('theme')}
          <select value={theme.value} onChange={e => setTheme(e.currentTarget.value as (typeof themes)[number])}>
            {themes.map(v => <option key={v} value={v}>{ts(`theme_${v || 'system'}`)}</option>)}
          </select>
        </label>
        <label>
          {ts('language')}
          <select value={language.value} onChange={e => setLanguage(e.currentTarget.value as (typeof languages)[number] | '')}>
            <option value="">{ts('language_system')}</option>
            {languages.map(l => <option key={l} value={l} lang={l}>{names[l]}</option>)}
          </select>
        </label>
      </section>
      <Notify />
      <Privacy />
      <section class="form">
        <h3 class="section">{ts('account')}</h3>
        <ul class="entries">
          <li><button class="entry" onClick={() => openDialog({ kind: 'saved' })}><Icon name="bookmark" />{tm('saved.title')}</button></li>
          <li><a class="entry" href="/account"><Icon name="lock" />{ts('account_page')}</a></li>
          {runs && <li><a class="entry" href="/admin"><Icon name="settings" />{ts('admin_page')}</a></li>}
          <li><button class="entry" onClick={() => void endSession(chat)}><Icon name="out" />{t('act.sign_out')}</button></li>
        </ul>
      </section>
    </Dialog>
  )
}

function Profile() {
  const chat = useChat()
  const account = chat.state.account!
  const [done, setDone] = useState(false)
  const { busy, error, run } = useAct()
  const submit = (e: SubmitEvent) => {
    e.preventDefault()
    const display = String(new FormData(e.currentTarget as HTMLFormElement).get('display')).trim()
    void run(async () => {
      const next = await chat.client.call('account.update', { display })
      chat.dispatch({ type: 'own_account', account: next, avatar: chat.state.avatar })
    }).then(setDone)
  }
  return (
    <form class="form" onSubmit={submit} onInput={() => setDone(false)}>
      <h3 class="section">{ts('profile')}</h3>
      <OwnAvatar />
      <label>
        {ts('display')}
        <span class="joined">
          <input name="display" defaultValue={account.display ?? ''} maxLength={64} autocomplete="nickname" />
          <button disabled={busy}>{t('act.save')}</button>
        </span>
        <small class="hint" role="status">{done ? ts('saved') : ts('display_hint', { name: account.name })}</small>
      </label>
      {error}
    </form>
  )
}

const ends = {
  never: () => undefined,
  hour: () => Date.now() + 3_600_000,
  tonight: () => new Date().setHours(24, 0, 0, 0),
  week: () => Date.now() + 7 * 24 * 3_600_000,
} as const

function StatusForm() {
  const chat = useChat()
  const { account, me } = chat.state
  const status = statusOf(chat.state, me, Date.now())
  const [done, setDone] = useState(false)
  const { busy, error, run } = useAct()
  const set = (next: { text?: string; emoji?: string; until?: number }) => run(async () => {
    const kept = await chat.client.call('status.set', next)
    chat.dispatch({ type: 'own_account', account: { ...account!, status: kept.text || kept.emoji ? kept : undefined }, avatar: chat.state.avatar })
  }).then(setDone)
  const submit = (e: SubmitEvent) => {
    e.preventDefault()
    const form = new FormData(e.currentTarget as HTMLFormElement)
    const text = (key: string) => String(form.get(key)).trim() || undefined
    void set({ text: text('text'), emoji: text('emoji'), until: ends[form.get('until') as keyof typeof ends]() })
  }
  return (
    <form class="form" key={status ? 'set' : 'none'} onSubmit={submit} onInput={() => setDone(false)}>
      <div class="field">
        <label for="status-text">{ts('status')}</label>
        <span class="joined">
          <input class="short" name="emoji" aria-label={ts('status_emoji')} defaultValue={status?.emoji ?? ''} maxLength={16} placeholder="🌴" />
          <input id="status-text" name="text" defaultValue={status?.text ?? ''} maxLength={100} placeholder={ts('status_hint')} />
        </span>
      </div>
      <label>
        {ts('until')}
        <select name="until">{Object.keys(ends).map(k => <option key={k} value={k}>{ts(`until_${k as keyof typeof ends}`)}</option>)}</select>
      </label>
      {error}
      <div class="buttons">
        <span class="hint" role="status">{done && ts('saved')}</span>
        {status && <button type="button" disabled={busy} onClick={() => void set({})}>{ts('clear')}</button>}
        <button disabled={busy}>{t('act.save')}</button>
      </div>
    </form>
  )
}

function Notify() {
  const chat = useChat()
  const [level, setLevel] = useState<string | undefined>(undefined)
  const [done, setDone] = useState(false)
  const { busy, error, run } = useAct()
  useEffect(() => void run(async () => setLevel((await chat.client.call('preference.get', {})).level ?? '')), [])
  const set = (next: string) => void run(async () => setLevel((await chat.client.call('preference.set', { level: next })).level ?? '')).then(setDone)
  return (
    <section class="form">
      <h3 class="section">{ts('notify')}</h3>
      <Levels value={level ?? ''} standard={tm('level.standard')} busy={busy || level === undefined} set={set} />
      <small class="hint" role="status">{done && ts('saved')}</small>
      {error}
    </section>
  )
}

function Privacy() {
  const chat = useChat()
  void chat.blocks.value
  const { account, blocked } = chat.state
  const { busy, error, run } = useAct()
  const see = (on: boolean) => void run(async () => {
    await chat.client.call('seen.set', { on })
    chat.dispatch({ type: 'own_account', account: { ...chat.state.account!, seen: on }, avatar: chat.state.avatar })
  })
  return (
    <section class="form">
      <h3 class="section">{ts('privacy')}</h3>
      <label class="choice">
        <input type="checkbox" checked={account!.seen ?? false} disabled={busy} onChange={e => see(e.currentTarget.checked)} />
        <span>{ts('seen')}<small class="hint">{ts('seen_hint')}</small></span>
      </label>
      {blocked.size > 0 && (
        <>
          <p>{ts('blocked')}</p>
          <ul class="entries">
            {[...blocked.values()].map(b => (
              <li key={b.id} class="entry-row">
                <Name account={b} class="what" />
                <button disabled={busy} aria-label={ts('unblock_who', { who: shown(b) })} onClick={() => void run(() => chat.client.call('block.remove', { name: b.name }))}>{ts('unblock')}</button>
              </li>
            ))}
          </ul>
        </>
      )}
      {error}
    </section>
  )
}
