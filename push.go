package plausch

import "time"

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
