import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

// Which folders of src may import which: arrows go one way.
const may: Record<string, string[]> = {
  wire: [],
  markdown: [],
  text: [],
  state: ['wire'],
  app: ['wire', 'state'],
  components: ['wire', 'state', 'app', 'markdown', 'text'],
}

const src = new URL('../src/', import.meta.url)

test.each(Object.keys(may))('%s imports what it may', folder => {
  for (const name of readdirSync(new URL(`${folder}/`, src), { recursive: true }) as string[]) {
    if (!/\.tsx?$/.test(name)) continue
    const text = readFileSync(new URL(`${folder}/${name}`, src), 'utf8')
    for (const [, path] of text.matchAll(/from '(\.\.?\/[^']+)'|import\('(\.\.?\/[^']+)'\)/g)) {
      if (!path) continue
      const target = new URL(path, new URL(`${folder}/${name}`, src)).pathname.slice(src.pathname.length).split('/')[0]!
      expect([folder, ...may[folder]!], `${folder}/${name} imports ${path}`).toContain(target)
    }
  }
})

test('every folder is in the table', () => {
  const folders = readdirSync(src, { withFileTypes: true }).filter(e => e.isDirectory() && e.name !== 'style').map(e => e.name)
  expect(folders.sort()).toEqual(Object.keys(may).sort())
})

test('nothing writes HTML or styles into the page', () => {
  for (const name of readdirSync(src, { recursive: true }) as string[]) {
    if (!/\.tsx?$/.test(name)) continue
    const text = readFileSync(new URL(name, src), 'utf8')
    expect(text, name).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\sstyle=|eval\(|new Function/)
  }
})
