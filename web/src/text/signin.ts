import type { Texts } from './table.ts'

export const signIn = {
  'signin.title': ['Sign in', 'Anmelden', 'Logg inn'],
  'signin.lead': ['Welcome to {server}.', 'Willkommen bei {server}.', 'Velkommen til {server}.'],
  'signin.name': ['Name', 'Name', 'Navn'],
  'signin.password': ['Password', 'Passwort', 'Passord'],
  'signin.button': ['Sign in', 'Anmelden', 'Logg inn'],
  'signin.passkey': ['Sign in with a passkey', 'Mit einem Passkey anmelden', 'Logg inn med passnøkkel'],
  'signin.or': ['or', 'oder', 'eller'],
  'signin.guest': ['Come in as a guest', 'Als Gast eintreten', 'Bli med som gjest'],
  'signin.guest_hint': ['Anyone may come in here: a name is enough.', 'Hier darf jeder herein: Ein Name genügt.', 'Alle kan bli med her: et navn er nok.'],
  'signin.have_account': ['I have an account', 'Ich habe ein Konto', 'Jeg har en konto'],
  'signin.help': [
    'No account? Ask someone who runs this server for an invite. Forgotten the password? They can make you a link for a new one.',
    'Kein Konto? Bitte jemanden, der diesen Server betreut, um eine Einladung. Passwort vergessen? Du bekommst dort einen Link für ein neues.',
    'Ingen konto? Be noen som driver serveren, om en invitasjon. Glemt passordet? De kan gi deg en lenke til et nytt.',
  ],
  'signin.unclaimed': [
    'This server has no owner yet. Open the link that it prints on its terminal.',
    'Dieser Server hat noch keinen Inhaber. Öffne den Link, den er in seinem Terminal zeigt.',
    'Serveren har ingen eier ennå. Åpne lenken som den viser i terminalen.',
  ],
  'signin.ended': ['You were signed out. Sign in again.', 'Du wurdest abgemeldet. Melde dich neu an.', 'Du ble logget ut. Logg inn på nytt.'],
  'signin.show': ['Show', 'Zeigen', 'Vis'],
  'signin.hide': ['Hide', 'Verbergen', 'Skjul'],
} as const satisfies Texts
