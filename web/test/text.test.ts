import { expect, test } from 'vitest'
import { parse, pathOf } from '../src/app/route.ts'
import { errors } from '../src/text/error.ts'
import { manage } from '../src/text/manage.ts'
import { rooms } from '../src/text/room.ts'
import { settings } from '../src/text/settings.ts'
import { signIn } from '../src/text/signin.ts'
import { chat } from '../src/text/table.ts'
import { day, pick, t, tError, use } from '../src/text/text.ts'

const holes = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort()

test.each(Object.entries({ ...chat, ...rooms, ...manage, ...settings, ...signIn, ...errors }))('%s says the same in all languages', (_, texts) => {
  expect(texts.length).toBe(3)
  for (const text of texts) {
    expect(text.trim()).not.toBe('')
    expect(holes(text)).toEqual(holes(texts[0]))
    expect(text.split('|').length).toBe(texts[0].split('|').length)
  }
})

test('languages, plurals and days', () => {
  expect(pick(['fr', 'de-AT', 'en'])).toBe('de')
  expect(pick(['nn-NO'])).toBe('nb')
  expect(pick(['fr'])).toBe('en')
  use('de', ['de-AT'])
  expect(t('timeline.new_messages', { n: 1 })).toBe('1 neue Nachricht')
  expect(t('timeline.new_messages', { n: 12 })).toBe('12 neue Nachrichten')
  expect(tError('no_such_code')).toBe(tError('internal'))
  const noon = new Date(2026, 8, 21, 12).getTime()
  expect(day(noon - 3_600_000, noon)).toBe('Heute')
  expect(day(noon - 24 * 3_600_000, noon)).toBe('Gestern')
  expect(day(noon - 48 * 3_600_000, noon)).toBe('Samstag, 19. September')
})

test('addresses', () => {
  expect(parse('/r/garden/12')).toEqual({ room: { name: 'garden' }, seq: 12 })
  expect(parse('/r/id:9')).toEqual({ room: { id: 9 } })
  expect(parse('/r/9/12')).toEqual({ room: { id: 9 }, seq: 12 })
  for (const path of ['/', '/r/', '/r/a', '/r/..%2fx', '/r/garden/x', '/account']) expect(parse(path)).toEqual({})
  expect(pathOf({ id: 9, kind: 'direct', seq: 1 }, 3)).toBe('/r/id:9/3')
  expect(pathOf({ id: 2, kind: 'public', name: 'garden', seq: 1 })).toBe('/r/garden')
})
