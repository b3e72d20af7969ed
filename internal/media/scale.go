package media

import (
	"image"
	"image/draw"
)

// scale returns the part within of a picture with width × height pixels, or fewer if
// it has fewer. Each pixel of the result is the average of all that it stands for, so
// fine patterns do not turn into others. It needs memory for one row of the picture.
func scale(m image.Image, within image.Rectangle, width, height int) *image.RGBA {
	w, h := within.Dx(), within.Dy()
	width, height = min(width, w), min(height, h)
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	row := image.NewRGBA(image.Rect(0, 0, w, 1))
	// A pixel of the picture is width × height units large, one of the result w × h:
	// so all weights are whole numbers.
	across := make([]uint32, 4*width)
	sums := make([]uint64, 4*width)
	area := uint64(w) * uint64(h)
	y, left := 0, h // the row of the result, and how many units of it are to come
	for at := range h {
		draw.Draw(row, row.Rect, m, within.Min.Add(image.Pt(0, at)), draw.Src)
		averageRow(across, row.Pix, w, width)
		for units := height; units > 0; {
			n := min(units, left)
			for i, v := range across {
				sums[i] += uint64(v) * uint64(n)
			}
			if units, left = units-n, left-n; left > 0 {
				continue
			}
			out := small.Pix[y*small.Stride:]
			for i, sum := range sums {
				out[i] = byte((sum + area/2) / area)
			}
			clear(sums)
			y, left = y+1, h
		}
	}
	return small
}

// averageRow adds up the pixels of a row with w of them for one with width, w times
// their average each.
func averageRow(across []uint32, pix []byte, w, width int) {
	clear(across)
	at, left := 0, w
	for x := range w {
		p := pix[4*x : 4*x+4]
		for units := width; units > 0; {
			n := min(units, left)
			to := across[at : at+4]
			for i := range to {
				to[i] += uint32(p[i]) * uint32(n)
			}
			if units, left = units-n, left-n; left == 0 {
				at, left = at+4, w
			}
		}
	}
}

// upright turns a picture so that its orientation becomes 1 (Exif 3.0, section
// 4.6.5.1.5).
func upright(m *image.RGBA, up byte) *image.RGBA {
	if up <= 1 || up > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	turned := image.NewRGBA(image.Rect(0, 0, w, h))
	if up >= 5 { // rows and columns are exchanged
		turned = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range turned.Rect.Dy() {
		for x := range turned.Rect.Dx() {
			fromX, fromY := x, y
			if up >= 5 {
				fromX, fromY = y, x
			}
			if up == 2 || up == 3 || up == 7 || up == 8 {
				fromX = w - 1 - fromX
			}
			if up == 3 || up == 4 || up == 6 || up == 7 {
				fromY = h - 1 - fromY
			}
			copy(turned.Pix[turned.PixOffset(x, y):][:4], m.Pix[m.PixOffset(fromX, fromY):])
		}
	}
	return turned
}

// fit returns the size of a picture of w × h pixels whose longer side has side at
// most.
func fit(w, h, side int) (width, height int) {
	long := max(w, h)
	if long <= side {
		return w, h
	}
	return max(1, (w*side+long/2)/long), max(1, (h*side+long/2)/long)
}
