package connect

import (
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"plausch/client"
)

// Whoever has to wait is told for whom and why, once for each reason; who gets
// through at once is told nothing.
func TestProgress(t *testing.T) {
	refused := client.State{Phase: client.Offline, Err: &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}}
	noName := client.State{Phase: client.Offline, Err: &net.DNSError{Err: "no such host", Name: "h"}}
	online := client.State{Phase: client.Online}
	connecting := client.State{Phase: client.Connecting}
	for name, tt := range map[string]struct {
		states []client.State // with 700 ms after each
		want   []string       // the parts of the lines
	}{
		"at once":     {[]client.State{online, refused, refused}, nil},
		"no answer":   {[]client.State{connecting, connecting, online}, []string{"connecting to tcp://h:7528"}},
		"soon":        {[]client.State{refused, online}, nil},
		"refused":     {[]client.State{refused, refused, refused, online}, []string{"no server answers at tcp://h:7528"}},
		"two reasons": {[]client.State{refused, connecting, noName, noName, online}, []string{"no server answers", "no machine called h"}},
	} {
		t.Run(name, func(t *testing.T) {
			clearEnv(t)
			l, err := Flags{Server: "tcp://h", Name: "anna"}.Login()
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				var out strings.Builder
				p := l.NewProgress(&out)
				for _, s := range tt.states {
					p.Take(s)
					time.Sleep(700 * time.Millisecond)
					synctest.Wait()
				}
				p.Close()
				lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
				if out.Len() == 0 {
					lines = nil
				}
				if len(lines) != len(tt.want) {
					t.Fatalf("it tells %q, want %q", out.String(), tt.want)
				}
				for i, want := range tt.want {
					if !strings.Contains(lines[i], want) {
						t.Errorf("line %d is %q, want %q", i, lines[i], want)
					}
				}
			})
		})
	}
}
