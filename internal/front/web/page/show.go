package page

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rsc.io/qr"

	"plausch"
	"plausch/protocol"
)

// How things are written on the pages.

// timeText is a time as a page shows it; the script makes it one of the reader's
// own time zone.
type timeText struct{ Machine, Text string }

func showTime(ms int64) timeText {
	t := time.UnixMilli(ms).UTC()
	return timeText{t.Format(time.RFC3339), t.Format("2006-01-02 15:04 UTC")}
}

// displayName returns how an account is shown; nil is the person at the server.
func displayName(a *protocol.Account) string {
	if a == nil {
		return "command line"
	}
	return a.Ref().Shown()
}

// inviteUses describes the people that an invite is for.
func inviteUses(i protocol.Invite) string {
	var s string
	switch left := i.Uses - i.Used; {
	case i.Uses == 0:
		s = fmt.Sprintf("any number of %ss", i.Role)
	case left == 1:
		s = "one " + i.Role
	default:
		s = fmt.Sprintf("%d %ss", left, i.Role)
	}
	if len(i.Rooms) > 0 {
		s += " in " + strings.Join(i.Rooms, ", ")
	}
	return s
}

// isForGuest reports whether a form is that of an invite for a guest, by its data.
func isForGuest(data any) bool {
	good, ok := data.(*protocol.CodeChecked)
	return ok && good.Role == string(plausch.RoleGuest)
}

// sentence returns a message with a capital letter and a full stop.
func sentence(message string) string {
	r, n := utf8.DecodeRuneInString(message)
	message = string(unicode.ToUpper(r)) + message[n:]
	if !strings.HasSuffix(message, ".") {
		message += "."
	}
	return message
}

// code is a QR code as the path of an SVG, one unit a module.
type code struct {
	Size int // with the quiet zone
	Path string
}

// qrPath returns the QR code of a text that is a link of ours. It is in the page
// itself, since an address of its own would have the secret in it.
func qrPath(text string) (code, error) {
	const quiet = 4 // modules around it (ISO 18004)
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return code{}, err
	}
	var b strings.Builder
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			width := 0
			for c.Black(x+width, y) {
				width++
			}
			if width > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, width, width)
				x += width
			}
		}
	}
	return code{c.Size + 2*quiet, b.String()}, nil
}

// browser names a browser and its system, for the list of devices: "Firefox on
// Linux". Exactness does not matter, so the common ones are enough.
func browser(agent string) string {
	find := func(all [][2]string, other string) string {
		for _, a := range all {
			if strings.Contains(agent, a[0]) {
				return a[1]
			}
		}
		return other
	}
	// Each calls itself by the names of those before it, too.
	name := find([][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"Chrome/", "Chrome"}, {"CriOS/", "Chrome"},
		{"Safari/", "Safari"},
	}, "Browser")
	system := find([][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"CrOS", "ChromeOS"},
		{"Linux", "Linux"},
	}, "")
	if system == "" {
		return name
	}
	return name + " on " + system
}

func latestFirst(devices []protocol.Device) []protocol.Device {
	return slices.SortedStableFunc(slices.Values(devices), func(a, b protocol.Device) int {
		return cmp.Or(cmp.Compare(b.Used, a.Used), cmp.Compare(b.ID, a.ID))
	})
}

func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}
