package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// action is something that a key does.
type action string

// The actions, as the configuration file names them.
const (
	actSend         action = "send"
	actNewline      action = "newline"
	actComplete     action = "complete"
	actInterrupt    action = "interrupt"
	actEnd          action = "end"
	actEscape       action = "escape"
	actNextRoom     action = "next-room"
	actPreviousRoom action = "previous-room"
	actNextActive   action = "next-active"
	actFirstUnread  action = "first-unread"
	actGoTo         action = "go-to"
	actEditLast     action = "edit-last"
	actSelect       action = "select"
	actInbox        action = "inbox"
	actSearch       action = "search"
	actCompose      action = "compose"
	actPageUp       action = "page-up"
	actPageDown     action = "page-down"
	actLineUp       action = "line-up"
	actLineDown     action = "line-down"
	actOldest       action = "oldest"
	actNewest       action = "newest"
	actRooms        action = "rooms"
	actPeople       action = "people"
	actHelp         action = "help"
	actBare         action = "bare"
	actRedraw       action = "redraw"
	actSuspend      action = "suspend"
	actUp           action = "up"
	actDown         action = "down"
	actLeft         action = "left"
	actRight        action = "right"
	actWordLeft     action = "word-left"
	actWordRight    action = "word-right"
	actHome         action = "home"
	actEndOfLine    action = "end-of-line"
	actBackspace    action = "backspace"
	actDelete       action = "delete"
	actKillLine     action = "kill-line"
	actKillWord     action = "kill-word"
	actKillWordLeft action = "kill-word-left"
	actKillToEnd    action = "kill-to-end"
	actYank         action = "yank"
	actUndo         action = "undo"
)

// binding is the keys of an action. Those with Alt have another one beside them: some
// terminals send Alt as an Esc of its own.
type binding struct {
	action action
	keys   []string
	help   string
}

// bindings are all keys, in the order of the help.
var bindings = []binding{
	{actSend, []string{"enter", "kpenter"}, "send the message"},
	{actNewline, []string{"ctrl+j", "alt+enter", "shift+enter"}, "begin a new line"},
	{actComplete, []string{"tab"}, "complete a command, a name or an emoji"},
	{actInterrupt, []string{"ctrl+c"}, "clear the line; once more: leave"},
	{actEnd, []string{"ctrl+d"}, "leave, if nothing is written"},
	{actEscape, []string{"esc"}, "close what is open; go to the newest message"},
	{actGoTo, []string{"ctrl+k"}, "go to a room or a person"},
	{actNextRoom, []string{"ctrl+n", "alt+down"}, "the next room"},
	{actPreviousRoom, []string{"ctrl+p", "alt+up"}, "the room before"},
	{actNextActive, []string{"f5", "alt+a"}, "the next room with something new"},
	{actFirstUnread, []string{"f3", "alt+u"}, "the first unread message"},
	{actCompose, []string{"ctrl+x", "f10"}, "write in your own editor ($EDITOR)"},
	{actSearch, []string{"ctrl+f"}, "search in this room; once more: everywhere"},
	{actInbox, []string{"f9", "alt+i"}, "all that is unread"},
	{actEditLast, []string{"f2", "alt+e"}, "edit your last message"},
	{actSelect, []string{"f6", "alt+m"}, "pick a message: then R replies, E edits, + reacts, D deletes, P pins, U marks unread, Y copies, O opens a link, S shows a spoiler"},
	{actPageUp, []string{"pgup"}, "older messages"},
	{actPageDown, []string{"pgdown"}, "newer messages"},
	{actLineUp, []string{"ctrl+up", "shift+up"}, "a row up"},
	{actLineDown, []string{"ctrl+down", "shift+down"}, "a row down"},
	{actOldest, []string{"ctrl+home"}, "the oldest message that is loaded"},
	{actNewest, []string{"ctrl+end"}, "the newest message"},
	{actRooms, []string{"f7"}, "show the list of rooms, or not"},
	{actPeople, []string{"f8"}, "show who is in the room, or not"},
	{actBare, []string{"f4", "alt+b"}, "only text, to be copied"},
	{actHelp, []string{"f1"}, "help"},
	{actRedraw, []string{"ctrl+l"}, "draw the window anew"},
	{actSuspend, []string{"ctrl+z"}, "go to the background"},
	{actUp, []string{"up"}, "a row up; what was sent before"},
	{actDown, []string{"down"}, "a row down"},
	{actLeft, []string{"left", "ctrl+b"}, ""},
	{actRight, []string{"right"}, ""},
	{actWordLeft, []string{"ctrl+left", "alt+left"}, ""},
	{actWordRight, []string{"ctrl+right", "alt+right"}, ""},
	{actHome, []string{"home", "ctrl+a"}, ""},
	{actEndOfLine, []string{"end", "ctrl+e"}, ""},
	{actBackspace, []string{"backspace", "ctrl+h"}, ""},
	{actDelete, []string{"delete"}, ""},
	{actKillLine, []string{"ctrl+u"}, "cut the line before the cursor"},
	{actKillWordLeft, []string{"ctrl+w", "alt+backspace"}, "cut the word before the cursor"},
	{actKillWord, []string{"ctrl+delete", "alt+d"}, "cut the word behind the cursor"},
	{actKillToEnd, []string{"alt+k", "shift+delete"}, "cut the rest of the line"},
	{actYank, []string{"ctrl+y"}, "paste what was cut"},
	{actUndo, []string{"ctrl+_", "ctrl+/"}, "take the last change back"},
}

// keymap leads from keys to actions.
type keymap map[string]action

func defaultKeys() keymap {
	k := make(keymap)
	for _, b := range bindings {
		for _, key := range b.keys {
			k[key] = b.action
		}
	}
	return k
}

// of returns what a key does.
func (k keymap) of(msg tea.KeyPressMsg) (action, bool) {
	a, bound := k[msg.Keystroke()]
	return a, bound
}

// shownKeys returns the keys of an action as people read them: Ctrl N, Alt A.
func (k keymap) shown(b binding) string {
	var names []string
	for _, key := range b.keys {
		if k[key] == b.action {
			names = append(names, keyName(key))
		}
	}
	for key, a := range k {
		if a == b.action && !contains(b.keys, key) {
			names = append(names, keyName(key))
		}
	}
	return strings.Join(names, ", ")
}

func contains(all []string, s string) bool {
	for _, a := range all {
		if a == s {
			return true
		}
	}
	return false
}

func keyName(key string) string {
	parts := strings.Split(key, "+")
	for i, p := range parts {
		if p == "" {
			continue
		}
		parts[i] = strings.ToUpper(p[:1]) + p[1:]
	}
	return strings.Join(parts, " ")
}
