package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/user"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/gobwas/ws"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"plausch"
	"plausch/client"
	"plausch/internal/auth"
	"plausch/internal/names"
)

// What the environment says where no flag does.
const (
	serverEnv   = "PLAUSCH_SERVER"
	nameEnv     = "PLAUSCH_NAME"
	passwordEnv = "PLAUSCH_PASSWORD"

	defaultServer = "tcp://127.0.0.1:7528"
)

// connection says which server to talk to, and as whom. Every command that is a
// client has one.
type connection struct {
	server, name, passwordFile, caFile string
	fingerprint                        string // of the certificate; see [noFingerprint]

	again    bool // that the name is taken was tried again
	address  client.Address
	password string
	tls      *tls.Config
}

// addConnection gives cmd the flags of a client.
func addConnection(cmd *cobra.Command) *connection {
	c := new(connection)
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&c.server, "server", "", "Where the server is: tcp://, ws://, tls:// or wss:// and HOST:PORT,\nor ktn:// for a KTN server\n(environment "+serverEnv+"; default "+defaultServer+")")
	flags.StringVar(&c.name, "name", "", "Whom to sign in as: an account, or a guest of that name\n(environment "+nameEnv+"; default your name on this machine)")
	flags.StringVar(&c.passwordFile, "password-file", "", "File whose first line is the account's password\n(environment "+passwordEnv+" for the password itself)")
	flags.StringVar(&c.caFile, "ca", "", "File of certificates (PEM) to trust besides the system's, for tls and wss")
	flags.StringVar(&c.fingerprint, "fingerprint", "", "SHA-256 of the server's certificate, to be known from now on (none: forget the known one)")
	must(cmd.MarkFlagFilename("password-file"))
	must(cmd.MarkFlagFilename("ca", "pem", "crt"))
	return c
}

// load reads what the flags and the environment name. The name stays empty if
// nobody has said one.
func (c *connection) load() (err error) {
	c.server = cmp.Or(c.server, os.Getenv(serverEnv), defaultServer)
	if c.address, err = client.ParseAddress(c.server); err != nil {
		return &exitError{exitUsage, err}
	}
	if c.name = cmp.Or(c.name, os.Getenv(nameEnv)); c.name != "" {
		if c.name, err = c.nameOf(c.name); err != nil {
			return &exitError{exitUsage, err}
		}
	}
	c.password = os.Getenv(passwordEnv)
	if c.passwordFile != "" {
		if c.password, err = firstLine(c.passwordFile); err != nil {
			return &exitError{exitUsage, fmt.Errorf("--password-file: %w", err)}
		}
	}
	if err := c.loadFingerprint(); err != nil {
		return err
	}
	if c.caFile == "" {
		return nil
	}
	if !c.address.Secure() {
		return usageErrorf("--ca is for tls and wss addresses; %s is not encrypted", c.address)
	}
	pem, err := os.ReadFile(c.caFile)
	if err != nil {
		return &exitError{exitUsage, fmt.Errorf("--ca: %w", err)}
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return usageErrorf("--ca: %s has no certificate in PEM form", c.caFile)
	}
	c.tls = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return nil
}

// loadNamed is load with a name in any case.
func (c *connection) loadNamed() error {
	if err := c.load(); err != nil {
		return err
	}
	if c.name == "" {
		if c.name = c.localName(); c.name == "" {
			return usageErrorf("say who you are with --name")
		}
	}
	return nil
}

// options returns how a client begins. The same name is the same guest every
// time, since its token is kept.
func (c *connection) options() (client.Options, error) {
	tokens, err := client.DefaultTokens()
	if err != nil {
		return client.Options{}, fmt.Errorf("there is no place to keep the sign-in; set HOME or XDG_STATE_HOME: %w", err)
	}
	pins, err := client.DefaultPins()
	if err != nil {
		return client.Options{}, err
	}
	return client.Options{
		Address: c.address.String(), Name: c.name, Password: c.password, Tokens: tokens,
		Dial: client.DialOptions{TLS: c.tls, Pins: pins, Fingerprint: c.fingerprint, Program: "plausch/" + plausch.Version},
	}, nil
}

func firstLine(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	line, err := bufio.NewReader(io.LimitReader(f, maxPasswordLine)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	if line = auth.TrimPassword(line); line == "" {
		return "", fmt.Errorf("the first line of %s is empty", path)
	}
	return line, nil
}

// ktnName is what KTN servers take for a name. They tell cases apart.
var ktnName = regexp.MustCompile(`^[A-Za-z0-9]{1,32}$`)

// nameOf returns a name in the form in which the server knows it.
func (c *connection) nameOf(name string) (string, error) {
	switch name = names.TrimSpace(name); {
	case !c.address.KTN():
		return names.Account(name)
	case !ktnName.MatchString(name):
		return "", plausch.Errorf(plausch.Invalid, "%q cannot be a name on a KTN server: it takes up to 32 letters A to Z and digits", name)
	}
	return name, nil
}

// localName returns the name of the user of this machine in the form of a name
// on the server, or "" if it cannot be one: nobody new is called root.
func (c *connection) localName() string {
	name := os.Getenv("USER")
	if u, err := user.Current(); name == "" && err == nil {
		name = u.Username
	}
	name = name[strings.LastIndexByte(name, '\\')+1:] // DOMAIN\user, on Windows
	own, err := c.nameOf(name)
	if err == nil && !c.address.KTN() {
		own, err = names.NewAccount(name)
	}
	if err != nil {
		return ""
	}
	return own
}

// batch is what one [client.Client.Next] returned.
type batch struct {
	updates []client.Update
	err     error // why there are no more; the last batch has one
}

// pump reads a client's updates into a channel, for event loops that wait for
// other things, too. It ends with the client or ctx.
func pump(ctx context.Context, c *client.Client) <-chan batch {
	batches := make(chan batch)
	go func() {
		for {
			us, err := c.Next(ctx)
			select {
			case batches <- batch{us, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return batches
}

// exitCodes says which exit code an error of the server means. Those that are
// not named were refusals: the same again would be refused again.
var exitCodes = map[plausch.Code]int{
	plausch.SignInFailed: exitSignIn,
	plausch.SignInNeeded: exitSignIn,
	plausch.Unavailable:  exitOffline,
	plausch.SlowReader:   exitOffline,
	plausch.Internal:     exitFailure,
}

// errNoProgress is the cause of giving up; lastly, if it is known, is why the
// server could not be reached.
type errNoProgress struct {
	after  time.Duration
	lastly error
}

func (e *errNoProgress) Error() string {
	if e.lastly == nil {
		return fmt.Sprintf("the server has not answered for %v", e.after)
	}
	return e.lastly.Error()
}
func (e *errNoProgress) Unwrap() error { return e.lastly }

// errInterrupted is the end by Ctrl-C or SIGTERM.
var errInterrupted = errors.New("interrupted")

// explain returns err as the end of the process: with its exit code, and saying
// what to do.
func (c *connection) explain(err error) error {
	if err == nil {
		return nil
	}
	var (
		signIn  *client.SignInError
		unknown *client.CertificateError
		refused *plausch.Error
		stalled *errNoProgress
		exit    *exitError
	)
	switch {
	case errors.As(err, &exit):
		return err
	case errors.Is(err, errInterrupted):
		return &exitError{exitFailure, errInterrupted}
	case errors.As(err, &signIn):
		return &exitError{exitSignIn, errors.New(c.explainSignIn(signIn))}
	case errors.As(err, &unknown):
		return &exitError{exitOffline, errors.New(explainCertificate(unknown))}
	case errors.As(err, &stalled), errors.Is(err, client.ErrLost), errors.Is(err, context.DeadlineExceeded):
		return &exitError{exitOffline, errors.New(c.explainOffline(err))}
	case errors.As(err, &refused):
		code, ok := exitCodes[refused.Code]
		if !ok {
			code = exitRefused
		}
		return &exitError{code, errors.New(client.CleanLine(refused.Message))}
	}
	return err
}

// explainSignIn says why somebody is not let in, and what to do.
func (c *connection) explainSignIn(err *client.SignInError) string {
	switch code := plausch.CodeOf(err.Err); {
	case code == plausch.Taken:
		return fmt.Sprintf("%s; choose another with --name, or, if it is your account, give its password with --password-file or $%s", c.whyNotIn(err), passwordEnv)
	case code == plausch.SignInFailed && c.password == "":
		return fmt.Sprintf("%s (--password-file or $%s)", c.whyNotIn(err), passwordEnv)
	}
	return c.whyNotIn(err)
}

// whyNotIn says why somebody is not let in.
func (c *connection) whyNotIn(err error) string {
	message := client.CleanLine(err.Error())
	var refused *plausch.Error
	if errors.As(err, &refused) {
		message = client.CleanLine(refused.Message)
	}
	if plausch.CodeOf(err) == plausch.Taken {
		return fmt.Sprintf("the name %s belongs to somebody else", c.name)
	}
	return fmt.Sprintf("%s is not let in: %s", c.name, message)
}

// explainOffline says why there is no connection, in one line.
func (c *connection) explainOffline(err error) string {
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
	var stalled *errNoProgress
	switch {
	case errors.As(err, &stalled) && stalled.lastly == nil:
		return fmt.Sprintf("the server at %s has not answered for %v", c.address, stalled.after)
	case errors.Is(err, syscall.ECONNREFUSED) && c.address.KTN():
		return fmt.Sprintf("no server answers at %s: is it running?", c.address)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("no server answers at %s: is it running? plausch serve --open", c.address)
	case errors.As(err, &dns):
		return fmt.Sprintf("there is no machine called %s (%v)", c.address.Host, dns.Err)
	case errors.As(err, &unknown):
		return explainCertificate(unknown)
	case errors.As(err, &cert):
		return fmt.Sprintf("the certificate of %s cannot be trusted: %s; name its issuer's with --ca", c.address, client.CleanLine(cert.Err.Error()))
	case errors.As(err, &alert):
		return fmt.Sprintf("the server at %s ends the TLS handshake (%s): perhaps it has no certificate yet, which its log says, or not for this name", c.address, alert)
	case errors.As(err, &status) && status == http.StatusForbidden && !c.address.Secure():
		return fmt.Sprintf("the server at %s does not answer here without TLS; try wss:// or tls://", c.address)
	case errors.As(err, &record):
		return fmt.Sprintf("the server at %s does not speak TLS; try tcp:// or ws://", c.address)
	case errors.As(err, &refused) && c.address.KTN(): // said by our side of it
		return fmt.Sprintf("%s: %s", c.address, client.CleanLine(refused.Message))
	case errors.As(err, &refused):
		return fmt.Sprintf("the server at %s says: %s", c.address, client.CleanLine(refused.Message))
	case lost, errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return fmt.Sprintf("the connection to %s is lost", c.address)
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("the server at %s does not answer", c.address)
	}
	return fmt.Sprintf("no connection to %s: %s", c.address, client.CleanLine(err.Error()))
}

// takenInPassing reports, once, that somebody else has the name, after a moment.
// It may have been another command of the same user that began at the same time
// with the same new name: by then it has kept the guest's token for us, too.
func (c *connection) takenInPassing(ctx context.Context, err error) bool {
	const moment = 500 * time.Millisecond
	var signIn *client.SignInError
	if c.again || !errors.As(err, &signIn) || plausch.CodeOf(signIn.Err) != plausch.Taken {
		return false
	}
	c.again = true
	select {
	case <-time.After(moment):
		return true
	case <-ctx.Done():
		return false
	}
}

// mayHavePassword reports whether asking for a password could help where err
// is the answer to signing in without one.
func (c *connection) mayHavePassword(err error) bool {
	var signIn *client.SignInError
	if !errors.As(err, &signIn) || c.password != "" {
		return false
	}
	code := plausch.CodeOf(signIn.Err)
	return code == plausch.Taken || code == plausch.SignInFailed
}

// askAccountPassword asks for the password of an account on the terminal that
// stdin is. It returns false if stdin is none, or the answer is empty.
func (c *connection) askAccountPassword(ctx context.Context, stdin io.Reader, prompts io.Writer) bool {
	file, ok := stdin.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return false
	}
	fmt.Fprintf(prompts, "The name %s is not free. If it is your account, type its password: ", c.name)
	password, err := readHidden(ctx, int(file.Fd()))
	fmt.Fprintln(prompts)
	c.password = password
	return err == nil && password != ""
}
