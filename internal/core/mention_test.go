package core_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"plausch"
	"plausch/internal/core"
	"plausch/internal/store"
)

// countingStore counts the names that are looked up.
type countingStore struct {
	store.Store
	lookups atomic.Int64
}

func (s *countingStore) AccountByName(ctx context.Context, name string) (plausch.Account, error) {
	s.lookups.Add(1)
	return s.Store.AccountByName(ctx, name)
}

// TestATextOfNamesLooksUpFew sends as many names as fit a text.
func TestATextOfNamesLooksUpFew(t *testing.T) {
	f := newFixture(t)
	f.close()
	var counted *countingStore
	f.wrap = func(st store.Store) store.Store {
		counted = &countingStore{Store: st}
		return counted
	}
	f.open()
	ann := f.guest("ann").Account
	var text strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&text, "@n%d ", i)
	}
	counted.lookups.Store(0)
	f.say(ann, core.NewMessage{Room: plausch.PublicRoom, Text: text.String()})
	if n := counted.lookups.Load(); n > plausch.MaxMentions {
		t.Errorf("%d names are looked up, at most %d are to be", n, plausch.MaxMentions)
	}
}
