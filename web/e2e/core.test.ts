import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { launch, Person, Server } from './server.ts'

// The whole: the real binary, and two people in Chromium.

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

test('two people talk, answer, react, edit and delete', async () => {
  const anna = await Person.enter(browser, server, 'Anna')
  const bert = await Person.enter(browser, server, 'Bert', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  await anna.say('Hello **Bert**')
  await bert.sees('Hello Bert')
  expect(await bert.page.locator('.content strong').innerText()).toBe('Bert')

  await bert.page.locator('article', { hasText: 'Hello Bert' }).hover()
  await bert.page.getByRole('button', { name: 'Reply' }).first().click()
  await bert.say('Good to see you')
  await anna.sees('Good to see you')
  expect(await anna.page.locator('.quote').innerText()).toContain('Hello')

  await anna.page.locator('article', { hasText: 'Good to see you' }).hover()
  await anna.page.locator('article', { hasText: 'Good to see you' }).getByRole('button', { name: 'React', exact: true }).click()
  await anna.page.getByRole('button', { name: 'React with 👍' }).click()
  await bert.page.locator('.reactions button', { hasText: '👍' }).waitFor()

  await anna.page.press('.composer textarea', 'ArrowUp')
  await anna.page.locator('.context', { hasText: 'Editing' }).waitFor()
  await anna.say('Hello *dear* Bert')
  await bert.sees('Hello dear Bert')
  await bert.page.locator('.edited').waitFor()

  await bert.say('oops')
  await anna.sees('oops')
  const oops = bert.page.locator('article', { hasText: 'oops' })
  await oops.hover()
  await oops.getByRole('button', { name: 'Delete' }).click()
  await bert.page.locator('dialog').getByRole('button', { name: 'Delete' }).click()
  await anna.page.locator('.tombstone').waitFor()
  expect((await anna.texts()).join('\n')).not.toContain('oops')
  expect([...anna.errors, ...bert.errors]).toEqual([])
})

test('a draft follows to another window and survives a reload, and typing is seen', async () => {
  const anna = await Person.enter(browser, server, 'Anna2')
  const bert = await Person.enter(browser, server, 'Bert2')
  const other = await anna.page.context().newPage()
  await other.goto(`${server.url}/r/public`)
  await other.waitForSelector('.composer textarea')
  await anna.page.locator('.composer textarea').pressSequentially('not yet fin')
  await bert.page.locator('.typing', { hasText: 'Anna2 is typing' }).waitFor()
  const draft = (text: string) => other.waitForFunction(t => document.querySelector<HTMLTextAreaElement>('.composer textarea')?.value === t, text)
  await draft('not yet fin')
  await other.reload()
  await draft('not yet fin')
})

test('nothing is lost or sent twice when the server is killed in mid-send', async () => {
  const anna = await Person.enter(browser, server, 'Carla')
  const bert = await Person.enter(browser, server, 'Dora')
  const said: string[] = []
  const talk = async (from: number, to: number) => {
    for (let i = from; i <= to; i++) {
      said.push(`line ${i}.`)
      await anna.say(`line ${i}.`)
    }
  }
  const killed = server.kill()
  await talk(1, 8)
  await killed
  await talk(9, 12)
  await server.up()
  await bert.sees('line 12.')
  await anna.page.waitForFunction(() => document.querySelectorAll('.sending').length === 0)
  for (const p of [anna, bert]) {
    expect((await p.texts()).filter(t => t.startsWith('line '))).toEqual(said)
  }
  await bert.page.reload()
  await bert.sees('line 12.')
  expect((await bert.texts()).filter(t => t.startsWith('line '))).toEqual(said)
  expect([...anna.errors, ...bert.errors]).toEqual([])
})

test('what people write is text, whatever they write', async () => {
  const anna = await Person.enter(browser, server, 'Eva')
  const tricks = [
    '<img src=x onerror=alert(1)>', '<script>alert(1)</script>', '[a](javascript:alert(1))', '[a](data:text/html,<script>alert(1)</script>)',
    'javascript:alert(1)', '[x](https://a.example"onmouseover="alert(1))', '`<b>`', '||<svg onload=alert(1)>||', '```html\n<iframe src=//evil.example>\n```',
    '@anna"><img src=x>', 'https://evil.example/"><script>', '&lt;b&gt;', '[good.example](https://evil.example)',
  ]
  for (const text of tricks) await anna.say(text)
  await anna.sees('good.example')
  const found = await anna.page.evaluate(() => ({
    bad: document.querySelectorAll('.timeline img, .timeline script, .timeline iframe, .timeline [onerror], .timeline [onmouseover], .timeline b').length,
    links: [...document.querySelectorAll<HTMLAnchorElement>('.timeline a')].map(a => `${a.protocol} ${a.rel}`),
    styles: document.querySelectorAll('[style]').length,
  }))
  expect(found.bad).toBe(0)
  expect(found.styles).toBe(0)
  for (const link of found.links) expect(link).toMatch(/^(https?:|mailto:) noopener/)
  expect(await anna.page.locator('article', { hasText: 'good.example' }).innerText()).toContain('(evil.example)')
  expect(anna.errors).toEqual([])
})

test('the view stays where it is when older messages are loaded, and little is in the page', async () => {
  for (let bot = 0; bot < 12; bot++) { // each may send 30 at once
    const token = server.bot(`writer${bot}`)
    for (let i = 0; i < 28; i++) await post(server, token, bot < 4 ? `row ${bot}-${i}\nof two lines` : `row ${bot}-${i}`)
  }
  const anna = await Person.enter(browser, server, 'Frida')
  await anna.sees('row 11-27')
  const drift = await anna.page.evaluate(async () => {
    const box = document.querySelector('.timeline')!
    const frame = () => new Promise(resolve => requestAnimationFrame(resolve))
    const top = (row: Element) => row.getBoundingClientRect().top
    let worst = 0
    const drifts: string[] = []
    for (let i = 0; i < 60; i++) {
      const rows = [...document.querySelectorAll('.rows > li')]
      const row = rows.find(r => top(r) > box.getBoundingClientRect().top)!
      const was = top(row)
      const before = box.scrollTop
      box.scrollTop -= 300
      const moved = before - box.scrollTop
      await frame()
      await frame()
      const drift = row.isConnected ? top(row) - was - moved : 0
      worst = Math.max(worst, Math.abs(drift))
      if (Math.abs(drift) > 1) drifts.push(`${i}: ${drift} at ${box.scrollTop}`)
    }
    return { worst, drifts, rows: document.querySelectorAll('.rows > li').length, nodes: document.querySelectorAll('*').length }
  })
  expect(drift.drifts).toEqual([])
  expect(drift.worst).toBeLessThanOrEqual(1)
  expect(drift.rows).toBeLessThanOrEqual(260)
})

async function post(s: Server, token: string, text: string): Promise<void> {
  const answer = await fetch(`${s.url}/api/rooms/public/messages`, { method: 'POST', headers: { Authorization: `Bearer ${token}` }, body: text })
  if (!answer.ok) throw new Error(await answer.text())
}
