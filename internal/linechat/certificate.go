package linechat

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"plausch/client"
	"plausch/internal/connect"
)

// confirmCertificate asks whether a certificate that is seen for the first time
// is that of the server, if that is what err is about. One that has changed is
// not asked about: a yes would come too easily.
func confirmCertificate(ctx context.Context, c *connect.Login, s screen, r *renderer, err error) (bool, error) {
	var unknown *client.CertificateError
	if !errors.As(err, &unknown) || unknown.Expected != "" {
		return false, nil
	}
	fmt.Fprint(s, r.note("Nobody vouches for the certificate of %s (%s).", unknown.Server, connect.UntrustedReason(unknown)))
	fmt.Fprint(s, r.note("Its SHA-256 is %s.", unknown.Fingerprint))
	fmt.Fprint(s, r.note("Compare it with what plausch serve shows there: if it differs, somebody is listening in."))
	answer, err := ask(ctx, s, "Is it the same? Type yes, or nothing to stop: ", "", false)
	if err != nil {
		return false, err
	}
	if !strings.EqualFold(strings.TrimSpace(answer), "yes") {
		return false, nil
	}
	c.Fingerprint = unknown.Fingerprint
	return true, nil
}
