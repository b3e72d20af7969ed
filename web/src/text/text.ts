// The texts in the language of the reader, and dates and numbers by Intl.

import { errors } from './error.ts'
import { media } from './media.ts'
import { signIn } from './signin.ts'
import { rooms } from './room.ts'
import { chat, type Texts } from './table.ts'

const all = { ...chat, ...rooms, ...signIn, ...errors, ...media }

export type Key = keyof typeof all
export const languages = ['en', 'de', 'nb'] as const
export type Language = (typeof languages)[number]

/** pick returns the first language of a reader's wishes that there is. */
export function pick(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    const base = wish.toLowerCase().split('-')[0]
    if (base === 'no' || base === 'nn') return 'nb'
    const found = languages.find(l => l === base)
    if (found) return found
  }
  return 'en'
}

let language: Language = 'en'
let locale = 'en'
let plural = new Intl.PluralRules('en')
let formats = new Map<string, Intl.DateTimeFormat>()

/** use sets the language; a wish of the same language, such as de-AT, decides about dates. */
export function use(l: Language, wishes: readonly string[] = []): void {
  language = l
  locale = wishes.find(w => pick([w]) === l) ?? l
  plural = new Intl.PluralRules(locale)
  formats = new Map()
}

export function current(): Language {
  return language
}

/** t returns a text. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(all[key], values)
}

/** textsOf returns a t for a table of texts that is loaded with what needs it. */
export function textsOf<T extends Texts>(table: T): (key: keyof T, values?: Record<string, string | number>) => string {
  return (key, values = {}) => fill(table[key]!, values)
}

function fill(texts: Texts[string], values: Record<string, string | number>): string {
  let text: string = texts[languages.indexOf(language)]!
  const forms = text.split('|')
  if (forms.length === 2) text = forms[plural.select(Number(values['n'])) === 'one' ? 0 : 1]!
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
}

/** tError returns the text for a code of an error. */
export function tError(code: string): string {
  const key = `error.${code}` as Key
  return t(key in all ? key : 'error.internal')
}

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  let f = formats.get(name)
  if (!f) formats.set(name, (f = new Intl.DateTimeFormat(locale, options)))
  return f
}

/** fileSize writes a size as a reader does, such as 3.4 MB. */
export function fileSize(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte']
  let i = 0
  for (; bytes >= 1000 && i < units.length - 1; i++) bytes /= 1000
  const maximumFractionDigits = bytes < 10 && i > 0 ? 1 : 0
  return new Intl.NumberFormat(locale, { style: 'unit', unit: units[i]!, unitDisplay: i ? 'short' : 'long', maximumFractionDigits }).format(bytes)
}

export function clock(time: number): string {
  return format('clock', { hour: '2-digit', minute: '2-digit' }).format(time)
}

export function longTime(time: number): string {
  return format('long', { dateStyle: 'full', timeStyle: 'short' }).format(time)
}

/** dayOf returns a number for the day of a time, the same for all times of one day where the reader is. */
export function dayOf(time: number): number {
  const d = new Date(time)
  return d.getFullYear() * 10000 + d.getMonth() * 100 + d.getDate()
}

/** day names a day as a reader says it now. */
export function day(time: number, now: number): string {
  if (dayOf(time) === dayOf(now)) return t('day.today')
  const yesterday = new Date(now)
  yesterday.setDate(yesterday.getDate() - 1)
  if (dayOf(time) === dayOf(yesterday.getTime())) return t('day.yesterday')
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear()
  return format(sameYear ? 'day' : 'day-year', { weekday: 'long', day: 'numeric', month: 'long', year: sameYear ? undefined : 'numeric' }).format(time)
}

export function list(names: string[]): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(names)
}
