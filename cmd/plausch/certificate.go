package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"

	"plausch/client"
)

// noFingerprint as --fingerprint forgets the one that is known.
const noFingerprint = "none"

// loadFingerprint takes in --fingerprint.
func (c *connection) loadFingerprint() error {
	if c.fingerprint == "" {
		return nil
	}
	if !c.address.Secure() {
		return usageErrorf("--fingerprint is for tls and wss addresses; %s is not encrypted", c.address)
	}
	if c.fingerprint == noFingerprint {
		c.fingerprint = ""
		pins, err := client.DefaultPins()
		if err != nil {
			return err
		}
		return pins.SavePin(c.address.HostPort(), "")
	}
	fingerprint, err := client.ParseFingerprint(c.fingerprint)
	if err != nil {
		return usageErrorf("--fingerprint: %v", err)
	}
	c.fingerprint = fingerprint
	return nil
}

// explainCertificate says why a server is not trusted, and what to do.
func explainCertificate(e *client.CertificateError) string {
	if e.Expected != "" {
		return fmt.Sprintf("THE CERTIFICATE OF %s HAS CHANGED, so somebody else may be answering there. Its SHA-256 is now %s, and was %s. "+
			"Nothing was sent. Only if its host says that it is new: --fingerprint %s (or --fingerprint none, if it has one of an authority now)",
			e.Server, e.Fingerprint, e.Expected, e.Fingerprint)
	}
	return fmt.Sprintf("nobody vouches for the certificate of %s (%s). If its SHA-256, %s, is the one that plausch serve shows there, "+
		"give it once with --fingerprint, or confirm it in plausch chat; name its issuer's certificate with --ca if it has one",
		e.Server, whyUntrusted(e), e.Fingerprint)
}

func whyUntrusted(e *client.CertificateError) string {
	why := e.Err
	var cert *tls.CertificateVerificationError
	if errors.As(why, &cert) {
		why = cert.Err
	}
	return client.CleanLine(strings.TrimPrefix(why.Error(), "x509: "))
}

// confirmCertificate asks whether a certificate that is seen for the first time
// is that of the server, if that is what err is about. One that has changed is
// not asked about: a yes would come too easily.
func confirmCertificate(ctx context.Context, c *connection, s screen, r *renderer, err error) (bool, error) {
	var unknown *client.CertificateError
	if !errors.As(err, &unknown) || unknown.Expected != "" {
		return false, nil
	}
	fmt.Fprint(s, r.note("Nobody vouches for the certificate of %s (%s).", unknown.Server, whyUntrusted(unknown)))
	fmt.Fprint(s, r.note("Its SHA-256 is %s.", unknown.Fingerprint))
	fmt.Fprint(s, r.note("Compare it with what plausch serve shows there: if it differs, somebody is listening in."))
	answer, err := ask(ctx, s, "Is it the same? Type yes, or nothing to stop: ", "", false)
	if err != nil {
		return false, err
	}
	if !strings.EqualFold(strings.TrimSpace(answer), "yes") {
		return false, nil
	}
	c.fingerprint = unknown.Fingerprint
	return true, nil
}
