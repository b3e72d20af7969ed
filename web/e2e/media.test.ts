import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { launch, Person, Server } from './server.ts'

// Pictures and files, from the clipboard of one person to the disk of another.

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

/** paste pastes a picture that a canvas has made, under a name. */
async function paste(page: Page, name: string, width: number, height: number): Promise<void> {
  await page.locator('.composer textarea').evaluate(async (box, [name, width, height]) => {
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = height
    const g = canvas.getContext('2d')!
    g.fillStyle = '#2a7'
    g.fillRect(0, 0, width, height)
    g.fillStyle = '#fc5'
    g.fillRect(width / 4, height / 4, width / 2, height / 2)
    const blob = await new Promise<Blob>(resolve => canvas.toBlob(b => resolve(b!), 'image/png'))
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File([blob], name, { type: 'image/png' }))
    box.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, [name, width, height] as const)
}

test('a picture is pasted, sent with a text, seen, opened and downloaded', async () => {
  const ann = await Person.enter(browser, server, 'ann')
  const bob = await Person.enter(browser, server, 'bob', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })

  await paste(ann.page, 'garden.png', 1200, 800)
  const tray = ann.page.getByRole('list', { name: 'Files to send' })
  await tray.locator('li.done', { hasText: 'garden.png' }).waitFor()
  await paste(ann.page, 'wrong.png', 20, 20)
  await ann.page.getByRole('button', { name: /^(Remove|Cancel) wrong\.png$/ }).click()
  await tray.locator('li', { hasText: 'wrong.png' }).waitFor({ state: 'detached' })
  await ann.page.screenshot({ path: shot('tray') })
  await ann.say('The garden')

  await bob.sees('The garden')
  const picture = bob.page.getByRole('img', { name: 'garden.png' })
  await picture.waitFor()
  await bob.page.waitForFunction(() => document.querySelector<HTMLImageElement>('.picture img')!.naturalWidth > 0)
  const box = (await picture.boundingBox())!
  expect([Math.round(box.width), Math.round(box.height)]).toEqual([300, 200])
  await bob.page.screenshot({ path: shot('row-390-dark') })
  await tray.waitFor({ state: 'detached' })

  // Several files make one message; the arrows go from picture to picture.
  await ann.page.locator('input[type=file]').setInputFiles([
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('water the tomatoes') },
    { name: 'tone.wav', mimeType: 'audio/wav', buffer: tone() },
  ])
  await paste(ann.page, 'house.png', 300, 600)
  await tray.locator('li.done').nth(2).waitFor()
  await ann.page.locator('.composer textarea').press('Enter')
  await bob.page.getByRole('img', { name: 'house.png' }).waitFor()
  await bob.page.locator('article audio').waitFor()

  await picture.click()
  const dialog = bob.page.locator('dialog.lightbox')
  await dialog.getByRole('heading', { name: 'garden.png' }).waitFor()
  await bob.page.waitForFunction(() => document.querySelector<HTMLImageElement>('.stage img')!.naturalWidth === 1200)
  await bob.page.screenshot({ path: shot('lightbox-390-dark') })
  await bob.page.keyboard.press('ArrowRight')
  await dialog.getByRole('heading', { name: 'house.png' }).waitFor()
  await bob.page.keyboard.press('ArrowLeft')
  await dialog.getByRole('heading', { name: 'garden.png' }).waitFor()
  const [download] = await Promise.all([bob.page.waitForEvent('download'), dialog.getByRole('link', { name: 'Download' }).click()])
  expect(download.suggestedFilename()).toBe('garden.png')
  expect(readFileSync(await download.path()).subarray(1, 4).toString()).toBe('PNG')
  await bob.page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })

  const [notes] = await Promise.all([bob.page.waitForEvent('download'), bob.page.getByRole('link', { name: 'notes.txt' }).click()])
  expect(readFileSync(await notes.path(), 'utf8')).toBe('water the tomatoes')
  await ann.page.getByRole('img', { name: 'house.png' }).waitFor()
  await ann.page.screenshot({ path: shot('rows-1440') })
  if (process.env['SHOTS']) {
    await ann.page.getByRole('img', { name: 'house.png' }).click()
    await ann.page.waitForFunction(() => document.querySelector<HTMLImageElement>('.stage img')!.naturalWidth > 0)
    await ann.page.screenshot({ path: shot('lightbox-1440') })
  }
  expect([...ann.errors, ...bob.errors]).toEqual([])
})

test('a file that is too large is refused before it is sent, and one that did not arrive is tried again', async () => {
  const eve = await Person.enter(browser, server, 'eve')
  const file = (name: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from('hello') })
  await eve.page.route('**/media/limit', route => route.fulfill({ json: { size: 4 } }), { times: 1 })
  await eve.page.locator('input[type=file]').setInputFiles(file('large.txt'))
  await eve.page.locator('.toast', { hasText: 'large.txt is 5 bytes; the limit is 4 bytes.' }).waitFor()

  await eve.page.reload()
  await eve.page.waitForSelector('.rows[aria-busy="false"]', { state: 'attached' })
  await eve.page.route('**/media/attachments?*', route => route.abort(), { times: 1 })
  await eve.page.locator('input[type=file]').setInputFiles(file('small.txt'))
  await eve.page.getByRole('button', { name: 'Try small.txt again' }).click()
  await eve.page.locator('.tray li.done', { hasText: 'small.txt' }).waitFor()
  await eve.page.locator('.composer button.send').click()
  await eve.page.locator('article a.file', { hasText: 'small.txt' }).waitFor()
  expect(eve.errors).toEqual([])
})

test('a dropped file is sent when it has arrived, and pictures of people are shown', async () => {
  server.account('kim', 'member', 'a long enough word') // guests have no picture
  const kim = await Person.visit(browser, server)
  const { page } = kim
  await page.getByRole('button', { name: 'I have an account' }).click()
  await page.fill('#name', 'kim')
  await page.fill('#password', 'a long enough word')
  await page.click('button.primary')
  await page.waitForSelector('.rows[aria-busy="false"]', { state: 'attached' })
  let go = () => {}
  const held = new Promise<void>(resolve => (go = resolve))
  await page.route('**/media/attachments?*', async route => {
    await held
    await route.continue()
  }, { times: 1 })
  await page.locator('#room').evaluate(room => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(['tea, bread'], 'list.txt', { type: 'text/plain' }))
    room.querySelector('.timeline')!.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  })
  await page.getByRole('progressbar', { name: 'Upload of list.txt' }).waitFor()
  await kim.say('To buy')
  await page.getByText('Sent as soon as the files are there.').waitFor()
  expect(await page.locator('.rows article', { hasText: 'To buy' }).count()).toBe(0)
  go()
  await page.locator('article', { hasText: 'To buy' }).getByRole('link', { name: 'list.txt' }).waitFor()

  await page.getByRole('button', { name: 'Settings' }).click()
  const chosen = page.locator('dialog .card-head')
  await chosen.locator('input').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: dot })
  await chosen.getByRole('button', { name: 'Remove picture' }).waitFor()
  await page.locator('.me .avatar img').waitFor()
  await page.screenshot({ path: shot('settings') })
  await page.reload()
  await page.waitForFunction(() => {
    const seen = ['.me', '.people', '.rows'].map(place => document.querySelector<HTMLImageElement>(`${place} .avatar img[src*="/kim/"]`))
    return seen.every(img => img && img.naturalWidth > 0)
  })
  expect(kim.errors).toEqual([])
})

/** shot is where a screenshot goes, if somebody wants them. */
function shot(name: string): string | undefined {
  const folder = process.env['SHOTS']
  return folder && `${folder}/${name}.png`
}

/** A red picture of one pixel. */
const dot = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64')

/** tone returns a tenth of a second of silence as WAV. */
function tone(): Buffer {
  const b = Buffer.alloc(44 + 800)
  b.write('RIFF', 0)
  b.writeUInt32LE(b.length - 8, 4)
  b.write('WAVEfmt ', 8)
  b.writeUInt32LE(16, 16)
  b.writeUInt16LE(1, 20)
  b.writeUInt16LE(1, 22)
  b.writeUInt32LE(8000, 24)
  b.writeUInt32LE(8000, 28)
  b.writeUInt16LE(1, 32)
  b.writeUInt16LE(8, 34)
  b.write('data', 36)
  b.writeUInt32LE(800, 40)
  b.fill(128, 44)
  return b
}
