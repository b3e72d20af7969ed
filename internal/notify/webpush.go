package notify

import (
	"context"
	"crypto/ecdh"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"

	"plausch"
)

// Key is the VAPID key of a server (RFC 8292): a private key of P-256. All browsers
// subscribe to its public part, so that a new one ends all subscriptions.
type Key struct{ private *ecdh.PrivateKey }

// NewKey returns a new key.
func NewKey() Key {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		panic(err) // the system has no randomness
	}
	return Key{private}
}

// ParseKey reads what [Key.Bytes] returns.
func ParseKey(b []byte) (Key, error) {
	private, err := ecdh.P256().NewPrivateKey(b)
	if err != nil {
		return Key{}, fmt.Errorf("the VAPID key is damaged: %w", err)
	}
	return Key{private}, nil
}

// Bytes returns the private key, to be kept.
func (k Key) Bytes() []byte { return k.private.Bytes() }

// Public returns the public key as browsers want it: 65 bytes in base64url.
func (k Key) Public() string {
	return base64.RawURLEncoding.EncodeToString(k.private.PublicKey().Bytes())
}

const (
	// maxPayload is what fits into 4096 bytes with all that encryption adds (RFC 8291,
	// section 4). Each payload is filled up to it, so that none tells its length.
	maxPayload = 3993
	// notificationType is how a declarative push message is told from others.
	notificationType = "application/notification+json"
)

// payload is a declarative push message (https://www.w3.org/TR/push-api/): a browser
// that knows it shows it without script; elsewhere a service worker does.
type payload struct {
	WebPush      int     `json:"web_push"`
	Notification message `json:"notification"`
	Badge        *int    `json:"app_badge,omitempty"`
}

type message struct {
	Title     string `json:"title"`
	Body      string `json:"body,omitempty"`
	Navigate  string `json:"navigate"`
	Tag       string `json:"tag"` // its subject: one notification a room
	Timestamp int64  `json:"timestamp,omitempty"`
	Silent    bool   `json:"silent,omitempty"`
	Data      data   `json:"data"`
	// Badge is the badge once more, where Safari reads it, which wants a string.
	Badge string `json:"app_badge,omitempty"`
}

type data struct {
	Kind Kind           `json:"kind"`
	Room plausch.RoomID `json:"room"`
	Seq  int64          `json:"seq"`
}

// payload returns n as a declarative push message of maxPayload bytes at most.
func (o *Options) payload(n *Notification, text bool) []byte {
	p := payload{WebPush: 8030, Badge: n.Badge, Notification: message{
		Navigate: o.link(n), Tag: n.subject(), Timestamp: n.Time.UnixMilli(), Silent: n.Kind == KindRead,
		Data: data{n.Kind, n.Room, n.Seq},
	}}
	if n.Badge != nil {
		p.Notification.Badge = strconv.Itoa(*n.Badge)
	}
	p.Notification.Title, p.Notification.Body = n.words(text)
	for most := MaxText; ; most /= 2 { // what JSON escapes takes up to six times its bytes
		b := encode(p)
		if len(b) <= maxPayload {
			return b
		}
		p.Notification.Title, p.Notification.Body = cut(p.Notification.Title, most), cut(p.Notification.Body, most)
	}
}

// topic names the subject of a notification to a push service, for one subscription: what
// comes replaces what waits there (RFC 8030, section 5.4). It tells nothing to who does not
// have the key.
func (k Key) topic(sub int64, n *Notification) string {
	mac := hmac.New(sha256.New, k.private.Bytes())
	fmt.Fprintf(mac, "topic %d %s", sub, n.subject())
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:24]) // 32 characters, the most
}

// urgencies say when a push service may wait for a device to be awake (RFC 8030,
// section 5.3).
var urgencies = map[Kind]webpush.Urgency{
	KindDirect: webpush.UrgencyHigh, KindMention: webpush.UrgencyHigh, KindMessage: webpush.UrgencyNormal, KindRead: webpush.UrgencyLow,
	KindReport: webpush.UrgencyHigh, KindReminder: webpush.UrgencyHigh, KindFailed: webpush.UrgencyHigh,
}

// pushWeb sends n to a push service.
func (s *Sender) pushWeb(ctx context.Context, sub *plausch.PushSubscription, n *Notification, text bool) (*http.Response, error) {
	o, now := &s.opts, s.opts.Now()
	return webpush.SendNotificationWithContext(ctx, o.payload(n, text), &webpush.Subscription{
		Endpoint: sub.Endpoint,
		Keys: webpush.Keys{
			P256dh: base64.RawURLEncoding.EncodeToString(sub.PublicKey), Auth: base64.RawURLEncoding.EncodeToString(sub.AuthSecret),
		},
	}, &webpush.Options{
		HTTPClient:     declarative{o.Doer},
		Subscriber:     strings.TrimPrefix(o.Contact, "mailto:"), // which the library adds
		VAPIDPublicKey: o.Key.Public(), VAPIDPrivateKey: base64.RawURLEncoding.EncodeToString(o.Key.Bytes()),
		Topic: o.Key.topic(sub.ID, n), Urgency: urgencies[n.Kind],
		TTL: int(max(keptFor-now.Sub(n.Time), 0) / time.Second),
	})
}

// declarative says that what is sent is a declarative push message, which the library
// has no option for.
type declarative struct{ Doer }

func (d declarative) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("Content-Type", notificationType)
	return d.Doer.Do(r)
}

// deliver sends n to sub, once more without the text if it was too large.
func (s *Sender) deliver(sub *plausch.PushSubscription, n Notification) result {
	res := s.attempt(sub, n, sub.Text)
	if res.next == tooLarge && sub.Text {
		res = s.attempt(sub, n, false)
	}
	if res.next == tooLarge {
		res.next = goOn
	}
	if res.next == endSubscription && sub.Kind != plausch.PushWeb {
		// What a person has set up is not ended by a slip of the other side.
		res.next = goOn
	}
	return res
}

// attempt sends n to sub, with its text or without.
func (s *Sender) attempt(sub *plausch.PushSubscription, n Notification, text bool) result {
	var answer *http.Response
	var err error
	if sub.Kind == plausch.PushWeb {
		answer, err = s.pushWeb(s.ctx, sub, &n, text)
	} else {
		build := s.opts.webhookRequest
		if sub.Kind == plausch.PushNtfy {
			build = s.opts.ntfyRequest
		}
		var r *http.Request
		if r, err = build(sub, &n, text); err != nil {
			return result{reason: err.Error()}
		}
		answer, err = s.opts.Doer.Do(r.WithContext(s.ctx))
	}
	status := 0
	if answer != nil {
		status = answer.StatusCode
	}
	s.opts.Sent(sub.Kind, status)
	return judge(answer, err, s.opts.Now())
}
