import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { launch, Person, Server } from './server.ts'

// Rooms, people and settings, without a command line.

let browser: Browser
let server: Server
beforeAll(async () => {
  browser = await launch()
  server = await Server.start()
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

test('an owner invites, two people make, find and change rooms, and write to each other', async () => {
  server.account('olga', 'owner', 'a long enough word')
  const olga = await Person.visit(browser, server)
  const page = olga.page
  await page.getByRole('button', { name: 'I have an account' }).click()
  await page.fill('#name', 'olga')
  await page.fill('#password', 'a long enough word')
  await page.click('button.primary')

  // On a wide screen the room of everybody is open, and nobody else is there yet.
  await page.locator('.nothing').getByRole('button', { name: 'Invite people' }).click()
  const dialog = page.locator('dialog')
  await dialog.getByRole('button', { name: 'Make a link' }).click()
  const link = await dialog.getByLabel('Invite link').inputValue()
  expect(link).toMatch(/\/invite#[\w-]+$/)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })

  // Who has the link makes an account.
  const bert = await Person.visit(browser, server, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  await bert.page.goto(link)
  await bert.page.fill('input[name="name"]', 'bert')
  await bert.page.fill('input[name="password"]', 'another long word')
  await bert.page.click('main button:not([type="button"])')
  await bert.page.goto(server.url)
  await bert.page.locator('nav.rooms a.room', { hasText: 'public' }).waitFor()

  // By the keyboard alone a room is made.
  await page.getByRole('button', { name: 'Rooms and people' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Write to a person' }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await dialog.getByLabel('Name').waitFor()
  await page.keyboard.type('garden')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'garden', exact: true }).waitFor()
  await olga.say('Welcome')

  await bert.page.getByRole('button', { name: 'Rooms and people' }).click()
  await bert.page.getByRole('menuitem', { name: 'Public rooms' }).click()
  await bert.page.getByRole('button', { name: 'Join garden' }).click()
  await bert.sees('Welcome')

  // Settings of the room.
  await page.getByRole('button', { name: 'Room menu' }).click()
  await page.getByRole('menuitem', { name: 'About this room' }).click()
  await dialog.getByLabel('Notify me of').selectOption('mentions')
  await dialog.getByLabel('Topic').fill('Tomatoes')
  await dialog.getByLabel('Who may write').selectOption('admins')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await bert.page.locator('.composer.blocked').waitFor()
  await olga.say('Only those who run it write')
  await bert.sees('Only those who run it write')

  // A pin, and the list of those.
  const article = page.locator('article', { hasText: 'Welcome' })
  await article.hover()
  await article.getByRole('button', { name: 'More' }).click()
  await dialog.getByRole('button', { name: 'Pin' }).click()
  await bert.page.getByRole('button', { name: 'Room menu' }).click()
  await bert.page.getByRole('menuitem', { name: 'Pinned messages' }).click()
  await bert.page.locator('dialog .entry', { hasText: 'Welcome' }).click()
  await bert.page.locator('dialog').waitFor({ state: 'detached' })

  // A role, from the list of people.
  await page.locator('.people button.person', { hasText: 'bert' }).click()
  await dialog.getByLabel('Role in the room').selectOption('admin')
  await bert.page.locator('.composer textarea').waitFor()

  // The first message makes the direct room, and says that it has been seen.
  await dialog.getByRole('button', { name: 'Message' }).click()
  await dialog.getByLabel('Your first message to bert').fill('Hello Bert')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'bert', exact: true }).waitFor()
  await bert.page.getByRole('link', { name: 'Back to the rooms' }).click()
  await bert.page.locator('nav.rooms a.room', { hasText: 'olga' }).click()
  await bert.page.bringToFront()
  await bert.sees('Hello Bert')
  await page.locator('.tick', { hasText: 'Seen' }).waitFor()

  // Leaving goes to another room.
  await bert.page.getByRole('link', { name: 'Back to the rooms' }).click()
  await bert.page.locator('nav.rooms a.room', { hasText: 'garden' }).click()
  await bert.page.getByRole('button', { name: 'Room menu' }).click()
  await bert.page.getByRole('menuitem', { name: 'Leave the room' }).click()
  await bert.page.getByRole('button', { name: 'Leave', exact: true }).click()
  await bert.page.locator('nav.rooms a.room', { hasText: 'garden' }).waitFor({ state: 'detached' })

  // A link to a public room leads into it.
  await bert.page.goto(`${server.url}/r/garden`)
  await bert.page.getByRole('button', { name: 'Join' }).click()
  await bert.sees('Welcome')
  expect([...olga.errors, ...bert.errors]).toEqual([])
})

test('messages are saved, hidden and reported; people are blocked', async () => {
  const anna = await Person.enter(browser, server, 'anna')
  const carl = await Person.enter(browser, server, 'carl')
  const { page } = anna
  await carl.say('first of carl')
  await anna.sees('first of carl')
  const more = async (text: string, what: string) => {
    const article = page.locator('article', { hasText: text })
    await article.hover()
    await article.getByRole('button', { name: 'More' }).click()
    await page.locator('dialog').getByRole('button', { name: what }).click()
  }
  await more('first of carl', 'Save for me')
  await page.locator('.toast', { hasText: 'Saved' }).waitFor()
  await more('first of carl', 'Report')
  await page.locator('dialog').getByLabel('Reason').fill('too loud')
  await page.locator('dialog').getByRole('button', { name: 'Report' }).click()
  await page.locator('.toast', { hasText: 'Reported' }).waitFor()
  await more('first of carl', 'Hide from me')
  await page.locator('.folded', { hasText: 'hidden' }).getByRole('button', { name: 'Show' }).click()
  await anna.sees('first of carl')

  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Saved messages' }).click()
  await page.locator('dialog .entry', { hasText: 'first of carl' }).waitFor()
  await page.keyboard.press('Escape')

  await page.locator('article', { hasText: 'first of carl' }).getByRole('button', { name: 'carl' }).click()
  await page.locator('dialog').getByRole('button', { name: 'Block' }).click()
  await page.locator('dialog .note', { hasText: 'You have blocked carl' }).waitFor()
  await page.keyboard.press('Escape')
  await page.locator('.folded', { hasText: 'blocked' }).waitFor()
  expect([...anna.errors, ...carl.errors]).toEqual([])
})

test('theme, language, display name and status are set in the app', async () => {
  const dora = await Person.enter(browser, server, 'dora')
  const emil = await Person.enter(browser, server, 'emil')
  const { page } = dora
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByLabel('Display name').fill('Dora D.')
  await page.locator('form', { has: page.getByLabel('Display name') }).getByRole('button', { name: 'Save' }).click()
  await page.locator('.me strong', { hasText: 'Dora D.' }).waitFor()
  await page.getByLabel('Status', { exact: true }).fill('in the garden')
  await page.keyboard.press('Enter')
  await emil.page.locator('.people .status', { hasText: 'in the garden' }).waitFor()
  await page.getByLabel('Theme').selectOption('dark')
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(17, 20, 24)')
  await page.getByLabel('Language').selectOption('de')
  await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { name: 'Öffentlich' }).waitFor()
  await page.getByRole('button', { name: 'Einstellungen' }).click()
  const level = page.getByLabel('Benachrichtige mich über')
  await page.locator('select:not(:disabled)', { hasText: 'Erwähnungen' }).waitFor()
  await level.selectOption('nothing')
  await page.locator('section', { has: level }).getByText('Gespeichert.').waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Einstellungen' }).click()
  await page.locator('select:not(:disabled)', { hasText: 'Erwähnungen' }).waitFor()
  expect(await level.inputValue()).toBe('nothing')
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { name: 'Öffentlich' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
  expect([...dora.errors, ...emil.errors]).toEqual([])
})
