package plausch

import (
	"crypto/ecdh"
	"net/url"
	"strings"
	"time"
)

// PushKind says how a [PushSubscription] is delivered.
type PushKind string

const (
	// PushWeb is a browser, or an app by UnifiedPush, behind a push service (RFC 8030):
	// what is sent is encrypted for it (RFC 8291).
	PushWeb PushKind = "webpush"
	// PushNtfy is a topic of an ntfy server, at its address: https://ntfy.sh/TOPIC.
	PushNtfy PushKind = "ntfy"
	// PushWebhook is any address that takes a small signed JSON document.
	PushWebhook PushKind = "webhook"
)

// PushSubscription is where notifications of an account are sent.
type PushSubscription struct {
	ID      int64
	Account AccountID
	// Device is the sign-in that it ends with; 0 if it belongs to the account alone.
	// Those of PushWeb always have one.
	Device   DeviceID
	Kind     PushKind
	Endpoint string // its path is often a secret, so that it stands in no log
	// PublicKey and AuthSecret are the keys of PushWeb, as browsers call them: p256dh
	// of 65 bytes and auth of 16.
	PublicKey, AuthSecret []byte
	Secret                string // of PushWebhook: what is sent is signed with it
	// Text is whether notifications carry what was written, rather than only who wrote.
	Text    bool
	Created time.Time
	// LastError is why the last delivery failed, and FailingSince since when none has
	// succeeded; both are zero if the last one has.
	LastError    string
	FailingSince time.Time
}

// MaxPushSubscriptions is the most that one account can have.
const MaxPushSubscriptions = 20

// CheckPushKeys reports why keys are not those of a browser's subscription, if so.
func CheckPushKeys(public, auth []byte) error {
	if _, err := ecdh.P256().NewPublicKey(public); err != nil {
		return Errorf(Invalid, "p256dh is not a public key of P-256, uncompressed: 65 bytes in base64url")
	}
	if len(auth) != 16 {
		return Errorf(Invalid, "auth has to have 16 bytes, in base64url")
	}
	return nil
}

// SplitTopic returns the address of an ntfy server and the topic that the address of a
// topic has: https://ntfy.sh/TOPIC. What stands behind a ? belongs to the server.
func SplitTopic(endpoint string) (server, topic string, err error) {
	u, err := url.Parse(endpoint)
	if err == nil {
		topic = strings.Trim(u.Path, "/")
	}
	if topic == "" || len(topic) > 64 || strings.Trim(topic, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
		return "", "", Errorf(Invalid, "the address of a topic is that of its server and one word: https://ntfy.sh/TOPIC")
	}
	u.Path, u.RawPath = "/", ""
	return u.String(), topic, nil
}
