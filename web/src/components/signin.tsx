import { useState } from 'preact/hooks'
import { signIn } from '../app/signin.ts'
import { codeOf } from '../wire/error.ts'
import { t, tError } from '../text/text.ts'
import { useChat } from './context.ts'

export function SignIn() {
  const chat = useChat()
  void chat.status.value
  const { welcome, connection } = chat.state
  const guests = welcome?.guests ?? false
  const [account, useAccount] = useState(!guests)
  const [visible, show] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState('')
  const server = welcome?.name || 'Plausch'

  const submit = async (e: SubmitEvent) => {
    e.preventDefault()
    const form = new FormData(e.currentTarget as HTMLFormElement)
    setBusy(true)
    try {
      await signIn(String(form.get('name')).trim(), account ? String(form.get('password')) : undefined)
      chat.client.start()
    } catch (err) {
      setError(tError(codeOf(err)))
      setBusy(false)
    }
  }

  if (welcome?.unclaimed && !guests) {
    return (
      <main class="card">
        <h1>{server}</h1>
        <p>{t('signin.unclaimed')}</p>
      </main>
    )
  }
  return (
    <main class="card">
      <img class="mark" src="/page/icon.svg" alt="" width="56" height="56" />
      <h1>{t('signin.lead', { server })}</h1>
      {!account && <p class="hint">{t('signin.guest_hint')}</p>}
      {!error && connection.phase === 'signed_out' && chat.state.account && <p class="note">{t('signin.ended')}</p>}
      {error && <p class="note error" role="alert">{error}</p>}
      <form onSubmit={submit}>
        <label for="name">{t('signin.name')}</label>
        <input id="name" name="name" required maxLength={64} autocomplete="username webauthn" autocapitalize="none" spellcheck={false} autofocus />
        {account && (
          <>
            <label for="password">{t('signin.password')}</label>
            <div class="secret">
              <input id="password" name="password" type={(visible ? 'text' : 'password') as 'password'} required maxLength={128} autocomplete="current-password" />
              <button type="button" class="quiet" aria-pressed={visible} onClick={() => show(!visible)}>{visible ? t('signin.hide') : t('signin.show')}</button>
            </div>
          </>
        )}
        <button class="primary" disabled={busy}>{account ? t('signin.button') : t('signin.guest')}</button>
      </form>
      {guests && (
        <button class="quiet" onClick={() => (useAccount(!account), setError(''))}>{account ? t('signin.guest') : t('signin.have_account')}</button>
      )}
      {account && <a class="button" href="/sign-in">{t('signin.passkey')}</a>}
      {account && <p class="hint">{t('signin.help')}</p>}
    </main>
  )
}
