package tui

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"plausch"
)

// A picture is drawn by half-blocks in a place that was kept for it: nothing moves when
// it comes.
func TestPicture(t *testing.T) {
	for _, size := range sizes {
		w := newWindow(t, size.columns, size.rows)
		w.send(tea.ColorProfileMsg{Profile: colorprofile.TrueColor})
		w.caughtUp()
		a := plausch.Attachment{ID: "x", Name: "red.png", Type: "image/png", Size: 99, Media: &plausch.Media{Width: 80, Height: 40}}
		w.happens(plausch.Event{Kind: plausch.EventMessage, Actor: bob, Attachments: []plausch.Attachment{a}})
		w.says(1, carla, "nice")
		w.whole()
		before := w.lines()[w.body-1]
		red := image.NewRGBA(image.Rect(0, 0, 80, 40))
		for i := range red.Pix {
			red.Pix[i] = []uint8{250, 10, 20, 255}[i%4]
		}
		w.blocks.pictures["x"] = picture{halfBlocks(red, w.blocks.textColumns())}
		w.invalidate()
		w.whole()
		if after := w.lines()[w.body-1]; after != before {
			t.Errorf("the last row moves from %q to %q", before, after)
		}
		if size.rows > 20 {
			w.shows("red.png", strings.Repeat("▀", 40))
			if !strings.Contains(w.View().Content, "38;2;250;10;20;48;2;250;10;20m▀") {
				t.Error("the picture is not red")
			}
		}
	}
}

// Without colours there is nothing to draw by.
func TestNoPictureWithoutColours(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.send(tea.ColorProfileMsg{Profile: colorprofile.Ascii})
	if w.showsPictures() {
		t.Error("pictures are shown")
	}
}

// A small file that claims to be a huge picture is not decoded.
func TestPictureBomb(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewPaletted(image.Rect(0, 0, 9000, 9000), color.Palette{color.Black})); err != nil {
		t.Fatal(err)
	}
	if _, err := decodePicture(b.Bytes()); err == nil {
		t.Error("81 megapixels are decoded")
	}
	for _, size := range []struct{ w, h int }{{1, 1}, {1, 5000}, {5000, 1}, {3, 2}} {
		if w, h := pictureBox(size.w, size.h, 60); w < 1 || w > pictureColumns || h < 1 || h > pictureRows {
			t.Errorf("a picture of %v takes %d × %d", size, w, h)
		}
	}
}
