package connect

import (
	"crypto/tls"
	"errors"
	"fmt"
	"strings"

	"plausch/client"
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
		e.Server, WhyUntrusted(e), e.Fingerprint)
}

// WhyUntrusted says why nobody vouches for a certificate.
func WhyUntrusted(e *client.CertificateError) string {
	why := e.Err
	var cert *tls.CertificateVerificationError
	if errors.As(why, &cert) {
		why = cert.Err
	}
	return client.CleanLine(strings.TrimPrefix(why.Error(), "x509: "))
}
