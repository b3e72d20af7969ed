package main

import (
	"testing"

	"plausch/internal/connect"
)

// After a login the server and the name need not be said any more.
func TestLogin(t *testing.T) {
	clearClientEnv(t)
	data := t.TempDir()
	p := startServer(t, "--data", data)
	plauschRun(t, goodPassword, "user", "add", "anna", "--data", data).want(t, connect.ExitOK)
	t.Setenv(connect.PasswordEnv, "wrong "+goodPassword)
	plauschRun(t, "", "login", "tcp://"+p.addr, "--name=anna").want(t, connect.ExitSignIn)
	t.Setenv(connect.PasswordEnv, goodPassword)
	o := plauschRun(t, "", "login", "tcp://"+p.addr, "--name=anna")
	o.want(t, connect.ExitOK, "You are anna at tcp://"+p.addr)
	t.Setenv(connect.PasswordEnv, "")
	plauschRun(t, "", "send", "hello").want(t, connect.ExitOK)
	plauschRun(t, "", "login", "tcp://"+p.addr, "--server=tcp://127.0.0.1:1").want(t, connect.ExitUsage)
}
