// Icons are paths on a grid of 24, drawn as lines in the colour of the text.

const paths = {
  hash: 'M9 4 7 20M17 4l-2 16M4.5 9h16M3.5 15h16',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  back: 'M15 5l-7 7 7 7',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.5-3.6 3-5.5 6.500-5.500s6 1.900 6.500 5.500M16 4.600a3.200 3.200 0 0 1 0 6M18 15c2 .700 3.200 2.400 3.500 5',
  send: 'M4 12 20 4l-5 16-3.500-6.500zM11.500 13.500 20 4',
  react: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.500 14.500c1.800 2.300 5.200 2.300 7 0M9 9.500v.5M15 9.500v.5',
  reply: 'M10 6 4 12l6 6M4.500 12H14c4 0 6 2.500 6 6.500',
  edit: 'M4 20l1-4.500L16 4.500a1.800 1.800 0 0 1 2.600 0l.900.900a1.800 1.800 0 0 1 0 2.600L8.500 19z',
  delete: 'M5 7h14M10 7V4.500h4V7M7 7l.8 13h8.400L17 7',
  link: 'M10 14a4 4 0 0 0 6 .400l3-3a4.200 4.200 0 0 0-6-6l-1.500 1.500M14 10a4 4 0 0 0-6-.400l-3 3a4.200 4.200 0 0 0 6 6l1.500-1.500',
  close: 'M6 6l12 12M18 6 6 18',
  down: 'M12 5v14M6 13l6 6 6-6',
  out: 'M14 4H5v16h9M10 12h11M17.500 8.500 21 12l-3.500 3.500',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  plus: 'M12 5v14M5 12h14',
  more: 'M5 11.200a.8.8 0 1 0 0 1.600.8.8 0 0 0 0-1.600zM12 11.200a.8.8 0 1 0 0 1.600.8.8 0 0 0 0-1.600zM19 11.200a.8.8 0 1 0 0 1.600.8.8 0 0 0 0-1.600z',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  bookmark: 'M7 4h10v16l-5-4-5 4z',
  hide: 'M4 4l16 16M9.500 5.500A9 9 0 0 1 12 5c5 0 8 4.500 9 7a14 14 0 0 1-2.500 3.800M6.500 7.500A14 14 0 0 0 3 12c1 2.500 4 7 9 7a9 9 0 0 0 4.500-1.200',
  flag: 'M6 21V4h11l-2 4 2 4H6',
  versions: 'M12 7v5l3 2M4 12a8 8 0 1 0 2.500-5.800M4 4v4h4',
  pin: 'M9 4h6l-1 6 3 3H7l3-3zM12 13v7',
  file: 'M6 3h8l5 5v13H6zM14 3v5h5',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  attach: 'M8 12.500l6-6a3 3 0 0 1 4.300 4.300l-8 8a5 5 0 0 1-7-7L11 4',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0 2 2 0 0 0-4 0zM7 17a2 2 0 1 0 4 0 2 2 0 0 0-4 0z',
} as const

export function Icon({ name, class: className = '' }: { name: keyof typeof paths; class?: string }) {
  return (
    <svg class={`icon ${className}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}
