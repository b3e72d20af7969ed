package core

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
	"time"

	"plausch"
)

// FileLinkLife is how long a link to a file works.
const FileLinkLife = time.Hour

// linkKeySize is the size of the key that links are signed with, in bytes.
const linkKeySize = 32

// newFileLinkKey returns the key for links, which is made of a secret of the server, or by chance.
func newFileLinkKey(secret []byte) []byte {
	if len(secret) == 0 {
		key := make([]byte, linkKeySize)
		rand.Read(key)
		return key
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("links of files"))
	return mac.Sum(nil)
}

// FileLink returns a ticket by which anyone can read a file for FileLinkLife, as long as the
// account by may: for programs that can show a link and nothing else. Nobody can guess
// one, and it is good for that file alone.
func (c *Core) FileLink(by plausch.AccountID, id string) string {
	until := c.opts.Now().Add(FileLinkLife).Unix()
	text := strings.Join([]string{id, strconv.FormatInt(until, 36), strconv.FormatInt(int64(by), 36)}, "-")
	return text + "-" + c.signLink(text)
}

func (c *Core) signLink(text string) string {
	mac := hmac.New(sha256.New, c.fileLinkKey)
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// OpenFileLink returns the file of a ticket, and its bytes. The error is NotFound for
// one that has expired, was never given, or whose account may not read the file any more.
func (c *Core) OpenFileLink(ctx context.Context, ticket string) (plausch.Attachment, io.ReadSeekCloser, error) {
	parts := strings.SplitN(ticket, "-", 4)
	if len(parts) != 4 || !hmac.Equal([]byte(parts[3]), []byte(c.signLink(strings.Join(parts[:3], "-")))) {
		return plausch.Attachment{}, nil, errNoFileLink()
	}
	until, err := strconv.ParseInt(parts[1], 36, 64)
	account, err2 := strconv.ParseInt(parts[2], 36, 64)
	if err != nil || err2 != nil || c.opts.Now().Unix() >= until {
		return plausch.Attachment{}, nil, errNoFileLink()
	}
	by, err := c.store.Account(ctx, plausch.AccountID(account))
	if err == nil && by.State != plausch.AccountActive {
		err = errNoFileLink()
	}
	if err != nil {
		if plausch.CodeOf(err) == plausch.NotFound {
			err = errNoFileLink()
		}
		return plausch.Attachment{}, nil, err
	}
	a, r, err := c.OpenAttachment(ctx, by, FileRef{ID: parts[0]})
	if plausch.CodeOf(err) == plausch.NotFound {
		err = errNoFileLink()
	}
	return a, r, err
}

func errNoFileLink() error {
	return plausch.Errorf(plausch.NotFound, "this link to a file has expired, or there never was one; links to files work for an hour")
}
