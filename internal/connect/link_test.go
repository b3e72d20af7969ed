package connect

import (
	"errors"
	"os"
	"strings"
	"testing"

	"plausch/client"
)

func TestParseLink(t *testing.T) {
	for in, want := range map[string]Link{
		"https://chat.example.org/invite#AB-C_1":    {"https://chat.example.org", "invite", "AB-C_1"},
		" <https://chat.example.org/invite/#AB> \n": {"https://chat.example.org", "invite", "AB"},
		"http://127.0.0.1:7528/claim#AB":            {"http://127.0.0.1:7528", "claim", "AB"},
		"https://x/chat/reset#AB":                   {"https://x/chat", "reset", "AB"},
		"chat.example.org/invite#AB":                {"https://chat.example.org", "invite", "AB"},
		"/invite#AB":                                {"", "invite", "AB"},
		"mmtXlpWhZ1xDK4_eYQI3zA":                    {"", "invite", "mmtXlpWhZ1xDK4_eYQI3zA"},
	} {
		if got, err := ParseLink(in); got != want || err != nil {
			t.Errorf("%q is %+v, %v; want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "#", "https://x/invite", "https://x/invite#", "https://x/other#AB", "https://#AB", "ftp://x/invite#AB", "https://x#AB"} {
		var e *Error
		if got, err := ParseLink(in); !errors.As(err, &e) || e.Exit != ExitUsage {
			t.Errorf("%q is %+v, %v", in, got, err)
		}
	}
}

// What was joined last is what commands are for when nothing else is said.
func TestJoinedIsTheDefault(t *testing.T) {
	clearEnv(t)
	join := func(link, name string) {
		t.Helper()
		l, err := ParseLink(link)
		if err != nil {
			t.Fatal(err)
		}
		login, err := Flags{}.LoginTo(l)
		if err != nil || login.Name != "" {
			t.Fatalf("it begins as %+v, %v", login, err)
		}
		login.Name = name
		if err := login.Joined(client.Credential{Token: "plausch_" + name}); err != nil {
			t.Fatal(err)
		}
	}
	join("https://one.example/invite#A", "anna")
	join("https://two.example/invite#A", "berta")
	for _, tt := range []struct {
		f    Flags
		env  string // the server's address
		want string
	}{
		{Flags{}, "", "wss://two.example:443/ws berta"},
		{Flags{Name: "eve"}, "", "wss://two.example:443/ws eve"},
		{Flags{Server: "one.example"}, "", "tls://one.example:443 anna"},
		{Flags{}, "one.example", "tls://one.example:443 anna"},
		{Flags{Server: "tcp://127.0.0.1"}, "", "tcp://127.0.0.1:7528 "},
	} {
		t.Setenv(ServerEnv, tt.env)
		l, err := tt.f.Login()
		if err != nil {
			t.Fatal(err)
		}
		if got := l.Address.String() + " " + l.Name; got != tt.want {
			t.Errorf("%+v with %q is %q, want %q", tt.f, tt.env, got, tt.want)
		}
		if l.Name == "" || l.Name == "eve" {
			continue
		}
		if c, err := l.Options().Tokens.Load(l.Address.Key(), l.Name); c.Token != "plausch_"+l.Name || err != nil {
			t.Errorf("the sign-in of %s is %v, %v", l.Name, c, err)
		}
	}

	// A damaged file counts as none.
	t.Setenv(ServerEnv, "")
	state, err := client.StateFolder()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(state+"/"+joinedName, []byte(`{"last": "http`), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := (Flags{}).Login(); err != nil || !strings.HasPrefix(l.Address.String(), DefaultServer) {
		t.Errorf("it is %+v, %v", l, err)
	}
}

func TestLinksThatCannotBeJoined(t *testing.T) {
	for name, tt := range map[string]struct {
		f    Flags
		link Link
		want string
	}{
		"no server": {Flags{}, Link{"", "invite", "A"}, "--server"},
		"a token":   {Flags{TokenFile: "x"}, Link{"https://x", "invite", "A"}, "--token-file"},
		"KTN":       {Flags{Server: "ktn://x"}, Link{"", "invite", "A"}, "KTN"},
	} {
		clearEnv(t)
		if l, err := tt.f.LoginTo(tt.link); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
	}
}
