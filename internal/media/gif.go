package media

import "slices"

// gifKept are the application extensions that tell how a picture is shown: how
// often an animation runs, and colours.
var gifKept = []string{"NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012"}

// What begins the blocks of a GIF (GIF89a specification, sections 20 to 27).
const (
	gifExtension   = 0x21
	gifImage       = 0x2c
	gifTrailer     = 0x3b
	gifText        = 0x01 // label of an extension, as those that follow
	gifControl     = 0xf9
	gifApplication = 0xff
)

// gifScreen is the header, the screen and its colours.
func (s *stripper) gifScreen() error {
	const size = 13
	h, ok, err := s.peekHead(size - 2)
	if !ok {
		return err
	}
	s.pass, s.next = size+gifColours(h[10]), s.gifBlock
	return nil
}

// gifColours is how many bytes a table of colours has, by the flags before it.
func gifColours(flags byte) int64 {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (1 + flags&0x07)
}

// gifBlock is a picture, an extension or the end.
func (s *stripper) gifBlock() error {
	h, ok, err := s.peekHead(1)
	if !ok {
		return err
	}
	switch h[0] {
	case gifImage:
		const size = 10
		if h, ok, err = s.peekHead(size); !ok {
			return err
		}
		s.pass, s.next = size+gifColours(h[9])+1, s.gifData(true)
		return nil
	case gifExtension:
		return s.gifExtension()
	case gifTrailer:
		s.pass, s.rest = 1, true
		return nil
	default:
		s.next = nil
		return nil
	}
}

// gifExtension is a label and data. That of an application begins with its name.
func (s *stripper) gifExtension() error {
	h, ok, err := s.peekHead(3)
	if !ok {
		return err
	}
	const nameSize = 11
	kept := h[1] == gifControl || h[1] == gifText
	if h[1] == gifApplication && h[2] == nameSize {
		b, err := s.peek(3 + nameSize)
		if b == nil {
			return err
		}
		kept = slices.Contains(gifKept, string(b[3:]))
	}
	if s.next = s.gifData(kept); kept {
		s.pass = 2
	} else {
		s.drop = 2
	}
	return nil
}

// gifData is pieces of at most 255 bytes, each with its length before it, to an
// empty one.
func (s *stripper) gifData(kept bool) func() error {
	return func() error {
		h, ok, err := s.peekHead(1)
		if !ok {
			return err
		}
		if n := 1 + int64(h[0]); kept {
			s.pass = n
		} else {
			s.drop = n
		}
		if h[0] == 0 {
			s.next = s.gifBlock
		}
		return nil
	}
}
