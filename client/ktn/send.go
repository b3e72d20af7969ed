package ktn

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"plausch"
	"plausch/protocol"
)

const (
	// maxRequest is the largest request, in bytes: servers take what one read of
	// 4,096 bytes returns for a whole one.
	maxRequest = 4096
	// oddRequest: what is a multiple of it looks to some servers as if more would
	// follow.
	oddRequest = 1024
	// maxSends is how many sends are remembered.
	maxSends = 10_000
)

// appendRequest appends a request, with both keys and a newline. No content is
// null.
func appendRequest(dst []byte, name string, content *string) []byte {
	dst = append(dst, `{"request":`...)
	dst, _ = jsontext.AppendQuote(dst, name)
	dst = append(dst, `,"content":`...)
	if content == nil {
		dst = append(dst, "null"...)
	} else {
		dst, _ = jsontext.AppendQuote(dst, *content) // mends what is not UTF-8, which callers have none of
	}
	dst = append(dst, "}\n"...)
	if len(dst)%oddRequest == 0 {
		dst = append(dst[:len(dst)-1], " \n"...)
	}
	return dst
}

// sends is what became of sends, by client id, so that one that is repeated
// happens once.
type sends struct {
	done      map[string]protocol.MessageSent
	order     []string          // of done
	uncertain map[string]string // the text of what may have arrived; empty if it is not known
}

func newSends() sends {
	return sends{done: make(map[string]protocol.MessageSent), uncertain: make(map[string]string)}
}

// markUncertain notes that a message was written, and that the connection broke before
// it could be taken as arrived.
func (s *sends) markUncertain(clientID, text string) {
	if clientID != "" {
		s.uncertain[clientID] = text
	}
}

// finish notes what a send got.
func (s *sends) finish(clientID string, sent protocol.MessageSent) {
	if clientID == "" {
		return
	}
	delete(s.uncertain, clientID)
	s.done[clientID] = sent
	if s.order = append(s.order, clientID); len(s.order) > maxSends {
		delete(s.done, s.order[0])
		s.order = s.order[1:]
	}
}

func sentOf(e *entry) protocol.MessageSent {
	return protocol.MessageSent{Room: int64(e.Room), Seq: e.Seq, Time: e.Time.UnixMilli()}
}

// errDoubt is the answer to a send that may have arrived.
var errDoubt = plausch.Errorf(plausch.Unsupported,
	"the connection broke while this was on its way, and a KTN server cannot say whether it arrived; look for it, and write it again if it did not")

// checkSend reports why a message cannot go to a KTN server.
func checkSend(p *protocol.MessageSend) error {
	switch {
	case p.To != "":
		return ErrPrivate
	case p.Room != int64(plausch.PublicRoom):
		return ErrOneRoom
	case len(p.Attachments) > 0:
		return errFiles
	}
	if err := plausch.CheckText(p.Text); err != nil {
		return err
	}
	if n := len(appendRequest(nil, requestMessage, &p.Text)); n >= maxRequest {
		return plausch.Errorf(plausch.TooLarge, "the message takes %d bytes on the wire; a KTN server reads less than %d at once, so write it in parts", n, maxRequest)
	}
	return nil
}

func (s *session) send(r clientRequest) (protocol.Body, error) {
	var p protocol.MessageSend
	err := r.params(&p)
	if err == nil {
		err = checkSend(&p)
	}
	if err != nil {
		return nil, err
	}
	sends := &s.bridge.sends
	if sent, ok := sends.done[p.ClientID]; ok {
		return &sent, nil
	}
	if text, ok := sends.uncertain[p.ClientID]; ok {
		e := s.bridge.log.claim(s.first, s.me, text, p.ClientID)
		if text == "" || e == nil {
			return nil, errDoubt
		}
		sent := sentOf(e)
		sends.finish(p.ClientID, sent)
		return &sent, nil
	}
	s.enqueue(&serverRequest{
		kind: requestMessage, id: r.ID, text: p.Text, clientID: p.ClientID,
		request: appendRequest(nil, requestMessage, &p.Text),
	})
	return nil, nil
}

// messageTimedOut takes a message of ours as sent that the server has neither shown
// nor refused.
func (s *session) messageTimedOut(a *serverRequest) {
	switch s.bridge.echo {
	case echoUnknown:
		s.bridge.echo = echoesNot
	case echoes: // until now
		s.bridge.echo = echoUnknown
	}
	e := s.bridge.log.add(item{time: time.Now().Truncate(time.Millisecond), sender: s.name, text: a.text}, a.clientID)
	e.unbound = true
	s.sent(a, e)
}

// sent acknowledges a message of ours.
func (s *session) sent(a *serverRequest, e *entry) {
	sent := sentOf(e)
	s.bridge.sends.finish(a.clientID, sent)
	s.push(e)
	s.reply(a.id, &sent, nil)
}
