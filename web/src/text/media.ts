import type { Texts } from './table.ts'

export const media = {
  'media.attach': ['Attach files', 'Dateien anhängen', 'Legg ved filer'],
  'media.drop': ['Drop files to send them', 'Dateien zum Senden ablegen', 'Slipp filer for å sende dem'],
  'media.tray': ['Files to send', 'Dateien zum Senden', 'Filer som skal sendes'],
  'media.remove': ['Remove {file}', '{file} entfernen', 'Fjern {file}'],
  'media.cancel': ['Cancel {file}', '{file} abbrechen', 'Avbryt {file}'],
  'media.retry': ['Try {file} again', '{file} erneut versuchen', 'Prøv {file} på nytt'],
  'media.progress': ['Upload of {file}', 'Hochladen von {file}', 'Opplasting av {file}'],
  'media.waiting': ['Sent as soon as the files are there.', 'Wird gesendet, sobald die Dateien da sind.', 'Sendes så snart filene er lastet opp.'],
  'media.too_large': ['{file} is {size}; the limit is {max}.', '{file} hat {size}; erlaubt sind {max}.', '{file} er {size}; grensen er {max}.'],
  'media.empty': ['{file} is empty.', '{file} ist leer.', '{file} er tom.'],
  'media.too_many': ['At most {n} files go into one message.', 'In eine Nachricht passen höchstens {n} Dateien.', 'Det er plass til høyst {n} filer i en melding.'],
  'media.download': ['Download', 'Herunterladen', 'Last ned'],
  'media.download_file': ['Download {file}', '{file} herunterladen', 'Last ned {file}'],
  'media.before': ['Previous picture', 'Vorheriges Bild', 'Forrige bilde'],
  'media.after': ['Next picture', 'Nächstes Bild', 'Neste bilde'],
} as const satisfies Texts
