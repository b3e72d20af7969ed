package protocol

import (
	"encoding/base64"

	"plausch"
)

// PushKey is the result of push.key.
type PushKey struct {
	Key string `json:"key,omitzero"` // public, in base64url: what browsers call applicationServerKey
	Off string `json:"off,omitzero"` // why Web Push is off, for people; absent if it is on
}

// PushSubscribe is the params of push.subscribe.
type PushSubscribe struct {
	Kind     string `json:"kind"`            // webpush, ntfy or webhook
	Endpoint string `json:"endpoint"`        // https address
	P256dh   string `json:"p256dh,omitzero"` // of webpush, in base64url
	Auth     string `json:"auth,omitzero"`   // of webpush, in base64url
	Text     bool   `json:"text,omitzero"`   // whether what was written goes with it
}

// Subscription returns what p asks for, or an Invalid error.
func (p *PushSubscribe) Subscription() (s plausch.PushSubscription, err error) {
	s = plausch.PushSubscription{Kind: plausch.PushKind(p.Kind), Endpoint: p.Endpoint, Text: p.Text}
	for _, key := range []struct {
		name, text string
		to         *[]byte
	}{{"p256dh", p.P256dh, &s.PublicKey}, {"auth", p.Auth, &s.AuthSecret}} {
		if *key.to, err = base64.RawURLEncoding.DecodeString(key.text); err != nil {
			return s, plausch.Errorf(plausch.Invalid, "%s is not in base64url without padding", key.name)
		}
	}
	return s, nil
}

// PushSubscription is where the caller is notified.
type PushSubscription struct {
	ID       int64  `json:"id"`
	Kind     string `json:"kind"`
	Endpoint string `json:"endpoint"`
	Text     bool   `json:"text,omitzero"`
	Time     int64  `json:"time"`            // when it was made, in milliseconds since 1970-01-01 UTC
	Device   int64  `json:"device,omitzero"` // that it ends with
	Here     bool   `json:"here,omitzero"`   // that device is the one that asks
	// Error is why the last delivery failed, FailingSince since when none has succeeded.
	Error        string `json:"error,omitzero"`
	FailingSince int64  `json:"failing_since,omitzero"`
}

// NewPushSubscription returns s as it goes over the wire to the device here.
func NewPushSubscription(s plausch.PushSubscription, here plausch.DeviceID) PushSubscription {
	w := PushSubscription{
		ID: s.ID, Kind: string(s.Kind), Endpoint: s.Endpoint, Text: s.Text, Time: s.Created.UnixMilli(),
		Device: int64(s.Device), Here: s.Device != 0 && s.Device == here, Error: s.LastError,
	}
	if !s.FailingSince.IsZero() {
		w.FailingSince = s.FailingSince.UnixMilli()
	}
	return w
}

// PushSubscribed is the result of push.subscribe.
type PushSubscribed struct {
	Subscription PushSubscription `json:"subscription"`
	Secret       string           `json:"secret,omitzero"` // of webhook: what comes is signed with it; told this once
}

// PushSubscriptions is the result of push.list, by id: at most
// [plausch.MaxPushSubscriptions].
type PushSubscriptions struct {
	Subscriptions []PushSubscription `json:"subscriptions,omitempty"`
}

// PushRef is the params of push.unsubscribe.
type PushRef struct {
	ID int64 `json:"id"`
}
