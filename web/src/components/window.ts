// The window of rows that are in the DOM: which items of a room are drawn. Pure arithmetic, kept apart from the
// scrolling so that it can be tested.

export const maxRows = 240
export const step = 60

export interface Window {
  from: number
  to: number
}

/** atEnd returns the window of the newest items. */
export function atEnd(n: number): Window {
  return { from: Math.max(0, n - maxRows), to: n }
}

/** around returns the window with an item in its middle. */
export function around(i: number, n: number): Window {
  const from = Math.max(0, Math.min(i - maxRows / 2, n - maxRows))
  return { from, to: Math.min(n, from + maxRows) }
}

/** from returns the window that begins at an item. */
export function startingAt(i: number, n: number): Window {
  const from = Math.max(0, Math.min(i, n - 1))
  return { from, to: Math.min(n, from + maxRows) }
}
