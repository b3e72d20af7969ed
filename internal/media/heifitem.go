package media

import "math"

// fields reads numbers and boxes of a body. After the first that is not there all
// are zero, and bad is set.
type fields struct {
	b   []byte
	at  int64 // where b[0] was in the whole
	bad bool
}

func (f *fields) take(n int64) fields {
	if f.bad || n < 0 || n > int64(len(f.b)) {
		f.bad = true
		return fields{bad: true}
	}
	taken := fields{b: f.b[:n], at: f.at}
	f.b, f.at = f.b[n:], f.at+n
	return taken
}

// number reads one of n bytes, at most 8; one that no file is as long as is bad.
func (f *fields) number(n int64) (v int64) {
	for _, b := range f.take(n).b {
		if v > math.MaxInt64>>10 {
			f.bad = true
			return 0
		}
		v = v<<8 | int64(b)
	}
	return v
}

func (f *fields) kind() string { return string(f.take(4).b) }

// box reads a box: its type and its body.
func (f *fields) box() (kind string, body fields) {
	size := f.number(4)
	kind = f.kind()
	return kind, f.take(size - 8)
}

// itemsOf returns the bytes of the items that tell something of the camera, by the
// body of a box meta: those that are in it, by their place in it, and those that
// are elsewhere in the file. What it does not understand it leaves out.
func itemsOf(meta []byte) (in, outside []extent) {
	all := fields{b: meta}
	all.take(4) // version, flags
	kinds := map[int64]string{}
	var places, data fields
	for len(all.b) > 0 && !all.bad {
		switch kind, body := all.box(); kind {
		case "iinf":
			readKinds(&body, kinds)
		case "iloc":
			places = body
		case "idat":
			data = body
		}
	}
	readPlaces(&places, func(item, method int64, x extent) {
		kind := kinds[item]
		if kind != "Exif" && kind != "mime" && kind != "uri " {
			return
		}
		blank := blankFor(kind)
		blank.start, blank.end = x.start, x.end
		switch {
		case method == 0:
			outside = append(outside, blank)
		case method == 1 && blank.end <= int64(len(data.b)):
			blank.start, blank.end = data.at+x.start, data.at+x.end
			in = append(in, blank)
		}
	})
	return in, outside
}

// readKinds reads the box iinf: the type of each item.
func readKinds(f *fields, kinds map[int64]string) {
	version := f.number(1)
	f.take(3)
	n := int64(2)
	if version > 0 {
		n = 4
	}
	for range f.number(n) {
		kind, entry := f.box()
		if f.bad {
			return
		}
		version := entry.number(1)
		entry.take(3)
		if kind != "infe" || version < 2 {
			continue
		}
		id := int64(2)
		if version > 2 {
			id = 4
		}
		item := entry.number(id)
		entry.take(2) // protection
		if kind := entry.kind(); !entry.bad {
			kinds[item] = kind
		}
	}
}

// readPlaces reads the box iloc: the bytes of each item. Method 0 counts from the
// beginning of the file, 1 from that of the box idat.
func readPlaces(f *fields, found func(item, method int64, x extent)) {
	version := f.number(1)
	f.take(3)
	sizes := f.number(2)
	offset, length, base, index := sizes>>12, sizes>>8&15, sizes>>4&15, sizes&15
	if version == 0 {
		index = 0
	}
	if offset+length+index == 0 {
		return // none has any bytes
	}
	id := int64(2)
	if version > 1 {
		id = 4
	}
	for range f.number(id) {
		item, method := f.number(id), int64(0)
		if version > 0 {
			method = f.number(2) & 15
		}
		elsewhere := f.number(2) // in another file
		from := f.number(base)
		for range f.number(2) {
			f.number(index)
			x := extent{start: from + f.number(offset)}
			x.end = x.start + f.number(length)
			if f.bad {
				return
			}
			if elsewhere == 0 && x.end > x.start {
				found(item, method, x)
			}
		}
		if f.bad {
			return
		}
	}
}
