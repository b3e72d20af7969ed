package connect

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/gobwas/ws"

	"plausch"
	"plausch/client"
	"plausch/internal/terminal"
)

// exitCodes says which exit code an error of the server means. Those that are
// not named were refusals: the same again would be refused again.
var exitCodes = map[plausch.Code]int{
	plausch.SignInFailed: ExitSignIn,
	plausch.SignInNeeded: ExitSignIn,
	plausch.Unavailable:  ExitOffline,
	plausch.SlowReader:   ExitOffline,
	plausch.Internal:     ExitFailure,
}

// NoProgressError is the end of a command that has waited for too long.
type NoProgressError struct {
	After time.Duration // how long it waited
	Last  error         // why the server could not be reached; nil if that is not known
}

func (e *NoProgressError) Error() string {
	if e.Last == nil {
		return fmt.Sprintf("the server has not answered for %v", e.After)
	}
	return e.Last.Error()
}
func (e *NoProgressError) Unwrap() error { return e.Last }

// ErrInterrupted is the end by Ctrl-C or SIGTERM.
var ErrInterrupted = terminal.ErrInterrupted

// Explain returns err as the end of a command: an [*Error] with its exit code, which
// says what to do. Nil stays nil, and an [*Error] itself.
func (l *Login) Explain(err error) error {
	if err == nil {
		return nil
	}
	var (
		signIn  *client.SignInError
		unknown *client.CertificateError
		refused *plausch.Error
		stalled *NoProgressError
		exit    *Error
	)
	switch {
	case errors.As(err, &exit):
		return err
	case errors.Is(err, ErrInterrupted):
		return &Error{Exit: ExitFailure, Err: ErrInterrupted}
	case errors.As(err, &signIn):
		return &Error{Exit: ExitSignIn, Err: errors.New(l.explainSignIn(signIn))}
	case errors.As(err, &unknown):
		return &Error{Exit: ExitOffline, Err: errors.New(explainCertificate(unknown))}
	case errors.As(err, &stalled), errors.Is(err, client.ErrLost), errors.Is(err, context.DeadlineExceeded):
		return &Error{Exit: ExitOffline, Err: errors.New(l.ExplainOffline(err))}
	case errors.As(err, &refused):
		code, ok := exitCodes[refused.Code]
		if !ok {
			code = ExitRefused
		}
		return &Error{Exit: code, Err: errors.New(client.CleanLine(refused.Message))}
	}
	return err
}

// explainSignIn says why somebody is not let in, and what to do.
func (l *Login) explainSignIn(err *client.SignInError) string {
	switch code := plausch.CodeOf(err.Err); {
	case code == plausch.SignInFailed && l.Token != "":
		return fmt.Sprintf("%s (--token-file or $%s). For a new token of a bot, on the server: plausch user add NAME --bot", l.SignInErrorText(err), TokenEnv)
	case code == plausch.Taken:
		return fmt.Sprintf("%s; choose another with --name, or, if it is your account, give its password with --password-file or $%s", l.SignInErrorText(err), PasswordEnv)
	case code == plausch.SignInFailed && l.Password == "" && !l.Address.KTN():
		return fmt.Sprintf("%s (--password-file or $%s; with the link of an invite: plausch join LINK)", l.SignInErrorText(err), PasswordEnv)
	}
	return l.SignInErrorText(err)
}

// SignInErrorText says why somebody is not let in, in one line.
func (l *Login) SignInErrorText(err error) string {
	message := client.CleanLine(err.Error())
	var refused *plausch.Error
	if errors.As(err, &refused) {
		message = client.CleanLine(refused.Message)
	}
	if plausch.CodeOf(err) == plausch.Taken {
		return fmt.Sprintf("the name %s belongs to somebody else", l.Name)
	}
	who := l.Name
	if l.Token != "" {
		who = "the token"
	}
	return fmt.Sprintf("%s is not let in: %s", who, message)
}

// ExplainOffline says why there is no connection, in one line.
func (l *Login) ExplainOffline(err error) string {
	var (
		dns     *net.DNSError
		unknown *client.CertificateError
		cert    *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alert   tls.AlertError
		status  ws.StatusError
		refused *plausch.Error
		timeout net.Error
		lost    = errors.Is(err, client.ErrLost)
	)
	var stalled *NoProgressError
	switch {
	case errors.As(err, &stalled) && stalled.Last == nil:
		return fmt.Sprintf("the server at %s has not answered for %v", l.Address, stalled.After)
	case errors.Is(err, syscall.ECONNREFUSED) && l.Address.KTN():
		return fmt.Sprintf("no server answers at %s: is it running?", l.Address)
	case errors.Is(err, syscall.ECONNREFUSED) && isLoopback(l.Address.Host):
		return fmt.Sprintf("no server answers at %s: is it running? plausch serve --open", l.Address)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("no server answers at %s: is it running, and is the port right?", l.Address)
	case errors.As(err, &dns):
		return fmt.Sprintf("there is no machine called %s (%v)", l.Address.Host, dns.Err)
	case errors.As(err, &unknown):
		return explainCertificate(unknown)
	case errors.As(err, &cert):
		return fmt.Sprintf("the certificate of %s cannot be trusted: %s; name its issuer's with --ca", l.Address, client.CleanLine(cert.Err.Error()))
	case errors.As(err, &alert):
		return fmt.Sprintf("the server at %s ends the TLS handshake (%s): perhaps it has no certificate yet, which its log says, or not for this name", l.Address, alert)
	case errors.As(err, &status) && status == http.StatusForbidden && !l.Address.Secure():
		return fmt.Sprintf("the server at %s does not answer here without TLS; try https:// or tls://", l.Address)
	case errors.As(err, &status):
		return fmt.Sprintf("what answers at %s is no Plausch server (%v): is the address right?", l.Address, client.CleanLine(status.Error()))
	case !lost && l.Address.Secure() && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)):
		return fmt.Sprintf("the server at %s ends the TLS handshake without a word: perhaps it has no TLS; then its address begins with http:// or tcp://", l.Address)
	case errors.As(err, &record):
		return fmt.Sprintf("the server at %s does not speak TLS; try http:// or tcp://", l.Address)
	case errors.As(err, &refused) && l.Address.KTN(): // said by our side of it
		return fmt.Sprintf("%s: %s", l.Address, client.CleanLine(refused.Message))
	case errors.As(err, &refused):
		return fmt.Sprintf("the server at %s says: %s", l.Address, client.CleanLine(refused.Message))
	case lost, errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return fmt.Sprintf("the connection to %s is lost", l.Address)
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("the server at %s does not answer", l.Address)
	}
	return fmt.Sprintf("no connection to %s: %s", l.Address, client.CleanLine(err.Error()))
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.Unmap().IsLoopback()
}
