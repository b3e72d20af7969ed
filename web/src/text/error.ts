import type { Texts } from './table.ts'

export const errors = {
  'error.invalid': ['That does not work as it is.', 'Das geht so nicht.', 'Det går ikke slik.'],
  'error.too_large': ['That is too long.', 'Das ist zu lang.', 'Det er for langt.'],
  'error.unsupported': ['This server cannot do that.', 'Dieser Server kann das nicht.', 'Serveren kan ikke det.'],
  'error.sign_in_needed': ['Sign in first.', 'Melde dich zuerst an.', 'Logg inn først.'],
  'error.sign_in_failed': ['The name or the password is wrong.', 'Name oder Passwort ist falsch.', 'Navnet eller passordet er feil.'],
  'error.forbidden': ['You are not allowed to do that.', 'Das darfst du nicht.', 'Det har du ikke lov til.'],
  'error.not_found': ['That is not there (any more).', 'Das gibt es nicht (mehr).', 'Det finnes ikke (lenger).'],
  'error.taken': ['Somebody else has that name. Choose another.', 'Diesen Namen hat jemand anderer. Wähle einen anderen.', 'Noen andre har det navnet. Velg et annet.'],
  'error.rate_limited': ['That was too much at once. Wait a moment.', 'Das war zu viel auf einmal. Warte einen Moment.', 'Det ble for mye på en gang. Vent litt.'],
  'error.slow_reader': ['The connection was too slow.', 'Die Verbindung war zu langsam.', 'Forbindelsen var for treg.'],
  'error.unavailable': ['The server cannot answer now. Try again soon.', 'Der Server kann gerade nicht antworten. Versuche es bald wieder.', 'Serveren kan ikke svare nå. Prøv igjen snart.'],
  'error.storage_full': ['The server\'s disk is full. Tell its owner.', 'Die Platte des Servers ist voll. Sag es seinem Inhaber.', 'Serverens disk er full. Si fra til eieren.'],
  'error.internal': ['The server failed. Its log says why.', 'Der Server hat einen Fehler. Sein Protokoll sagt, welchen.', 'Serveren feilet. Loggen forteller hvorfor.'],
  'error.lost': ['There is no connection.', 'Es gibt keine Verbindung.', 'Det er ingen forbindelse.'],
} as const satisfies Texts
