package rest

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"plausch"
	"plausch/internal/core"
)

// form is a body of multipart/form-data (RFC 7578) with one file, as curl -F
// and browsers send it. The file is read as it comes.
type form struct {
	parts *multipart.Reader
	file  *multipart.Part
}

// maxField is the longest value of a field that is read, in bytes.
const maxField = 1 << 10

// openForm reads a form up to its file, which becomes the body of f, and gives f
// its name if it has none. Fields called name and client_id count as parameters.
func openForm(body io.Reader, header string, f *core.File) (*form, error) {
	_, params, err := mime.ParseMediaType(header)
	if err != nil || params["boundary"] == "" {
		return nil, unsupportedMedia("the header Content-Type of the form has no boundary; let your program write it, or send the bytes of the file alone")
	}
	form := &form{parts: multipart.NewReader(body, params["boundary"])}
	for {
		part, err := form.parts.NextRawPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, plausch.Errorf(plausch.Invalid, "there is no file in the form: send it as curl -F file=@NAME does, or its bytes alone")
		case err != nil:
			return nil, badForm(err)
		case part.FileName() != "" || part.FormName() == "file":
			form.file, f.Body = part, formFile{part}
			if f.Name == "" {
				f.Name = part.FileName()
			}
			if coding := part.Header.Get("Content-Transfer-Encoding"); coding != "" && !strings.EqualFold(coding, "binary") && !strings.EqualFold(coding, "8bit") && !strings.EqualFold(coding, "7bit") {
				return nil, unsupportedMedia("the file in the form is encoded; send it as it is")
			}
			return form, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, maxField+1))
		switch {
		case err != nil:
			return nil, badForm(err)
		case len(value) > maxField:
			return nil, plausch.Errorf(plausch.TooLarge, "the field %q of the form is too long", part.FormName())
		case part.FormName() == "name" && f.Name == "":
			f.Name = string(value)
		case part.FormName() == "client_id" && f.ClientID == "":
			f.ClientID = string(value)
		}
	}
}

// end reads the parts behind the file. A second one would be lost.
func (f *form) end() error {
	for {
		part, err := f.parts.NextRawPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return badForm(err)
		case part.FileName() != "":
			return plausch.Errorf(plausch.Invalid, "the form has more than one file; upload each by itself")
		}
	}
}

// formFile is the file in a form.
type formFile struct{ *multipart.Part }

// Read implements [io.Reader].
func (f formFile) Read(p []byte) (int, error) {
	n, err := f.Part.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = badForm(err)
	}
	return n, err
}

// badForm is the error of reading a form: why its bytes did not come, or that
// they are none.
func badForm(err error) error {
	var told *plausch.Error
	if errors.As(err, &told) {
		return err
	}
	return plausch.Errorf(plausch.Invalid, "the form did not arrive completely, or is not a form; send it again")
}

// isForm reports whether the body of r says that it is a form with parts.
func isForm(h http.Header) bool {
	media, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(media), "multipart/form-data")
}
