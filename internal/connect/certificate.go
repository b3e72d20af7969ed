package connect

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"strings"

	"plausch/client"
	"plausch/internal/terminal"
)

// explainCertificate says why a server is not trusted, and what to do.
func explainCertificate(e *client.CertificateError) string {
	if e.Expected != "" {
		return fmt.Sprintf("THE CERTIFICATE OF %s HAS CHANGED, so somebody else may be answering there. Its SHA-256 is now %s, and was %s. "+
			"Nothing was sent. Only if its host says that it is new: --fingerprint %s (or --fingerprint none, if it has one of an authority now)",
			e.Server, e.Fingerprint, e.Expected, e.Fingerprint)
	}
	return fmt.Sprintf("nobody vouches for the certificate of %s (%s). If its SHA-256, %s, is the one that plausch serve shows there, "+
		"give it once with --fingerprint, or confirm it in plausch chat; name its issuer's certificate with --ca if it has one",
		e.Server, UntrustedReason(e), e.Fingerprint)
}

// UntrustedReason says why nobody vouches for a certificate.
func UntrustedReason(e *client.CertificateError) string {
	why := e.Err
	var cert *tls.CertificateVerificationError
	if errors.As(why, &cert) {
		why = cert.Err
	}
	return client.CleanLine(strings.TrimPrefix(why.Error(), "x509: "))
}

// ConfirmCertificate asks whether an unknown certificate is that of the server, if err is
// about one and stdin is a terminal, and sets the login's fingerprint after a yes. It does
// not ask about a certificate that has changed: a yes would come too easily.
func (l *Login) ConfirmCertificate(ctx context.Context, err error, stdin io.Reader, prompts io.Writer) bool {
	var unknown *client.CertificateError
	if !errors.As(err, &unknown) || unknown.Expected != "" || !terminal.Is(stdin) {
		return false
	}
	for _, line := range []string{
		fmt.Sprintf("Nobody vouches for the certificate of %s (%s). Its SHA-256 is", unknown.Server, UntrustedReason(unknown)),
		unknown.Fingerprint,
		"Compare it with what plausch serve shows there: if it differs, somebody is listening in.",
	} {
		fmt.Fprintln(prompts, terminal.Wrap("", line, terminal.Columns(prompts), 0))
	}
	fmt.Fprint(prompts, "Is it the same? Type yes, or nothing to stop: ")
	answer, err := terminal.ReadLine(ctx, stdin)
	if err != nil || !strings.EqualFold(strings.TrimSpace(answer), "yes") {
		return false
	}
	l.Fingerprint = unknown.Fingerprint
	return true
}
