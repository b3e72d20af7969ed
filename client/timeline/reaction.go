package timeline

import (
	"cmp"
	"slices"

	"plausch"
)

// maxReactors bounds those who are known of one reaction.
const maxReactors = 100

// reaction is an emoji under a message. Of those who chose it the first ones are known,
// and those who did since a page was read. Between them some may be hidden, of whom only
// the number is known.
type reaction struct {
	emoji  string
	known  []reactor // ascending by seq
	first  int       // how many of known come before the hidden ones
	hidden int
	mine   bool  // the account is one of the hidden ones
	seq    int64 // of the first, by which the reactions of a message are ordered
	stale  bool  // one of the first is gone, and who comes next is hidden
}

type reactor struct {
	plausch.AccountRef
	seq int64
}

// reactionOf returns what a page has of a reaction.
func reactionOf(r *plausch.Reaction) reaction {
	out := reaction{emoji: r.Emoji, mine: r.Mine}
	if len(r.Seqs) > 0 {
		out.seq = r.Seqs[0]
	}
	for i, a := range r.First[:min(len(r.First), len(r.Seqs))] {
		out.known = append(out.known, reactor{a, r.Seqs[i]})
	}
	out.first, out.hidden = len(out.known), r.Count-len(out.known)
	if out.hidden == 0 {
		out.mine = false // which known says
	}
	return out
}

// drawn returns the reaction as an account sees it.
func (r *reaction) drawn(me plausch.AccountID) plausch.Reaction {
	out := plausch.Reaction{Emoji: r.emoji, Count: len(r.known) + r.hidden, Mine: r.mine || me != 0 && r.find(me) >= 0}
	named := r.known
	if r.hidden > 0 {
		named = named[:r.first]
	}
	for _, a := range named[:min(len(named), plausch.ReactionNames)] {
		out.First, out.Seqs = append(out.First, a.AccountRef), append(out.Seqs, a.seq)
	}
	return out
}

func (r *reaction) find(id plausch.AccountID) int {
	return slices.IndexFunc(r.known, func(a reactor) bool { return a.ID == id })
}

// add adds somebody who chose the emoji after all others.
func (r *reaction) add(a reactor, me plausch.AccountID) {
	if len(r.known) >= maxReactors {
		r.hide(me)
	}
	r.known = append(r.known, a)
	r.order()
}

// hide forgets who chose the emoji, but for the first ones.
func (r *reaction) hide(me plausch.AccountID) {
	if r.hidden == 0 {
		r.first = plausch.ReactionNames
	}
	r.mine = r.mine || r.find(me) >= r.first
	r.hidden += len(r.known) - r.first
	r.known = r.known[:r.first]
}

// remove takes somebody away; who is not known is one of the hidden ones.
func (r *reaction) remove(id, me plausch.AccountID) {
	switch i := r.find(id); {
	case i >= 0:
		r.known = slices.Delete(r.known, i, i+1)
		if i < r.first && r.hidden > 0 {
			r.first--
			r.stale = true
		}
	case r.hidden > 0:
		r.hidden--
		r.mine = r.mine && id != me
		r.stale = r.stale || r.first == 0
	}
	r.order()
}

// order finds out the place of r among the reactions of its message.
func (r *reaction) order() {
	if r.hidden == 0 {
		r.stale = false
	}
	if len(r.known) > 0 && (r.hidden == 0 || r.first > 0) {
		r.seq = r.known[0].seq
	}
}

// react adds or takes away a reaction of m.
func (m *Message) react(e *plausch.Event, me plausch.AccountID) {
	i := slices.IndexFunc(m.reactions, func(r reaction) bool { return r.emoji == e.Text })
	switch {
	case e.Kind == plausch.EventReact:
		if i < 0 {
			i = len(m.reactions)
			m.reactions = append(m.reactions, reaction{emoji: e.Text})
		}
		m.reactions[i].add(reactor{e.Actor, e.Seq}, me)
	case i >= 0:
		m.reactions[i].remove(e.Actor.ID, me)
		m.reactions = slices.DeleteFunc(m.reactions, func(r reaction) bool { return len(r.known)+r.hidden == 0 })
		slices.SortStableFunc(m.reactions, func(a, b reaction) int { return cmp.Compare(a.seq, b.seq) })
	}
}

// stale reports whether who reacted to m has to be asked for.
func (m *Message) stale() bool {
	return slices.ContainsFunc(m.reactions, func(r reaction) bool { return r.stale })
}
