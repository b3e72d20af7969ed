package media

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"
)

// oggPage is a page with one packet (RFC 3533, section 6); its checksum is not looked at.
func oggPage(samples int64, packet string) string {
	b := binary.LittleEndian.AppendUint64([]byte("OggS\x00\x02"), uint64(samples))
	return string(append(b, make([]byte, 12)...)) + "\x01" + string(rune(len(packet))) + packet
}

func opusHead(skip uint16) string {
	return "OpusHead\x01\x01" + string(binary.LittleEndian.AppendUint16(nil, skip)) + "\x80\xbb\x00\x00\x00\x00\x00"
}

// movie is an MP4 of a brand, with its index behind the data, as telephones write it.
func movie(brand string, seconds int, tracks ...string) string {
	mvhd := strings.Repeat("\x00", 12) + big32(1000) + big32(seconds*1000) + strings.Repeat("\x00", 80)
	moov := box("mvhd", mvhd)
	for _, t := range tracks {
		handler, codec, _ := strings.Cut(t, " ")
		stsd := strings.Repeat("\x00", 4) + big32(1) + box(codec, "")
		moov += box("trak", box("mdia", box("hdlr", strings.Repeat("\x00", 8)+handler+strings.Repeat("\x00", 12))+box("minf", box("stbl", box("stsd", stsd)))))
	}
	return box("ftyp", brand+"\x00\x00\x02\x00mp41") + box("mdat", strings.Repeat("x", 5000)) + box("moov", moov)
}

func ebml(id, body string) string {
	return id + string([]byte{0x40 | byte(len(body)>>8), byte(len(body))}) + body
}

// webmOf is what a browser records: of unknown size, with tracks.
func webmOf(tracks ...string) string {
	entries := ""
	for _, t := range tracks {
		kind := "\x02"
		if strings.HasPrefix(t, "V_") {
			kind = "\x01"
		}
		entries += ebml("\xae", ebml("\xd7", "\x01")+ebml("\x83", kind)+ebml("\x86", t))
	}
	return ebml("\x1a\x45\xdf\xa3", ebml("\x42\x82", "webm")) + "\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" +
		ebml("\x15\x49\xa9\x66", ebml("\x2a\xd7\xb1", "\x0f\x42\x40")+ebml("\x44\x89", "\x45\x3b\x80\x00")) + // 3000 ms
		ebml("\x16\x54\xae\x6b", entries) + "\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff" + strings.Repeat("\x00", 500)
}

func TestFilms(t *testing.T) {
	for name, test := range map[string]struct {
		file string
		want Film
	}{
		"opus":          {oggPage(0, opusHead(312)) + oggPage(0, "OpusTags") + oggPage(312+96000, "x"), Film{"audio/ogg", true, 2 * time.Second}},
		"opus, cut off": {oggPage(0, opusHead(312)), Film{"audio/ogg", true, 0}},
		"vorbis":        {oggPage(0, "\x01vorbis"+strings.Repeat("\x00", 30)), Film{}},
		"m4a":           {movie("M4A ", 3, "soun mp4a"), Film{"audio/mp4", true, 3 * time.Second}},
		"safari":        {movie("iso5", 0, "soun Opus"), Film{"audio/mp4", true, 0}},
		"mp3 in mp4":    {movie("isom", 3, "soun .mp3"), Film{"audio/mp4", false, 3 * time.Second}},
		"film":          {movie("isom", 4, "vide avc1", "soun mp4a"), Film{"video/mp4", false, 4 * time.Second}},
		"quicktime":     {movie("qt  ", 4, "vide hvc1", "soun mp4a"), Film{"video/quicktime", false, 4 * time.Second}},
		"webm, voice":   {webmOf("A_OPUS"), Film{"audio/webm", true, 3 * time.Second}},
		"webm":          {webmOf("V_VP9", "A_OPUS"), Film{"video/webm", false, 3 * time.Second}},
		"aac":           {"\xff\xf1\x50\x80\x00\x1f\xfc" + strings.Repeat("\x00", 60), Film{"audio/aac", true, 0}},
		"heic":          {box("ftyp", "heic\x00\x00\x00\x00mif1heic"), Film{}},
		"text":          {"hello", Film{}},
		"nothing":       {"", Film{}},
	} {
		got, err := LookAtFilm(t.Context(), strings.NewReader(test.file))
		if err != nil || got != test.want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, test.want)
		}
		for n := range min(len(test.file), 300) { // cut off anywhere it is no panic
			if _, err := LookAtFilm(t.Context(), strings.NewReader(test.file[:n])); err != nil {
				t.Fatalf("%s, cut off after %d bytes: %v", name, n, err)
			}
		}
	}
	if got := HEIFType([]byte(box("ftyp", "avif\x00\x00\x00\x00mif1miaf"))); got != "image/avif" {
		t.Errorf("AVIF is %q", got)
	}
	if got := HEIFType([]byte(box("ftyp", "mif1\x00\x00\x00\x00mif1heic"))); got != "image/heic" {
		t.Errorf("HEIC is %q", got)
	}
}

func FuzzLookAtFilm(f *testing.F) {
	for _, s := range []string{oggPage(0, opusHead(312)) + oggPage(960, "x"), movie("M4A ", 3, "soun mp4a"), webmOf("V_VP9", "A_OPUS")} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if got, err := LookAtFilm(t.Context(), bytes.NewReader(file)); err != nil || got.Duration < 0 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
