// What this browser remembers of how the app is to look: the theme and the language.

import { signal } from '@preact/signals'
import { languages, pick, use, type Language } from '../text/text.ts'

export const themes = ['', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** Empty is as the system and the browser have it. */
export const theme = signal<Theme>(kept('theme', themes))
export const language = signal<Language | ''>(kept('language', languages))

function kept<T extends string>(key: string, all: readonly T[]): T | '' {
  try {
    return all.find(v => v === localStorage.getItem(`plausch-${key}`)) ?? ''
  } catch {
    return '' // storage is switched off
  }
}

function keep(key: string, value: string): void {
  try {
    if (value) localStorage.setItem(`plausch-${key}`, value)
    else localStorage.removeItem(`plausch-${key}`)
  } catch {
    // It counts until the page is loaded anew.
  }
}

/** apply has the page look as it is to. */
export function apply(): void {
  const root = document.documentElement
  const spoken = language.value || pick(navigator.languages)
  use(spoken, navigator.languages)
  root.lang = spoken
  if (theme.value) root.dataset['theme'] = theme.value
  else delete root.dataset['theme']
}

export function setTheme(t: Theme): void {
  keep('theme', t)
  theme.value = t
  apply()
}

export function setLanguage(l: Language | ''): void {
  keep('language', l)
  language.value = l
  apply()
}
