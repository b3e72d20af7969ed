package app

import (
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"sync"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"plausch/client"
	"plausch/desktop/screen"
)

const (
	// pictureBox is the largest side of a picture between messages, in pixels of a
	// screen of twice the usual density.
	pictureBox = 600
	// lightboxSize is that of a picture over the whole window.
	lightboxSize = 2560
	// maxPictureFile and maxPixels bound what is decoded.
	maxPictureFile = 32 << 20
	maxPixels      = 32 << 20
)

// decoding lets one picture be decoded at a time: a large one takes 100 MiB.
var decoding sync.Mutex

// scaled decodes a picture and makes it fit a square of so many pixels.
func scaled(data []byte, side int) (width, height int, pixels []byte, err error) {
	decoding.Lock()
	defer decoding.Unlock()
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return 0, 0, nil, err
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > maxPixels/config.Height {
		return 0, 0, nil, errors.New("the picture has too many pixels")
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return 0, 0, nil, err
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if most := max(w, h); most > side {
		w, h = max(1, w*side/most), max(1, h*side/most)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if w == img.Bounds().Dx() && h == img.Bounds().Dy() {
		draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Src)
	} else {
		draw.BiLinear.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	}
	return w, h, out.Pix, nil
}

// fetchPicture fetches a picture and scales it.
func fetchPicture(ctx context.Context, c *client.Client, id string, side int) (screen.Picture, error) {
	var data bytes.Buffer
	if _, err := c.Download(ctx, id, client.Download{To: &data, Max: maxPictureFile}); err != nil {
		return screen.Picture{ID: id}, err
	}
	w, h, pixels, err := scaled(data.Bytes(), side)
	return screen.Picture{ID: id, Width: w, Height: h, Pixels: pixels}, err
}

// loadPictures fetches the pictures of rows that are new.
func (a *App) loadPictures(s *server, rows []screen.Row) {
	for _, row := range rows {
		for _, f := range row.Files {
			if f.Picture && !a.pictures[f.ID] && s.client != nil {
				a.pictures[f.ID] = true
				a.loadPicture(s.client, f.ID)
			}
		}
	}
}

// pictureSlots bounds how many pictures are fetched at once.
var pictureSlots = make(chan struct{}, 3)

func (a *App) loadPicture(c *client.Client, id string) {
	go func() {
		select {
		case pictureSlots <- struct{}{}:
			defer func() { <-pictureSlots }()
		case <-a.context.Done():
			return
		}
		ctx, cancel := context.WithTimeout(a.context, callTime)
		defer cancel()
		picture, err := fetchPicture(ctx, c, id, pictureBox)
		if errors.Is(err, client.ErrLost) || errors.Is(err, context.DeadlineExceeded) {
			a.post(func() { delete(a.pictures, id) }) // it is fetched when its row is drawn again
			return
		}
		a.Screen.Show(picture) // without pixels if it cannot be had
	}()
}

// openPicture shows a picture over the whole window.
func (a *App) openPicture(e screen.Event) {
	s, _ := a.attachment(e.ID)
	if s == nil {
		return
	}
	c := s.client
	s.call(func(ctx context.Context) func() {
		picture, err := fetchPicture(ctx, c, e.ID, lightboxSize)
		return func() {
			if err != nil {
				a.notice(a.words.failure(err), true)
				return
			}
			a.Screen.Show(screen.Lightbox{Picture: picture})
		}
	})
}
