package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/protocol"
)

// plauschRun runs a command of the binary that has to succeed.
func plauschRun(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(program(t), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("plausch %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// acknowledged returns what a sender knows to be kept, by now.
func (s *sender) acknowledged() []sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.sends), func(m sent) bool { return m.acked == place{} })
}

// TestBackup makes backups while people talk (R17): every message that was
// acknowledged before a backup began is in the server that is made of it, and
// people go on there with the sign-ins and client ids that they have.
func TestBackup(t *testing.T) {
	for range pick(1, 5) { // anew, since all is read back in each round
		t.Run("", testBackup)
	}
}

func testBackup(t *testing.T) {
	s := startServer(t, noSendLimits...)
	c := newCrowd(t, s)
	c.begin()
	for round := range 4 {
		c.awaitAcks(1 + rand.Int64N(1000))
		before := map[string][]sent{}
		for _, sender := range c.senders {
			before[sender.name] = sender.acknowledged()
		}
		file := filepath.Join(t.TempDir(), "backup.tar.zst")
		plauschRun(t, "backup", file, "--data", s.data)
		if out := plauschRun(t, "backup", "--verify", file); !strings.Contains(out, "is whole") {
			t.Errorf("the check says %s", out)
		}
		checkRestored(t, c, file, before, round)
	}
	for _, v := range check(c.end()) {
		t.Error(v)
	}
}

// checkRestored restores a backup, runs a server on it, and looks for what has to be there.
func checkRestored(t *testing.T, c *crowd, file string, before map[string][]sent, round int) {
	t.Helper()
	copied := newServer(t, noSendLimits...)
	plauschRun(t, "restore", file, "--data", copied.data)
	copied.start()
	defer copied.kill()
	var people []*person
	r := record{sends: before}
	for _, sender := range c.senders {
		p := *sender.person
		scheme, _, _ := strings.Cut(p.address, "://")
		p.address = scheme + "://" + copied.address
		people = append(people, &p)
		goOn(t, &p, before[p.name], sender.where)
	}
	var err error
	if r.history, err = historyOf(t.Context(), people); err != nil {
		t.Fatal(err)
	}
	for _, v := range check(r) {
		if v.kind != invented { // sent while the backup was made
			t.Errorf("round %d: %v", round, v)
		}
	}
	total := 0
	for _, sends := range before {
		total += len(sends)
	}
	t.Logf("round %d: %d messages were acknowledged before", round, total)
}

// goOn has a person repeat the last sends that were acknowledged: they are known.
func goOn(t *testing.T, p *person, before []sent, where func(int) protocol.MessageSend) {
	t.Helper()
	conn := p.mustEnter(t, nil)
	for n := max(0, len(before)-20); n < len(before); n++ {
		m := before[n]
		params := where(n)
		params.Room, params.To = int64(m.acked.room), ""
		params.Text, params.ClientID = m.text, m.id
		var result protocol.MessageSent
		if err := conn.Call(t.Context(), protocol.MethodMessageSend, &params, &result); err != nil {
			t.Fatalf("%s repeats %q: %v", p.name, m.text, err)
		}
		if got := (place{plausch.RoomID(result.Room), result.Seq}); got != m.acked {
			t.Errorf("%s repeats %q, which was at %v, and it is at %v", p.name, m.text, m.acked, got)
		}
	}
}

// TestBackupHoldsNobodyUp compares how much is sent while backups are being made
// all the time with how much is sent without.
func TestBackupHoldsNobodyUp(t *testing.T) {
	s := startServer(t, noSendLimits...)
	c := newCrowd(t, s)
	c.begin()
	c.awaitAcks(pick[int64](5000, 100000)) // something to back up
	file := filepath.Join(t.TempDir(), "backup.tar.zst")
	rate := func(work func()) float64 {
		from, began := c.acked.Load(), time.Now()
		for time.Since(began) < pick(time.Second, 5*time.Second) {
			work()
		}
		return float64(c.acked.Load()-from) / time.Since(began).Seconds()
	}
	backups := 0
	var with, without []float64
	for range 3 {
		without = append(without, rate(func() { c.awaitAcks(100) }))
		with = append(with, rate(func() {
			plauschRun(t, "backup", file, "--force", "--data", s.data)
			backups++
		}))
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	ratio := slices.Max(with) / slices.Max(without)
	t.Logf("%d backups of %d bytes: %.0f sends/s with one, %.0f without, ratio %.2f", backups, info.Size(), slices.Max(with), slices.Max(without), ratio)
	// The machine has to make the backup, too; but nobody waits for it to end.
	if ratio < 0.1 {
		t.Errorf("sending fell to %.2f of what it was", ratio)
	}
	for _, v := range check(c.end()) {
		t.Error(v)
	}
}

// TestDamagedBackup damages a backup: neither the check nor a restoration takes it.
func TestDamagedBackup(t *testing.T) {
	s := startServer(t)
	newPerson(t, "anna", "tcp://"+s.address, protocol.Msgpack)
	file := filepath.Join(t.TempDir(), "backup.tar.zst")
	plauschRun(t, "backup", file, "--data", s.data)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	damages := map[string][]byte{"cut": whole[:len(whole)/2], "longer": append(bytes.Clone(whole), "more"...)}
	for range pick(5, 100) {
		at := rand.IntN(len(whole))
		flipped := bytes.Clone(whole)
		flipped[at] ^= 1 << rand.IntN(8)
		damages[fmt.Sprintf("flipped at %d", at)] = flipped
	}
	data := filepath.Join(t.TempDir(), "data")
	for _, name := range slices.Sorted(maps.Keys(damages)) {
		if err := os.WriteFile(file, damages[name], 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"backup", "--verify", file}, {"restore", file, "--data", data}} {
			cmd := exec.Command(program(t), args...)
			out, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(out), "damaged") {
				t.Errorf("%s: %s ended with code %d: %s", name, args[0], code, out)
			}
		}
		if _, err := os.Stat(filepath.Join(data, "plausch.db")); err == nil {
			t.Fatalf("%s: there is a database", name)
		}
	}
}
