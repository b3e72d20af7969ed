// Package screen has what is shown and what the user does, as plain data: it is all that
// the program and its window say to each other. The JSON of these types goes over the
// border between Go and C++, which qt/border.h describes.
package screen

// Screen shows what it is told, in order. It never waits and can be used by all
// goroutines. It keeps nothing of what it is given.
type Screen interface {
	Show(What)
}

// What is something to show: one of the types of this package that have a method shows.
type What interface{ shows() }

// Options are how the window begins.
type Options struct {
	Theme       string `json:"theme"` // system, light or dark
	Font        string `json:"font,omitempty"`
	Width       int    `json:"width,omitempty"`
	Height      int    `json:"height,omitempty"`
	CloseToTray bool   `json:"close_to_tray"`
	Hidden      bool   `json:"hidden,omitempty"` // it is not shown until Raise
}

type (
	// Quit ends the program.
	Quit struct{}
	// Raise shows the window and gives it the focus.
	Raise struct{}
	// Chat shows the rooms in the place of the sign-in.
	Chat struct{}
	// Texts are what the widgets say, by name.
	Texts map[string]string
	// Theme is light, dark, or system for what the desktop has.
	Theme struct {
		Name string `json:"name"`
	}
)

// Settings are what the user can choose. Showing them opens the dialog.
type Settings struct {
	Theme       string `json:"theme"`
	Language    string `json:"language"` // en, de, nb, or empty for what the desktop has
	Notify      bool   `json:"notify"`
	NotifyText  bool   `json:"notify_text"` // notifications carry what was written
	Autostart   bool   `json:"autostart"`   // with the session
	CloseToTray bool   `json:"close_to_tray"`
}

// SignIn shows the page on which a server is chosen. Fields that are nil stay.
type SignIn struct {
	Address       *string `json:"address,omitempty"`
	Name          *string `json:"name,omitempty"`
	ClearPassword bool    `json:"clear_password,omitempty"`
	Error         string  `json:"error,omitempty"`
	Busy          bool    `json:"busy,omitempty"`
	CanCancel     bool    `json:"can_cancel,omitempty"`
}

// Certificate asks whether to trust a certificate that nobody vouches for, or that is
// another than before.
type Certificate struct {
	Server      string `json:"server"`
	Fingerprint string `json:"fingerprint"` // SHA-256, in hexadecimal
	Changed     bool   `json:"changed,omitempty"`
	CanCancel   bool   `json:"can_cancel,omitempty"`
}

// Status is what the status bar says.
type Status struct {
	Phase   string `json:"phase"` // online, connecting, offline
	Text    string `json:"text"`  // 34 ms, or why there is no connection
	Spoken  string `json:"spoken"`
	Account string `json:"account"`
}

// Typing says who is writing in the open room.
type Typing struct {
	Text string `json:"text"`
}

// Notice is a quiet word above the composer; empty takes it away.
type Notice struct {
	Text  string `json:"text"`
	Error bool   `json:"error,omitempty"`
}

// Badge is what the tray icon and the title tell.
type Badge struct {
	Unread int    `json:"unread"`
	Tip    string `json:"tip"`
}

// Transfers are the files under way, in the composer.
type Transfers []Transfer

// Transfer is a file that is sent or fetched.
type Transfer struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Permille int    `json:"permille"`
	Failed   bool   `json:"failed,omitempty"`
}

// Save asks where to save a file, and proposes a path.
type Save struct {
	ID   string `json:"id"`
	Path string `json:"path"`
}

// Confirm asks before something that cannot be undone. The answer, if it is yes, is an
// event "confirmed" with the ID.
type Confirm struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Button string `json:"button"`
}

// Picture is a picture of a file, scaled for its place. Without pixels it cannot be had.
type Picture struct {
	ID            string
	Width, Height int
	Pixels        []byte // premultiplied RGBA
}

// Lightbox shows a picture over the whole window.
type Lightbox struct{ Picture }

// Results are the hits of a search; None is said if there are none.
type Results struct {
	Results []Result `json:"results"`
	None    string   `json:"none"`
}

// Result is a message that was found.
type Result struct {
	Server string `json:"server"`
	Room   string `json:"room"`
	Seq    int64  `json:"seq"`
	Text   string `json:"text"`
}

func (Quit) shows()        {}
func (Raise) shows()       {}
func (Chat) shows()        {}
func (Texts) shows()       {}
func (Theme) shows()       {}
func (Settings) shows()    {}
func (SignIn) shows()      {}
func (Certificate) shows() {}
func (Status) shows()      {}
func (Typing) shows()      {}
func (Notice) shows()      {}
func (Badge) shows()       {}
func (Transfers) shows()   {}
func (Save) shows()        {}
func (Confirm) shows()     {}
func (Picture) shows()     {}
func (Lightbox) shows()    {}
func (Results) shows()     {}

// Copy puts a text on the clipboard.
type Copy struct {
	Text string `json:"text"`
}

func (Copy) shows() {}
