// Signing in and out goes over HTTP: the server keeps the sign-in in a cookie that no script can read.

import { WireError } from '../wire/error.ts'
import type { Chat } from './chat.ts'

interface Failure {
  code?: string
  error?: string
  retry_after?: number
}

/** post asks a page of the server itself, with the browser's cookie. */
export async function post<T>(path: string, body: unknown): Promise<T> {
  let answer: Response
  try {
    answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  } catch {
    throw new WireError('lost', 'there is no connection')
  }
  if (answer.ok) return answer.json() as Promise<T>
  const failure = (await answer.json().catch(() => ({}))) as Failure
  throw new WireError(failure.code ?? 'internal', failure.error ?? answer.statusText, failure.retry_after)
}

/** signIn signs this browser in; without a password as a guest. */
export function signIn(name: string, password?: string): Promise<void> {
  return post('/sign-in', password === undefined ? { name, guest: true } : { name, password })
}

export function signOut(): Promise<void> {
  return post('/sign-out', {})
}

/** endSession signs this browser out, and shows the sign-in. */
export async function endSession(chat: Chat): Promise<void> {
  await signOut().catch(() => {})
  chat.client.stop()
  location.assign('/')
}
