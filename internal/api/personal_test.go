package api_test

import (
	"strings"
	"testing"

	"plausch"
	"plausch/protocol"
)

// report has member report what maker has said in a room, and returns the report's id.
func (w *world) report(room int64) int64 {
	w.t.Helper()
	return w.must("member", protocol.MethodReportAdd, &protocol.ReportAdd{Room: room, Seq: w.said[room], Reason: "rude"}).(*protocol.ReportAdded).ID
}

// TestPersonalIsToldToAllDevices hides and saves on one device and sees it on another, and
// on nobody else's.
func TestPersonalIsToldToAllDevices(t *testing.T) {
	w := newWorld(t)
	other, maker := w.listen("member"), w.listen("maker")
	seq := w.said[w.den]
	ref := &protocol.MessageRef{Room: w.den, Seq: seq}
	for _, step := range []struct {
		method string
		want   protocol.Personal
	}{
		{protocol.MethodMessageHide, protocol.Personal{Room: w.den, Seq: seq, Hidden: true}},
		{protocol.MethodMessageSave, protocol.Personal{Room: w.den, Seq: seq, Hidden: true, Saved: true}},
		{protocol.MethodMessageUnhide, protocol.Personal{Room: w.den, Seq: seq, Saved: true}},
		{protocol.MethodMessageUnsave, protocol.Personal{Room: w.den, Seq: seq}},
	} {
		got := w.must("member", step.method, ref).(*protocol.Personal)
		if *got != step.want {
			t.Errorf("%s: %+v, want %+v", step.method, got, step.want)
		}
		if told := (<-other).Push().Personal; told == nil || *told != step.want {
			t.Errorf("%s: the other device hears %+v", step.method, told)
		}
	}
	w.must("maker", protocol.MethodMessageSave, ref)
	if told := (<-maker).Push().Personal; told == nil || !told.Saved {
		t.Errorf("the first that the maker hears is %+v, want its own", told)
	}
}

// TestReportsAreTold has a member report a message: who moderates hears of it, and of its
// end, and nobody else.
func TestReportsAreTold(t *testing.T) {
	w := newWorld(t)
	maker, owner, member := w.listen("maker"), w.listen("owner"), w.listen("member")
	id := w.report(w.den)
	w.report(w.den) // again, which tells nobody
	w.must("maker", protocol.MethodReportClose, &protocol.ReportRef{ID: id})
	for who, told := range map[string]pushed{"maker": maker, "owner": owner} {
		for _, closer := range []string{"", "maker"} {
			r := (<-told).Push().Report
			if r == nil || r.ID != id || r.Name != "den" || r.Reason != "rude" || r.Reporter.Name != "member" || r.Message.Seq != w.said[w.den] {
				t.Fatalf("%s hears %+v", who, r)
			}
			if closed := r.Closer != nil && r.Closer.Name == closer && r.Closed != 0; closed != (closer != "") {
				t.Errorf("%s hears that it is closed: %+v", who, r)
			}
		}
	}
	w.must("member", protocol.MethodMessageSave, &protocol.MessageRef{Room: w.den, Seq: w.said[w.den]})
	if told := (<-member).Push(); told.Personal == nil {
		t.Errorf("the member hears %+v, want nothing of reports", told)
	}
	w.report(w.direct)
	if r := (<-owner).Push().Report; r == nil || r.Kind != "direct" {
		t.Errorf("the owner hears %+v of a direct room", r)
	}
	for reason, want := range map[string]plausch.Code{"": plausch.Invalid, " \n": plausch.Invalid, "\x00": plausch.Invalid, strings.Repeat("x", 1001): plausch.TooLarge} {
		if _, err := w.call("member", protocol.MethodReportAdd, &protocol.ReportAdd{Room: w.den, Seq: w.said[w.den], Reason: reason}); plausch.CodeOf(err) != want {
			t.Errorf("the reason %.9q: %v", reason, err)
		}
	}
}
