package screen

// Servers are the list of rooms.
type Servers []Server

// Server is a heading of the list and the rooms below it.
type Server struct {
	ID    string  `json:"id"`
	Title string  `json:"title"`
	Rooms []Entry `json:"rooms"`
}

// People are the user table, whom one can write to, and the names that @ completes.
type People struct {
	People  []Entry  `json:"people"`
	Targets []Entry  `json:"targets"`
	Names   []string `json:"names"`
}

// Entry is a room or a person in a list.
type Entry struct {
	Server   string `json:"server,omitempty"`
	Key      string `json:"key"`  // empty if it cannot be opened
	Kind     string `json:"kind"` // public, private, person
	Section  string `json:"section,omitempty"`
	Title    string `json:"title"`
	Note     string `json:"note,omitempty"`
	Tip      string `json:"tip,omitempty"`
	Unread   int    `json:"unread,omitempty"`
	Mentions int    `json:"mentions,omitempty"`
	Presence string `json:"presence,omitempty"` // online, away, offline
	Hue      int    `json:"hue"`
	Draft    bool   `json:"draft,omitempty"`
}

// Opened shows another room, without rows at first.
type Opened struct {
	Server      string `json:"server"`
	Key         string `json:"key"`
	Title       string `json:"title"`
	Topic       string `json:"topic"`
	Draft       string `json:"draft"`
	Placeholder string `json:"placeholder"`
	Writable    bool   `json:"writable"`
}

// Compose is what the composer goes on with: a reply, an edit, or only a text.
type Compose struct {
	Mode    string `json:"mode"` // reply, edit, or empty
	Seq     int64  `json:"seq"`
	Context string `json:"context"` // what is answered or edited
	SetText bool   `json:"set_text"`
	Text    string `json:"text"`
	Quiet   bool   `json:"quiet,omitempty"` // it does not take the focus
}

// Splice puts rows in the place of some rows of the open room.
type Splice struct {
	At     int   `json:"at"`
	Remove int   `json:"remove"`
	Rows   []Row `json:"rows"`
	Older  bool  `json:"older"` // there is more before the first row
}

// Show scrolls to a message: to its beginning or, with Flash, to have it in the middle
// and marked. End is the newest.
type Show struct {
	Seq   int64 `json:"seq"`
	Flash bool  `json:"flash,omitempty"`
	End   bool  `json:"end,omitempty"`
}

// Row is a row of the message view.
type Row struct {
	Key      string `json:"key"`  // the same for the same message as long as it is there
	Kind     string `json:"kind"` // message, day, new, line
	Seq      int64  `json:"seq,omitempty"`
	Send     string `json:"send,omitempty"` // the id of a message that is on its way
	Name     string `json:"name,omitempty"`
	Hue      int    `json:"hue,omitempty"`
	Time     string `json:"time,omitempty"`
	FullTime string `json:"full_time,omitempty"`
	Text     string `json:"text,omitempty"` // of a message: as plain text

	Grouped   bool `json:"grouped,omitempty"` // its author stands above
	Mine      bool `json:"mine,omitempty"`
	Mention   bool `json:"mention,omitempty"`
	Edited    bool `json:"edited,omitempty"`
	Deleted   bool `json:"deleted,omitempty"`
	Pinned    bool `json:"pinned,omitempty"`
	Big       bool `json:"big,omitempty"` // only emoji
	CanEdit   bool `json:"can_edit,omitempty"`
	CanDelete bool `json:"can_delete,omitempty"`

	State string `json:"state,omitempty"` // sending, sent, failed
	Error string `json:"error,omitempty"`

	Blocks    []Block    `json:"blocks,omitempty"`
	Reactions []Reaction `json:"reactions,omitempty"`
	Files     []File     `json:"files,omitempty"`
	Quote     *Quote     `json:"quote,omitempty"`
}

// Block is a part of a message with lines of its own.
type Block struct {
	Kind    string `json:"kind"` // text, code, item
	Indent  int    `json:"indent,omitempty"`
	Quotes  int    `json:"quotes,omitempty"` // how many quotes it stands in
	Spoiler bool   `json:"spoiler,omitempty"`
	Mark    string `json:"mark,omitempty"` // of an item
	Text    string `json:"text"`
	Spans   []Span `json:"spans,omitempty"`
}

// Span is a part of a block's text, in UTF-16 units, and how it is shown.
type Span struct {
	Start  int    `json:"start"`
	Length int    `json:"length"`
	Kind   string `json:"kind"` // bold italic strike code link jump mention me spoiler quiet
	URL    string `json:"url,omitempty"`
}

// Reaction is an emoji below a message.
type Reaction struct {
	Emoji string `json:"emoji"`
	Count int    `json:"count"`
	Mine  bool   `json:"mine,omitempty"`
	Who   string `json:"who,omitempty"`
}

// File is a file of a message. Width and Height are those of a picture, 0 if they are not known.
type File struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Info    string `json:"info"`
	Picture bool   `json:"picture,omitempty"`
	Width   int    `json:"width,omitempty"`
	Height  int    `json:"height,omitempty"`
}

// Quote is the message that another one answers.
type Quote struct {
	Seq  int64  `json:"seq"`
	Name string `json:"name"`
	Hue  int    `json:"hue"`
	Text string `json:"text"`
}

func (Servers) shows() {}
func (People) shows()  {}
func (Opened) shows()  {}
func (Compose) shows() {}
func (Splice) shows()  {}
func (Show) shows()    {}
