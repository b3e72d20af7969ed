package tui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // the formats that are shown
	_ "image/jpeg"
	_ "image/png"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"plausch"
	"plausch/client"
)

// Pictures are drawn by half-blocks: each cell shows two pixels, one above the other.

const (
	pictureColumns = 40
	pictureRows    = 12
	// maxPictureBytes and maxPicturePixels are the largest that is fetched and decoded.
	maxPictureBytes  = 8 << 20
	maxPicturePixels = 32 << 20
	// picturesAtOnce is how many are fetched at a time, and maxPictures how many are kept.
	picturesAtOnce = 2
	maxPictures    = 300
)

// picture is a picture of a message; its rows are nil while it is being fetched, and if it
// cannot be shown.
type picture struct{ rows []row }

// showsPictures reports whether the terminal has the colours for pictures.
func (m *Model) showsPictures() bool {
	return !m.options.Config.NoPictures && m.profile >= colorprofile.ANSI256
}

// loadPictures fetches the pictures that are seen.
func (m *Model) loadPictures() tea.Cmd {
	if !m.showsPictures() || !m.reachable(m.session()) || m.picker != nil || m.page != nil {
		return nil
	}
	rd := m.read()
	c := rd.cursor(m.at)
	_, first := rd.window(c, m.history())
	var cmds []tea.Cmd
	for i := first; i <= c.i && i < len(rd.items); i++ {
		message := rd.items[i].message
		if message == nil {
			continue
		}
		for _, a := range message.Attachments {
			if _, known := m.blocks.pictures[a.ID]; !known && a.Picture() && a.Size <= maxPictureBytes && m.fetching < picturesAtOnce {
				cmds = append(cmds, m.fetchPicture(a))
			}
		}
	}
	return tea.Batch(cmds...)
}

func (m *Model) fetchPicture(a plausch.Attachment) tea.Cmd {
	if len(m.blocks.pictures) >= maxPictures {
		clear(m.blocks.pictures)
	}
	m.blocks.pictures[a.ID] = picture{}
	m.fetching++
	var rows []row
	columns := m.blocks.textColumns()
	return m.ask(m.session(), func(ctx context.Context, c *client.Client) error {
		var b bytes.Buffer
		if _, err := c.Download(ctx, a.ID, client.Download{To: &b, Max: maxPictureBytes}); err != nil {
			return err
		}
		img, err := decodePicture(b.Bytes())
		if err == nil {
			rows = halfBlocks(img, columns)
		}
		return err
	}, func(err error) tea.Cmd {
		m.fetching--
		if err == nil {
			m.blocks.pictures[a.ID] = picture{rows}
			m.invalidate()
		}
		return m.loadPictures()
	})
}

// decodePicture decodes a picture, whose size it looks at first.
func decodePicture(data []byte) (image.Image, error) {
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if size.Width <= 0 || size.Height <= 0 || size.Width > maxPicturePixels/size.Height {
		return nil, errors.New("the picture is too large")
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	return img, err
}

// pictureBox returns how many columns and rows a picture takes.
func pictureBox(width, height, columns int) (int, int) {
	if width <= 0 || height <= 0 {
		return 0, 0
	}
	w := min(pictureColumns, columns, width)
	h := max(1, height*w/width)
	if h > 2*pictureRows {
		h = 2 * pictureRows
		w = max(1, width*h/height)
	}
	return w, (h + 1) / 2
}

// halfBlocks draws a picture, in at most so many columns.
func halfBlocks(img image.Image, columns int) []row {
	w, h := pictureBox(img.Bounds().Dx(), img.Bounds().Dy(), columns)
	small := image.NewRGBA(image.Rect(0, 0, w, 2*h))
	draw.BiLinear.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
	rows := make([]row, h)
	for y := range rows {
		var b strings.Builder
		for x := range w {
			upper, lower := small.RGBAAt(x, 2*y), small.RGBAAt(x, 2*y+1)
			fmt.Fprintf(&b, "\x1b[38;2;%d;%d;%d;48;2;%d;%d;%dm▀", upper.R, upper.G, upper.B, lower.R, lower.G, lower.B)
		}
		b.WriteString("\x1b[m")
		rows[y] = row{b.String(), w}
	}
	return rows
}

// picture returns the rows of a picture. While it is fetched, its place is kept, so that
// nothing moves when it is there.
func (b *blocks) picture(a plausch.Attachment) []row {
	p, known := b.pictures[a.ID]
	if !known && (!b.showPictures || a.Media == nil) {
		return nil
	}
	if p.rows != nil || a.Media == nil {
		return p.rows
	}
	_, h := pictureBox(a.Media.Width, a.Media.Height, b.textColumns())
	return make([]row, h)
}
