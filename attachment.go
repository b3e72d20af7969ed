package plausch

import (
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Attachment is a file that a message carries. Its bytes are kept apart, by
// their hash.
type Attachment struct {
	// ID is 128 bits of chance as text. Knowing it opens nothing: whoever reads
	// the file is asked for each time whether they may.
	ID   string
	Name string // as FileName makes it
	Type string // media type, as the server found it by looking at the bytes
	Size int64  // in bytes
	// Media is of pictures, films and sounds; nil if nothing is known.
	Media *Media
}

const (
	// MaxAttachments is the most files that one message carries.
	MaxAttachments = 16
	// MaxFileName is the longest name of a file, in bytes of UTF-8.
	MaxFileName = 255

	maxExtension = 32 // bytes that are saved when a name is cut
)

// TypeUnknown is the media type of a file of which nothing is known but its
// bytes (RFC 2046, section 4.5.1).
const TypeUnknown = "application/octet-stream"

// Picture reports whether the file is of one of the types that clients may show
// in place. SVG is not among them: it can run programs.
func (a Attachment) Picture() bool {
	switch a.Type {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return true
	}
	return false
}

// CheckAttachments reports why a message cannot have that many attachments.
func CheckAttachments(n int) error {
	if n > MaxAttachments {
		return Errorf(Invalid, "the message has %d attachments; at most %d go into one message", n, MaxAttachments)
	}
	return nil
}

// FileName returns the name under which a file that somebody calls name is kept:
// what stands behind the last path separator (of any system), without control
// characters, without those that turn the direction of writing (gpj.exe must not
// read as exe.jpg) and without what is not UTF-8, of at most [MaxFileName] bytes,
// the extension saved. If nothing is left of it, the name is "file".
func FileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, name)
	name = strings.TrimSpace(name)
	if strings.Trim(name, ". ") == "" {
		return "file"
	}
	if len(name) <= MaxFileName {
		return name
	}
	extension := path.Ext(name)
	if len(extension) > maxExtension {
		extension = "" // it is a dot in a long text
	}
	stem := name[:MaxFileName-len(extension)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return strings.TrimSpace(stem) + extension
}

// Shown returns what people read of an attachment: picture photo.png, 12 KB.
func (a Attachment) Shown() string {
	kind := "file"
	if a.Picture() {
		kind = "picture"
	}
	return kind + " " + a.Name + ", " + ByteSize(a.Size)
}

// ByteSize returns a number of bytes as people read it, in powers of 1000.
func ByteSize(n int64) string {
	const units = "KMGTPE"
	if n < 1000 {
		return strconv.FormatInt(n, 10) + " B"
	}
	f, unit := float64(n)/1000, 0
	for f >= 999.5 && unit < len(units)-1 {
		f, unit = f/1000, unit+1
	}
	digits := 0
	if f < 9.95 {
		digits = 1
	}
	number := strings.TrimSuffix(strconv.FormatFloat(f, 'f', digits, 64), ".0")
	return number + " " + units[unit:unit+1] + "B"
}
