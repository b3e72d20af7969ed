import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Icon } from './icon.tsx'

export interface Entry {
  name: string
  icon: Parameters<typeof Icon>[0]['name']
  act: () => void
  danger?: boolean
}

/** A button that opens a menu below it. Arrows move in it, Escape closes it. */
export function Menu({ label, icon, entries }: { label: string; icon: Entry['icon']; entries: Entry[] }) {
  const [open, show] = useState(false)
  const frame = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const items = () => [...frame.current!.querySelectorAll<HTMLElement>('[role=menuitem]')]
  useLayoutEffect(() => { // before the next key
    if (!open) return
    items()[0]?.focus()
    const outside = (e: Event) => !frame.current!.contains(e.target as Node) && show(false)
    addEventListener('pointerdown', outside)
    addEventListener('focusin', outside)
    return () => {
      removeEventListener('pointerdown', outside)
      removeEventListener('focusin', outside)
    }
  }, [open])
  const keydown = (e: KeyboardEvent) => {
    if (!open) return
    const all = items()
    const at = all.indexOf(document.activeElement as HTMLElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key]
    if (to !== undefined) all[(to + all.length) % all.length]?.focus()
    else if (e.key === 'Escape') {
      show(false)
      button.current?.focus()
    } else return
    e.preventDefault()
    e.stopPropagation()
  }
  const act = (entry: Entry) => {
    show(false)
    button.current?.focus()
    entry.act()
  }
  return (
    <div class="menu" ref={frame} onKeyDown={keydown}>
      <button ref={button} class="tool" aria-haspopup="menu" aria-expanded={open} title={label} aria-label={label} onClick={() => show(!open)}><Icon name={icon} /></button>
      {open && (
        <ul role="menu" aria-label={label}>
          {entries.map(e => (
            <li key={e.name} role="none">
              <button role="menuitem" tabIndex={-1} class={e.danger ? 'risky' : ''} onClick={() => act(e)}><Icon name={e.icon} />{e.name}</button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
