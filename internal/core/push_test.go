package core_test

import (
	"strings"
	"testing"

	"plausch"
	"plausch/internal/core"
	"plausch/internal/dial"
)

// calling lets a core call addresses.
func calling(t *testing.T) func(*core.Options) {
	calls, err := dial.New(dial.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return func(o *core.Options) { o.Push = core.PushOptions{URLs: calls, Key: "key"} }
}

// aBrowser is what a browser subscribes with: the public key is that of an example of
// RFC 8291.
func aBrowser() plausch.PushSubscription {
	public := []byte{0x04, 0x25, 0x71, 0xb2, 0xbe, 0xcd, 0xfd, 0xe3, 0x60, 0x55, 0x1a, 0xaf, 0x1e, 0xd0, 0xf4, 0xcd, 0x36, 0x6c, 0x11, 0xce, 0xbe, 0x55, 0x5f, 0x89, 0xbc, 0xb7, 0xb1, 0x86, 0xa5, 0x33, 0x39, 0x17, 0x31,
		0x68, 0xec, 0xe2, 0xeb, 0xe0, 0x18, 0x59, 0x7b, 0xd3, 0x04, 0x79, 0xb8, 0x6e, 0x3c, 0x8f, 0x8e, 0xce, 0xd5, 0x77, 0xca, 0x59, 0x18, 0x7e, 0x92, 0x46, 0x99, 0x0d, 0xb6, 0x82, 0x00, 0x8b, 0x0e}
	return plausch.PushSubscription{Kind: plausch.PushWeb, Endpoint: "https://push.example.org/x", PublicKey: public, AuthSecret: make([]byte, 16), Text: true}
}

func TestSubscribePush(t *testing.T) {
	f := newFixture(t, calling(t))
	ann := f.accountOf("ann", plausch.RoleMember)
	devices, err := f.ListDevices(t.Context(), ann)
	if err != nil || len(devices) != 1 {
		t.Fatal(devices, err)
	}
	device := devices[0].ID
	transient := f.guest("gast").Account
	for name, c := range map[string]struct {
		by     plausch.Account
		device plausch.DeviceID
		change func(*plausch.PushSubscription)
		want   plausch.Code
	}{
		"a browser":                    {ann, device, func(*plausch.PushSubscription) {}, ""},
		"a browser without a device":   {ann, 0, func(*plausch.PushSubscription) {}, plausch.Forbidden},
		"another's device":             {ann, device + 100, func(*plausch.PushSubscription) {}, plausch.NotFound},
		"no key":                       {ann, device, func(p *plausch.PushSubscription) { p.PublicKey = nil }, plausch.Invalid},
		"no secret":                    {ann, device, func(p *plausch.PushSubscription) { p.AuthSecret = nil }, plausch.Invalid},
		"an address within":            {ann, device, func(p *plausch.PushSubscription) { p.Endpoint = "https://127.0.0.1/" }, plausch.Invalid},
		"no https":                     {ann, device, func(p *plausch.PushSubscription) { p.Endpoint = "http://push.example.org/" }, plausch.Invalid},
		"no kind":                      {ann, device, func(p *plausch.PushSubscription) { p.Kind = "" }, plausch.Invalid},
		"a topic":                      {ann, 0, func(p *plausch.PushSubscription) { p.Kind, p.Endpoint = plausch.PushNtfy, "https://ntfy.sh/x" }, ""},
		"a topic that is none":         {ann, 0, func(p *plausch.PushSubscription) { p.Kind, p.Endpoint = plausch.PushNtfy, "https://ntfy.sh/" }, plausch.Invalid},
		"a webhook":                    {ann, 0, func(p *plausch.PushSubscription) { p.Kind = plausch.PushWebhook }, ""},
		"a webhook of a guest":         {transient, 0, func(p *plausch.PushSubscription) { p.Kind = plausch.PushWebhook }, plausch.Forbidden},
		"a browser of a passing guest": {transient, 0, func(*plausch.PushSubscription) {}, plausch.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			p := aBrowser()
			c.change(&p)
			made, err := f.SubscribePush(t.Context(), c.by, c.device, p)
			if plausch.CodeOf(err) != c.want {
				t.Fatalf("the error is %v", err)
			}
			if err != nil {
				return
			}
			if isHook := p.Kind == plausch.PushWebhook; isHook != strings.HasPrefix(made.Secret, "whsec_") {
				t.Errorf("the secret is %q", made.Secret)
			}
			if isWeb := p.Kind == plausch.PushWeb; isWeb != (made.Device == device) || isWeb != (made.PublicKey != nil) {
				t.Errorf("made is %+v", made)
			}
			all, err := f.ListPushSubscriptions(t.Context(), ann)
			if err != nil || len(all) != 1 || all[0].ID != made.ID || !all[0].Text {
				t.Errorf("the list is %+v (%v)", all, err)
			}
			expectCode(t, f.UnsubscribePush(t.Context(), transient, made.ID), plausch.NotFound)
			if err := f.UnsubscribePush(t.Context(), ann, made.ID); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSigningOutEndsABrowsersPushes, and those alone.
func TestSigningOutEndsABrowsersPushes(t *testing.T) {
	f := newFixture(t, calling(t))
	ann := f.accountOf("ann", plausch.RoleMember)
	devices, err := f.ListDevices(t.Context(), ann)
	if err != nil {
		t.Fatal(err)
	}
	topic := plausch.PushSubscription{Kind: plausch.PushNtfy, Endpoint: "https://ntfy.sh/x"}
	for _, p := range []plausch.PushSubscription{aBrowser(), topic} {
		if _, err := f.SubscribePush(t.Context(), ann, devices[0].ID, p); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.RevokeDevice(t.Context(), ann, devices[0].ID); err != nil {
		t.Fatal(err)
	}
	all, err := f.ListPushSubscriptions(t.Context(), ann)
	if err != nil || len(all) != 1 || all[0].Kind != plausch.PushNtfy {
		t.Errorf("left are %+v (%v)", all, err)
	}
}

// TestWherePushIsOff says why.
func TestWherePushIsOff(t *testing.T) {
	f := newFixture(t, calling(t), func(o *core.Options) { o.Push.Off = "there is no TLS" })
	ann := f.accountOf("ann", plausch.RoleMember)
	if key, off := f.PushKey(); key != "key" || off != "there is no TLS" {
		t.Errorf("the key is %q, off %q", key, off)
	}
	if _, err := f.SubscribePush(t.Context(), ann, 1, aBrowser()); plausch.CodeOf(err) != plausch.Unsupported || !strings.Contains(err.Error(), "no TLS") {
		t.Errorf("a browser: %v", err)
	}
	if _, err := f.SubscribePush(t.Context(), ann, 0, plausch.PushSubscription{Kind: plausch.PushNtfy, Endpoint: "https://ntfy.sh/x"}); err != nil {
		t.Errorf("a topic: %v", err)
	}
	calls := newFixture(t)
	bob := calls.accountOf("bob", plausch.RoleMember)
	_, err := calls.SubscribePush(t.Context(), bob, 0, plausch.PushSubscription{Kind: plausch.PushNtfy, Endpoint: "https://ntfy.sh/x"})
	expectCode(t, err, plausch.Unsupported)
	if key, off := calls.PushKey(); key != "" || off == "" {
		t.Errorf("where nobody is called the key is %q, off %q", key, off)
	}
}
