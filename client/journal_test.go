package client

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// idsOf returns the ids of sends.
func idsOf(puts []storedSend) (ids []string) {
	for _, p := range puts {
		ids = append(ids, p.ID)
	}
	return ids
}

// TestOutboxFileStaysSmall sends without a pause, so that the outbox is never empty:
// the file is bounded by what waits, of which nothing is lost.
func TestOutboxFileStaysSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox")
	j, _, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	const inFlight, sends, batch = 40, 12_000, 100
	text := strings.Repeat("text ", 20)
	var live []string
	largest, compacted := int64(0), 0
	for n := 0; n < sends; n += batch {
		var puts []storedSend
		for i := range batch {
			puts = append(puts, storedSend{ID: strconv.Itoa(n + i), Room: 1, Text: text})
		}
		before := j.size
		if err := j.put(puts); err != nil {
			t.Fatal(err)
		}
		if j.size < before {
			compacted++
		}
		if live = append(live, idsOf(puts)...); n == 0 {
			if err := j.markAttempted("0"); err != nil {
				t.Fatal(err)
			}
		}
		for len(live) > inFlight {
			j.done(live[1]) // the first is never answered
			live = slices.Delete(live, 1, 2)
		}
		if info, err := os.Stat(path); err != nil {
			t.Fatal(err)
		} else {
			largest = max(largest, info.Size())
		}
	}
	if most := int64(minCompact + 2*batch*200); largest > most || compacted < 2 {
		t.Errorf("the file had up to %d bytes, and was compacted %d times; want at most %d", largest, compacted, most)
	}
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	j, puts, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	defer j.close()
	if !slices.Equal(idsOf(puts), live) {
		t.Errorf("%v are left, want %v", idsOf(puts), live)
	}
	if len(puts) == 0 || !puts[0].attempted {
		t.Error("it is forgotten that the first went out")
	}
}

// TestACompactionCutAnywhere opens an outbox as a process leaves it that is killed
// while it compacts: the old file is there, and any part of the new one.
func TestACompactionCutAnywhere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "outbox")
	j, _, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range numbers(1, 6) {
		if err := j.put([]storedSend{{ID: id, Room: 1, Text: "text " + id}}); err != nil {
			t.Fatal(err)
		}
		if id != "2" && id != "5" {
			j.done(id)
		}
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.compact(); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(fresh, []byte("done")) || len(fresh) >= len(old) {
		t.Errorf("the new file is %s", fresh)
	}
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	for at := range len(fresh) + 1 {
		if err := os.WriteFile(path, old, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".new", fresh[:at], 0o600); err != nil {
			t.Fatal(err)
		}
		j, puts, err := openJournal(path)
		if err != nil {
			t.Fatalf("cut at %d: %v", at, err)
		}
		j.done("6") // which is lost with a process, and may come again
		if got := idsOf(puts); !slices.Equal(got, []string{"2", "5", "6"}) {
			t.Fatalf("cut at %d: %v are left", at, got)
		}
		if err := j.close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path + ".new"); err == nil {
			t.Fatalf("cut at %d: half a file stays", at)
		}
	}
}

// TestKilledWhileSending kills a process that sends without a pause at some moment, and
// opens its outbox: all is there that it had and that was not answered, once, in order.
func TestKilledWhileSending(t *testing.T) {
	const variable = "PLAUSCH_TEST_JOURNAL"
	if path := os.Getenv(variable); path != "" {
		sendUntilKilled(path)
		return
	}
	for round := range 5 {
		path := filepath.Join(t.TempDir(), "outbox")
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWhileSending$", "-test.v")
		cmd.Env = append(os.Environ(), variable+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var put, done int // the last that were told of
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			what, n, _ := strings.Cut(lines.Text(), " ")
			switch number, _ := strconv.Atoi(n); what {
			case "put":
				put = number
			case "done":
				done = number
			}
			if put == 60+17*round {
				_ = cmd.Process.Kill() // what it still says is read
			}
		}
		_ = cmd.Wait() // it was killed
		j, puts, err := openJournal(path)
		if err != nil {
			t.Fatal(err)
		}
		_ = j.close()
		ids := idsOf(puts)
		for i := 1; i < len(ids); i++ {
			if a, b := ids[i-1], ids[i]; len(a) > len(b) || len(a) == len(b) && a >= b {
				t.Errorf("%s comes behind %s", b, a)
			}
		}
		for n := done + 1; n <= put; n++ {
			if !slices.Contains(ids, strconv.Itoa(n)) {
				t.Errorf("killed at %d: %d is lost; %v are there", put, n, ids)
			}
		}
	}
}

// sendUntilKilled compacts at almost every send.
func sendUntilKilled(path string) {
	j, _, err := openJournal(path)
	if err != nil {
		panic(err)
	}
	for n := 1; ; n++ {
		j.next = 1000
		if err := j.put([]storedSend{{ID: strconv.Itoa(n), Room: 1, Text: "text"}}); err != nil {
			panic(err)
		}
		fmt.Println("put", n)
		if n > 10 {
			fmt.Println("done", n-10) // told before, since it may be lost
			j.done(strconv.Itoa(n - 10))
		}
	}
}
