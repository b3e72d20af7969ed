package protocol

import (
	"os/exec"
	"testing"
)

// TestRequestsInTypeScript holds that the web client's types of the protocol are those of
// this package. With -update they are made anew.
func TestRequestsInTypeScript(t *testing.T) {
	args := []string{"run", "../web/types"}
	if !*update {
		args = append(args, "-check")
	}
	if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
