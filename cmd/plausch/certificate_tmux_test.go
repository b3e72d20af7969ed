//go:build unix

package main

import (
	"os"
	"testing"

	"plausch/internal/connect"
)

func TestTmuxCertificateIsConfirmed(t *testing.T) {
	_, fingerprint := openTLSServer(t, t.TempDir())
	refuses := newPane(t, 120, 24, "chat", "--plain", os.Getenv(connect.ServerEnv), "--name=anna")
	refuses.awaitText(fingerprint)
	refuses.lastLine("Is it the same? Type yes, or nothing to stop:")
	refuses.write("no")
	refuses.press("Enter")
	refuses.awaitText("ended with 4")

	trusts := newPane(t, 120, 24, "chat", "--plain", os.Getenv(connect.ServerEnv), "--name=bob")
	trusts.awaitText(fingerprint)
	trusts.write("yes")
	trusts.press("Enter")
	trusts.lastLine("public>")
	trusts.write("it works")
	trusts.press("Enter")
	trusts.awaitText("bob: it works")
}
