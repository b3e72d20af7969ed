package e2e

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// mountains is a picture to send.
func mountains(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 640, 420))
	for y := range 420 {
		for x := range 640 {
			far, near := 190+60*(abs(x%300-150))/150, 260+70*(abs((x+90)%420-210))/210
			switch {
			case y > near:
				img.Set(x, y, color.RGBA{uint8(38 + x/20), 92, 72, 255})
			case y > far:
				img.Set(x, y, color.RGBA{84, 120, 150, 255})
			default:
				img.Set(x, y, color.RGBA{uint8(140 + y/3), uint8(185 + y/6), 235, 255})
			}
		}
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "ridge.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, img); err != nil {
		t.Fatal(err)
	}
	return file.Name()
}

func abs(n int) int { return max(n, -n) }

// grab returns a picture of the window, and keeps it in the folder PLAUSCH_PICTURES.
func (w *window) grab(name string) image.Image {
	w.t.Helper()
	folder := os.Getenv("PLAUSCH_PICTURES")
	if folder == "" {
		folder = w.home
	}
	path := filepath.Join(folder, name+".png")
	if w.do(say{"do": "grab", "path": path})["saved"] != true {
		w.t.Fatal("there is no picture of the window")
	}
	file, err := os.Open(path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		w.t.Fatal(err)
	}
	return img
}

// has reports how many pixels of a picture have a colour.
func has(img image.Image, want color.RGBA) (n int) {
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			if color.RGBAModel.Convert(img.At(x, y)) == want {
				n++
			}
		}
	}
	return n
}

// The window in both themes has their colours, and the pictures that were sent.
func TestPictures(t *testing.T) {
	s := startServer(t)
	for _, room := range []string{"garden", "hiking"} {
		s.as("anna", "room", "create", room)
	}
	anna, bo := two(t, s)
	anna.send("Good morning! Does Saturday still work for the hike?")
	bo.reads("Saturday")
	bo.send("Yes **absolutely**. `Rotwand` by the north ridge, about *four hours*. @anna can you bring the rope?")
	bo.do(say{"do": "drop", "paths": []string{mountains(t)}})
	anna.reads("ridge.png")
	bo.with("Saturday", "R")
	bo.send("My list:")
	anna.reads("My list")
	for _, line := range []string{"- boots", "- bread, cheese, apples", "- the *good* camera"} {
		bo.typeText("composer", line)
		bo.key("composer", "Return", "Shift")
	}
	bo.key("composer", "Return")
	anna.reads("camera")
	anna.send("🥾🏔️")
	bo.reads("🏔")
	bo.do(say{"do": "click_item", "object": "people", "text": "anna", "double": true})
	bo.await("anna as the recipient", func() bool { return bo.text("recipient") == "anna" })
	bo.send("psst: a cake for Clara?")
	anna.shows("rooms", "1 new message")

	sky := color.RGBA{140, 185, 235, 255}
	anna.await("the picture", func() bool { return has(anna.grab("light"), sky) > 10 })
	if img := anna.grab("light"); has(img, color.RGBA{0xF5, 0xF6, 0xF8, 255}) < 50_000 || has(img, color.RGBA{0x1B, 0x5F, 0xC9, 255}) == 0 {
		t.Error("the light theme has not its colours")
	}
	// Another start, in the dark.
	anna.kill()
	if err := os.WriteFile(filepath.Join(anna.home, "config", "plausch", "desktop.json"), []byte(`{"theme": "dark", "language": "de", "servers": [{"address": "`+s.address+`", "name": "anna"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	anna = openWindowSaying(t, anna.home, "Anmelden")
	anna.reads("camera")
	anna.shows("people", "bo, da")
	anna.await("the picture in the dark", func() bool { return has(anna.grab("dark"), sky) > 10 })
	if img := anna.grab("dark"); has(img, color.RGBA{0x18, 0x1C, 0x22, 255}) < 50_000 || has(img, color.RGBA{0x82, 0xB1, 0xFF, 255}) == 0 {
		t.Error("the dark theme has not its colours")
	}
	if got := anna.text("state"); got == "" {
		t.Error("the status bar says nothing")
	}
}
