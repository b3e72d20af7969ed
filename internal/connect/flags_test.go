package connect

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTokenOrPassword(t *testing.T) {
	dir := t.TempDir()
	token, password := filepath.Join(dir, "token"), filepath.Join(dir, "password")
	for path, text := range map[string]string{token: "\ufefffrom file\r\nmore", password: "pw file\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name     string
		f        Flags
		env      map[string]string
		want     string // token, password; or what the error says
		wrongUse bool
	}{
		{"neither", Flags{}, nil, ",", false},
		{"environment", Flags{}, map[string]string{TokenEnv: "env"}, "env,", false},
		{"token before password", Flags{}, map[string]string{TokenEnv: "env", PasswordEnv: "pw"}, "env,", false},
		{"file before environment", Flags{TokenFile: token}, map[string]string{TokenEnv: "env", PasswordEnv: "pw"}, "from file,", false},
		{"flag before environment", Flags{PasswordFile: password}, map[string]string{TokenEnv: "env"}, ",pw file", false},
		{"both files", Flags{TokenFile: token, PasswordFile: password}, nil, "give one", true},
		{"no file", Flags{TokenFile: filepath.Join(dir, "none")}, nil, "--token-file", true},
		{"a file on KTN", Flags{Server: "ktn://h", TokenFile: token}, nil, "no accounts", true},
		{"the environment on KTN", Flags{Server: "ktn://h"}, map[string]string{TokenEnv: "env"}, ",", false},
		{"a line end", Flags{}, map[string]string{TokenEnv: "\n"}, "white space", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clearEnv(t)
			for k, v := range tt.env {
				t.Setenv(k, v)
			}
			l, err := tt.f.Login()
			if tt.wrongUse {
				var e *Error
				if !errors.As(err, &e) || e.Exit != ExitUsage || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("the error is %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := l.Token + "," + l.Password; got != tt.want {
				t.Errorf("it is %q, want %q", got, tt.want)
			}
			if o := l.Options(); o.Token != l.Token || o.Token != "" && (o.Name != "" || o.Tokens != nil) {
				t.Errorf("a token is not alone: %+v", o)
			}
		})
	}
}
