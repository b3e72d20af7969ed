package ktntest

import "time"

// Kind is the habits of a server. The zero value is the course's description
// with no history.
type Kind struct {
	Name string
	// History is what is told at login of what was said: "" for nothing,
	// "messages" replays it, and "objects", "strings" (a list of them), "string"
	// and "text" are forms of a history response.
	History string
	// OnRequest has it told when history is asked for, instead of at login.
	OnRequest bool
	// NoHistory has the connection end at the request history.
	NoHistory bool
	// HistoryFirst has it come before the answer to the login.
	HistoryFirst bool
	NoEcho       bool          // messages go to the others only
	EchoAfter    time.Duration // the echo comes later than that
	Numbers      bool          // timestamps are numbers
	Minutes      bool          // timestamps have no seconds and no date
	Nulls        bool          // there are no timestamps and no sender of infos
	Capitals     bool          // keys and kinds are in capitals
	Pace         time.Duration // between two responses
	Glued        bool          // what is told at login comes in one segment
	Bytes        bool          // each byte comes in a segment of its own
	NoAnswer     bool          // the login is not answered
	NoNames      bool          // names is not answered
	Hangs        bool          // a login is answered by closing the connection
	Uppercase    bool          // names are in capitals
	Parts        int           // longer texts come in parts of so many bytes
	Lingers      time.Duration // a name is taken for that long after its connection has ended
	Shortens     bool          // texts are trimmed and escaped
	// Swallows ends the connection behind the message of this text: after it was
	// taken, and before anybody is told.
	Swallows string
	// Forbids has the message of this text answered by an error.
	Forbids string
}

// Kinds are servers of all habits with which one can talk.
var Kinds = []Kind{
	{Name: "as described"},
	{Name: "no echo", NoEcho: true},
	{Name: "no echo, replay", NoEcho: true, History: "messages"},
	{Name: "replay as messages", History: "messages"},
	{Name: "replay glued", History: "messages", Glued: true},
	{Name: "replay paced", History: "messages", Pace: 50 * time.Millisecond},
	{Name: "replay first", History: "messages", HistoryFirst: true},
	{Name: "history of objects", History: "objects"},
	{Name: "history of strings", History: "strings"},
	{Name: "history as one string", History: "string"},
	{Name: "history as text", History: "text"},
	{Name: "history first", History: "objects", HistoryFirst: true},
	{Name: "history first, glued", History: "strings", HistoryFirst: true, Glued: true},
	{Name: "numbers", History: "messages", Numbers: true},
	{Name: "minutes", History: "objects", Minutes: true},
	{Name: "nulls", History: "objects", Nulls: true},
	{Name: "capitals", History: "objects", Capitals: true},
	{Name: "byte by byte", History: "messages", Bytes: true},
	{Name: "late echo", History: "messages", EchoAfter: time.Second},
	{Name: "names in capitals", History: "messages", Uppercase: true},
	{Name: "silent login", History: "messages", NoAnswer: true},
	{Name: "no names", NoNames: true},
	{Name: "shortened texts", History: "objects", Shortens: true},
}
