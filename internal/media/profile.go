package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// iccHead begins the segments of a JPEG with a colour profile (ICC.1, annex B.4).
const iccHead = "ICC_PROFILE\x00"

// usableProfile returns a colour profile if a small picture may have it: telephones
// take photos in other colours than sRGB, and without it they look dull. It is nil for
// a large one, and for one of grey or of printers' colours, since small pictures are RGB.
func usableProfile(p []byte) []byte {
	if len(p) < 128 || len(p) > maxProfile || string(p[16:20]) != "RGB " || string(p[36:40]) != "acsp" {
		return nil
	}
	return bytes.Clone(p)
}

// inflateProfile returns the profile of a chunk iCCP: a name, a zero, the method, and
// the compressed profile.
func inflateProfile(body []byte) []byte {
	_, packed, ok := bytes.Cut(body, []byte{0})
	if !ok || len(packed) < 1 {
		return nil
	}
	z, err := zlib.NewReader(bytes.NewReader(packed[1:]))
	if err != nil {
		return nil
	}
	p, err := io.ReadAll(io.LimitReader(z, maxProfile+1))
	if err != nil {
		return nil
	}
	return usableProfile(p)
}

// withProfile returns a JPEG or PNG that Go has encoded, which has none, with a
// colour profile.
func withProfile(file, profile []byte) []byte {
	if len(profile) == 0 {
		return file
	}
	if bytes.HasPrefix(file, []byte(pngMagic)) {
		const at = len(pngMagic) + 8 + 13 + 4 // behind IHDR
		var packed bytes.Buffer
		z := zlib.NewWriter(&packed)
		_, _ = z.Write(profile) // into memory
		_ = z.Close()
		body := append([]byte("iCCPICC\x00\x00"), packed.Bytes()...)
		chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(body)-4)), body...)
		chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(body))
		return bytes.Join([][]byte{file[:at], chunk, file[at:]}, nil)
	}
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe2}, uint16(2+len(iccHead)+2+len(profile)))
	segment = append(append(segment, iccHead...), 1, 1) // the first of one
	return bytes.Join([][]byte{file[:2], segment, profile, file[2:]}, nil)
}
