import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

/** The binary under test: web/test.sh builds it. */
const binary = process.env['BINARY']!

/** A real server with a folder of its own, which can be killed and started again at the same address. */
export class Server {
  private data = mkdtempSync(join(tmpdir(), 'plausch-web-'))
  private process: ChildProcess | undefined
  private port = 0

  static async start(): Promise<Server> {
    const s = new Server()
    s.port = await freePort()
    await s.up()
    return s
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async up(): Promise<void> {
    const args = ['serve', '--open', '--listen', `127.0.0.1:${this.port}`, '--data', this.data]
    this.process = spawn(binary, args, { stdio: 'ignore' })
    for (;;) {
      if (this.process.exitCode !== null) throw new Error('the server has stopped')
      if (await fetch(`${this.url}/readyz`).then(r => r.ok, () => false)) return
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }

  /** bot makes an account for a program, and returns its token. */
  bot(name: string): string {
    return execFileSync(binary, ['user', 'add', name, '--bot', '--data', this.data], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).match(/plausch_[\w-]+/)![0]
  }

  /** account makes an account with a password. */
  account(name: string, role: string, password: string): void {
    execFileSync(binary, ['user', 'add', name, '--role', role, '--data', this.data], { input: `${password}\n`, stdio: ['pipe', 'ignore', 'ignore'] })
  }

  /** kill ends it with the given signal, and waits until it has. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const p = this.process!
    const ended = new Promise(resolve => p.once('exit', resolve))
    p.kill(signal)
    await ended
  }

  async stop(): Promise<void> {
    await this.kill('SIGTERM')
    rmSync(this.data, { recursive: true, force: true })
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const s = createServer()
    s.once('error', reject)
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address() as { port: number }
      s.close(() => resolve(port))
    })
  })
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
}

/** A browser of its own, whose page has no errors. */
export class Person {
  readonly errors: string[] = []

  constructor(readonly page: Page, readonly name: string) {
    page.on('pageerror', e => this.errors.push(e.message))
    page.on('console', m => {
      if (/Content.Security.Policy|TrustedScript/i.test(m.text())) this.errors.push(m.text())
    })
    page.setDefaultTimeout(60_000)
  }

  /** visit opens the first page. */
  static async visit(browser: Browser, server: Server, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 }, ...options })
    const p = new Person(await context.newPage(), '')
    await p.page.goto(server.url)
    return p
  }

  /** enter signs in as a guest and opens the room of everybody. */
  static async enter(browser: Browser, server: Server, name: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 }, ...options })
    const p = new Person(await context.newPage(), name)
    await p.page.goto(server.url)
    await p.page.fill('#name', name)
    await p.page.click('button.primary')
    await p.page.click('nav.rooms a.room')
    await p.page.waitForSelector('.rows[aria-busy="false"]', { state: 'attached' })
    return p
  }

  async say(text: string): Promise<void> {
    await this.page.fill('.composer textarea', text)
    await this.page.press('.composer textarea', 'Enter')
  }

  /** sees waits for a message. */
  async sees(text: string): Promise<void> {
    await this.page.locator('article', { hasText: text }).first().waitFor()
  }

  texts(): Promise<string[]> {
    return this.page.locator('.rows .content').allInnerTexts()
  }
}
