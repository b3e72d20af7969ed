package plausch_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"testing"

	"plausch"
)

func TestCheckPushKeys(t *testing.T) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, auth := key.PublicKey().Bytes(), make([]byte, 16)
	if err := plausch.CheckPushKeys(public, auth); err != nil {
		t.Error(err)
	}
	offCurve := append([]byte{4}, make([]byte, 64)...)
	for _, k := range []struct{ public, auth []byte }{{nil, auth}, {offCurve, auth}, {public[:33], auth}, {public, auth[:15]}, {public, nil}} {
		if err := plausch.CheckPushKeys(k.public, k.auth); plausch.CodeOf(err) != plausch.Invalid {
			t.Errorf("%x, %x: %v", k.public, k.auth, err)
		}
	}
}

func TestSplitTopic(t *testing.T) {
	for endpoint, want := range map[string][2]string{
		"https://ntfy.sh/my_Topic-1":        {"https://ntfy.sh/", "my_Topic-1"},
		"https://ntfy.sh/topic/":            {"https://ntfy.sh/", "topic"},
		"https://ntfy.home:8443/t?auth=abc": {"https://ntfy.home:8443/?auth=abc", "t"},
		"https://ntfy.sh":                   {},
		"https://ntfy.sh/":                  {},
		"https://ntfy.sh/a/b":               {},
		"https://ntfy.sh/a%2fb":             {},
		"https://ntfy.sh/a b":               {},
		"https://ntfy.sh/a\x00":             {},
	} {
		server, topic, err := plausch.SplitTopic(endpoint)
		if [2]string{server, topic} != want || (want[1] == "") != (err != nil) {
			t.Errorf("%q is the topic %q at %q (%v)", endpoint, topic, server, err)
		}
	}
}
