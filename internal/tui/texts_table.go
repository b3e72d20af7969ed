package tui

// The keys of texts. Where the web client has the same text, the words are the same.
const (
	textToday        textKey = "today"
	textYesterday    textKey = "yesterday"
	textNew          textKey = "new"
	textDeleted      textKey = "deleted"
	textSealed       textKey = "sealed"
	textEdited       textKey = "edited"
	textPublic       textKey = "public"
	textPrivate      textKey = "private"
	textDirect       textKey = "direct"
	textEmpty        textKey = "empty"
	textLoading      textKey = "loading"
	textBelow        textKey = "below"
	textConnecting   textKey = "connecting"
	textOffline      textKey = "offline"
	textOfflineIn    textKey = "offline_in"
	textWaiting      textKey = "waiting"
	textTypingOne    textKey = "typing_one"
	textTypingTwo    textKey = "typing_two"
	textTypingMany   textKey = "typing_many"
	textUnencrypted  textKey = "unencrypted"
	textNotSent      textKey = "not_sent"
	textRetryDelete  textKey = "retry_delete"
	textQuitAgain    textKey = "quit_again"
	textOnline       textKey = "online"
	textAway         textKey = "away"
	textNoCommand    textKey = "no_command"
	textDidYouMean   textKey = "did_you_mean"
	textHelpLists    textKey = "help_lists"
	textTakes        textKey = "takes"
	textNeedsOnline  textKey = "needs_online"
	textNotInRoom    textKey = "not_in_room"
	textRoomReset    textKey = "room_reset"
	textNewGuest     textKey = "new_guest"
	textNotKept      textKey = "not_kept"
	textGoTo         textKey = "go_to"
	textPeople       textKey = "people"
	textNoMatch      textKey = "no_match"
	textLost         textKey = "lost"
	textStopped      textKey = "stopped"
	textNothingThere textKey = "nothing_there"
	textHelpTitle    textKey = "help_title"
	textKeysTitle    textKey = "keys_title"
	textHelpSlash    textKey = "help_slash"
	textToJoin       textKey = "to_join"
	textYouAre       textKey = "you_are"
	textPinned       textKey = "pinned"
	textReplyTo      textKey = "reply_to"
	textEditing      textKey = "editing"
	textDeleteIt     textKey = "delete_it"
	textKeepIt       textKey = "keep_it"
	textDeleteAsk    textKey = "delete_ask"
	textReactTitle   textKey = "react_title"
	textInboxTitle   textKey = "inbox_title"
	textPinsTitle    textKey = "pins_title"
	textLinksTitle   textKey = "links_title"
	textCopied       textKey = "copied"
	textUnkept       textKey = "unkept"
	textSearchAll    textKey = "search_all"
	textSearchHere   textKey = "search_here"
	textDone         textKey = "done"
	textLater        textKey = "later"
	textPublicStays  textKey = "public_stays"
	textNotThere     textKey = "not_there"
	textInvite       textKey = "invite"
	textInviteHere   textKey = "invite_here"
)

var english = texts{
	language: "en",
	months:   [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	weekdays: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	date:     "%[1]s, %[2]d %[3]s %[4]d",
	table: map[textKey]string{
		textPinned: "⚑ pinned", textReplyTo: "↳ Reply to %s", textEditing: "✎ Edit message · Esc keeps it as it was",
		textDeleteIt: "Delete it for everybody", textKeepIt: "Keep it", textDeleteAsk: "Delete this message?", textReactTitle: "React with",
		textInboxTitle: "Unread", textPinsTitle: "Pinned messages", textLinksTitle: "Links in this room", textCopied: "Copied.",
		textUnkept:    "What you write is not kept: %v.",
		textSearchAll: "Search in all rooms", textSearchHere: "Search in %s",
		textDone: "Done.", textLater: "It is sent at %s.",
		textPublicStays: "Everybody is in public; it cannot be left. /quit ends.",
		textNotThere:    "offline",
		textInvite:      "This link is good until %s:",
		textInviteHere:  "It works on this machine only. One for others: plausch invite, on the server.",
		textToday:       "Today", textYesterday: "Yesterday", textNew: "New",
		textDeleted: "Message deleted", textSealed: "[encrypted]", textEdited: "(edited)",
		textPublic: "Public", textPrivate: "Private", textDirect: "Direct",
		textEmpty:        "Nothing here yet. Say hello.",
		textLoading:      "Loading…",
		textBelow:        "↓ %d new message|↓ %d new messages",
		textOnline:       "online",
		textAway:         "away",
		textStopped:      "stopped",
		textToJoin:       "To join: %s",
		textYouAre:       "You are %s.",
		textQuitAgain:    "Press Ctrl C once more to leave.",
		textConnecting:   "connecting",
		textOffline:      "Connection lost. Your messages are kept.",
		textOfflineIn:    "Connection lost. Trying again in %d s. Your messages are kept.",
		textWaiting:      "%d message waits|%d messages wait",
		textTypingOne:    "%s is typing…",
		textTypingTwo:    "%s and %s are typing…",
		textTypingMany:   "Several people are typing…",
		textUnencrypted:  "not encrypted",
		textNotSent:      "Not sent: %s.",
		textRetryDelete:  "/retry · /discard",
		textNoCommand:    "No command /%s.",
		textDidYouMean:   "Did you mean /%s?",
		textHelpLists:    "/help lists all.",
		textTakes:        "/%s takes %s: %s.",
		textNeedsOnline:  "This needs the connection, which is lost just now.",
		textNotInRoom:    "You are not in %s any more.",
		textRoomReset:    "The server went back to an older state: what was said last here is gone.",
		textNewGuest:     "The guest %s was away for too long; you are a new one of that name.",
		textNotKept:      "Your sign-in cannot be kept: %s. This name cannot be had again later.",
		textGoTo:         "Go to a room or a person",
		textPeople:       "People",
		textNoMatch:      "No results for “%s”.",
		textLost:         "The connection was lost meanwhile. Look whether it was done, and try again if not.",
		textNothingThere: "Nothing there.",
		textHelpTitle:    "Commands",
		textKeysTitle:    "Keys",
		textHelpSlash:    "A line that begins with two slashes is sent with one.",
	},
}

var german = texts{
	language: "de",
	months:   [12]string{"Jänner", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
	weekdays: [7]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
	date:     "%[1]s, %[2]d. %[3]s %[4]d",
	table: map[textKey]string{
		textPinned: "⚑ angeheftet", textReplyTo: "↳ Antwort an %s", textEditing: "✎ Nachricht bearbeiten · Esc lässt sie, wie sie war",
		textDeleteIt: "Für alle löschen", textKeepIt: "Behalten", textDeleteAsk: "Diese Nachricht löschen?", textReactTitle: "Reagieren mit",
		textInboxTitle: "Ungelesen", textPinsTitle: "Angeheftete Nachrichten", textLinksTitle: "Links in diesem Raum", textCopied: "Kopiert.",
		textUnkept:    "Was du schreibst, wird nicht aufgehoben: %v.",
		textSearchAll: "Suche in allen Räumen", textSearchHere: "Suche in %s",
		textDone: "Erledigt.", textLater: "Wird am %s gesendet.",
		textPublicStays: "In public sind alle; diesen Raum kann man nicht verlassen. /quit beendet.",
		textNotThere:    "nicht da",
		textInvite:      "Dieser Link gilt bis %s:",
		textInviteHere:  "Er gilt nur auf diesem Rechner. Einen für andere macht plausch invite auf dem Server.",
		textToday:       "Heute", textYesterday: "Gestern", textNew: "Neu",
		textDeleted: "Nachricht gelöscht", textSealed: "[verschlüsselt]", textEdited: "(bearbeitet)",
		textPublic: "Öffentlich", textPrivate: "Privat", textDirect: "Direkt",
		textEmpty:        "Noch nichts hier. Sag Hallo.",
		textLoading:      "Lädt …",
		textBelow:        "↓ %d neue Nachricht|↓ %d neue Nachrichten",
		textOnline:       "online",
		textAway:         "abwesend",
		textStopped:      "abgebrochen",
		textToJoin:       "Zum Beitreten: %s",
		textYouAre:       "Du bist %s.",
		textQuitAgain:    "Noch einmal Strg C zum Beenden.",
		textConnecting:   "verbindet",
		textOffline:      "Verbindung unterbrochen. Deine Nachrichten bleiben erhalten.",
		textOfflineIn:    "Verbindung unterbrochen. Neuer Versuch in %d s. Deine Nachrichten bleiben erhalten.",
		textWaiting:      "%d Nachricht wartet|%d Nachrichten warten",
		textTypingOne:    "%s schreibt …",
		textTypingTwo:    "%s und %s schreiben …",
		textTypingMany:   "Mehrere schreiben …",
		textUnencrypted:  "nicht verschlüsselt",
		textNotSent:      "Nicht gesendet: %s.",
		textRetryDelete:  "/retry · /discard",
		textNoCommand:    "Den Befehl /%s gibt es nicht.",
		textDidYouMean:   "Meinst du /%s?",
		textHelpLists:    "/help zeigt alle.",
		textTakes:        "/%s braucht %s: %s.",
		textNeedsOnline:  "Das geht nur mit Verbindung, und die ist gerade unterbrochen.",
		textNotInRoom:    "Du bist nicht mehr in %s.",
		textRoomReset:    "Der Server ist auf einen älteren Stand zurückgegangen: das zuletzt Gesagte ist hier weg.",
		textNewGuest:     "Der Gast %s war zu lange fort; du bist ein neuer dieses Namens.",
		textNotKept:      "Deine Anmeldung kann nicht aufgehoben werden: %s. Diesen Namen bekommst du später nicht wieder.",
		textGoTo:         "Zu einem Raum oder einer Person",
		textPeople:       "Personen",
		textNoMatch:      "Keine Treffer für „%s“.",
		textLost:         "Die Verbindung ist dabei abgerissen. Sieh nach, ob es geschehen ist, und versuch es sonst noch einmal.",
		textNothingThere: "Nichts da.",
		textHelpTitle:    "Befehle",
		textKeysTitle:    "Tasten",
		textHelpSlash:    "Eine Zeile mit zwei Schrägstrichen vorn wird mit einem gesendet.",
	},
}

var norwegian = texts{
	language: "nb",
	months:   [12]string{"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
	weekdays: [7]string{"søndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag"},
	date:     "%[1]s %[2]d. %[3]s %[4]d",
	table: map[textKey]string{
		textPinned: "⚑ festet", textReplyTo: "↳ Svar til %s", textEditing: "✎ Rediger meldingen · Esc lar den være som den var",
		textDeleteIt: "Slett for alle", textKeepIt: "Behold", textDeleteAsk: "Slette denne meldingen?", textReactTitle: "Reager med",
		textInboxTitle: "Ulest", textPinsTitle: "Festede meldinger", textLinksTitle: "Lenker i dette rommet", textCopied: "Kopiert.",
		textUnkept:    "Det du skriver, blir ikke lagret: %v.",
		textSearchAll: "Søk i alle rom", textSearchHere: "Søk i %s",
		textDone: "Ferdig.", textLater: "Sendes %s.",
		textPublicStays: "Alle er i public; det rommet kan ikke forlates. /quit avslutter.",
		textNotThere:    "ikke pålogget",
		textInvite:      "Denne lenken gjelder til %s:",
		textInviteHere:  "Den virker bare på denne maskinen. En for andre: plausch invite, på tjeneren.",
		textToday:       "I dag", textYesterday: "I går", textNew: "Nytt",
		textDeleted: "Meldingen er slettet", textSealed: "[kryptert]", textEdited: "(redigert)",
		textPublic: "Åpne", textPrivate: "Private", textDirect: "Direkte",
		textEmpty:        "Ingenting her ennå. Si hei.",
		textLoading:      "Laster …",
		textBelow:        "↓ %d ny melding|↓ %d nye meldinger",
		textOnline:       "pålogget",
		textAway:         "borte",
		textStopped:      "avbrutt",
		textToJoin:       "Kan bli med i: %s",
		textYouAre:       "Du er %s.",
		textQuitAgain:    "Trykk Ctrl C en gang til for å avslutte.",
		textConnecting:   "kobler til",
		textOffline:      "Mistet forbindelsen. Meldingene dine er lagret.",
		textOfflineIn:    "Mistet forbindelsen. Prøver igjen om %d s. Meldingene dine er lagret.",
		textWaiting:      "%d melding venter|%d meldinger venter",
		textTypingOne:    "%s skriver …",
		textTypingTwo:    "%s og %s skriver …",
		textTypingMany:   "Flere skriver …",
		textUnencrypted:  "ikke kryptert",
		textNotSent:      "Ikke sendt: %s.",
		textRetryDelete:  "/retry · /discard",
		textNoCommand:    "Det finnes ingen kommando /%s.",
		textDidYouMean:   "Mente du /%s?",
		textHelpLists:    "/help viser alle.",
		textTakes:        "/%s trenger %s: %s.",
		textNeedsOnline:  "Dette trenger forbindelsen, som er borte akkurat nå.",
		textNotInRoom:    "Du er ikke lenger i %s.",
		textRoomReset:    "Tjeneren gikk tilbake til en eldre tilstand: det siste som ble sagt her, er borte.",
		textNewGuest:     "Gjesten %s var borte for lenge; du er en ny med det navnet.",
		textNotKept:      "Påloggingen kan ikke lagres: %s. Dette navnet kan du ikke få igjen senere.",
		textGoTo:         "Gå til et rom eller en person",
		textPeople:       "Personer",
		textNoMatch:      "Ingen treff for «%s».",
		textLost:         "Forbindelsen ble brutt underveis. Se om det ble gjort, og prøv igjen hvis ikke.",
		textNothingThere: "Ingenting der.",
		textHelpTitle:    "Kommandoer",
		textKeysTitle:    "Taster",
		textHelpSlash:    "En linje som begynner med to skråstreker, sendes med én.",
	},
}
