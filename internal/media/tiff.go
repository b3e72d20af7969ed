package media

import "encoding/binary"

// tiffSize is the size of what tiff returns.
const tiffSize = 26

// tiff returns the metadata that say which way is up, and nothing else (TIFF 6.0,
// section 2; Exif 3.0, section 4.6).
func tiff(up byte) []byte {
	return []byte{
		'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
		1, 0x12, 0, 3, 0, 0, 0, 1, 0, up, 0, 0,
		0, 0, 0, 0,
	}
}

// orientation returns which way is up, from 1 to 8; 1 is the top.
func orientation(tiff []byte) byte {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	fields := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(fields) < 12 {
			return 1
		}
		if order.Uint16(fields) == 0x0112 {
			if up := order.Uint16(fields[8:]); up >= 1 && up <= 8 {
				return byte(up)
			}
			return 1
		}
		fields = fields[12:]
	}
	return 1
}
