package notifytest_test

import (
	"encoding/base64"
	"testing"

	"plausch/internal/notify/notifytest"
)

// TestDecrypt is the example of RFC 8291, appendix A.
func TestDecrypt(t *testing.T) {
	bytes := func(text string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	browser, err := notifytest.ParseBrowser(bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), bytes("BTBZMqHH6r4Tts7J_aSIgg"))
	if err != nil {
		t.Fatal(err)
	}
	body := bytes("DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")
	text, err := browser.Decrypt(body)
	if err != nil || string(text) != "When I grow up, I want to be a watermelon" {
		t.Errorf("it reads %q (%v)", text, err)
	}
	body[len(body)-1] ^= 1
	if text, err := browser.Decrypt(body); err == nil {
		t.Errorf("what was changed on the way is read: %q", text)
	}
}

func TestParseDeclarative(t *testing.T) {
	for text, want := range map[string]bool{
		`{"web_push":8030,"notification":{"title":"Ada","body":"b","navigate":"https://email.example/12"},"app_badge":3}`: true,
		`{"web_push":8030,"notification":{"title":"Ada","navigate":"https://email.example/12","app_badge":"1"}}`:          true,
		`{"web_push":"8030","notification":{"title":"Ada","navigate":"https://email.example/12"}}`:                        false,
		`{"web_push":8031,"notification":{"title":"Ada","navigate":"https://email.example/12"}}`:                          false,
		`{"notification":{"title":"Ada","navigate":"https://email.example/12"}}`:                                          false,
		`{"web_push":8030,"notification":"Ada"}`:                                                                          false,
		`{"web_push":8030}`:                                                                                               false,
		`{"web_push":8030,"notification":{"title":"","navigate":"https://email.example/12"}}`:                             false,
		`{"web_push":8030,"notification":{"navigate":"https://email.example/12"}}`:                                        false,
		`{"web_push":8030,"notification":{"title":"Ada"}}`:                                                                false,
		`{"web_push":8030,"notification":{"title":"Ada","navigate":"/12"}}`:                                               false,
		`{"web_push":8030,"notification":{"title":"Ada","navigate":"https://email.example/","tag":12}}`:                   false,
		`[]`: false, ``: false, `8030`: false,
	} {
		if d, err := notifytest.ParseDeclarative([]byte(text)); (err == nil) != want {
			t.Errorf("%s is %+v (%v)", text, d, err)
		}
	}
}
