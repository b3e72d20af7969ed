package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/auth"
	"plausch/internal/connect"
	"plausch/internal/names"
	"plausch/internal/terminal"
	"plausch/protocol"
)

func newJoinCommand() *cobra.Command {
	var flags connect.Flags
	var serverName string
	cmd := &cobra.Command{
		Use:   "join LINK",
		Short: "Become a member of a server by the link of an invite",
		Long: "Makes your account on a server by the link that its host gave you, and keeps the sign-in on\n" +
			"this machine: afterwards plausch chat talks there, as you. The link of a claim or of a new\n" +
			"password does, too.\n\n" +
			"Name and password are asked for on the terminal. Without a terminal the name is the first\n" +
			"line of standard input and the password the next one; --name, --password-file and\n" +
			"$PLAUSCH_PASSWORD take their places.",
		Example: "  plausch join 'https://chat.example.org/invite#CODE'\n" +
			"  printf 'anna\\n%s\\n' \"$PASSWORD\" | plausch join LINK",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			link, err := connect.ParseLink(args[0])
			if err != nil {
				return err
			}
			login, err := flags.LoginTo(link)
			if err != nil {
				return err
			}
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			j := &joiner{
				ctx: ctx, login: login, link: link, stdin: cmd.InOrStdin(), prompts: cmd.ErrOrStderr(),
				terminal: terminal.Is(cmd.InOrStdin()), serverName: serverName,
			}
			account, err := j.run()
			if err != nil {
				return login.Explain(err)
			}
			fmt.Fprint(cmd.OutOrStdout(), joinedText(login, account))
			return nil
		},
	}
	addConnection(cmd, &flags)
	cmd.Flags().StringVar(&serverName, "server-name", "", "What the server is to be called, for the link of a claim")
	return cmd
}

// joinedText names the new account, and the next command.
func joinedText(login *connect.Login, account protocol.OwnAccount) string {
	text := fmt.Sprintf("You are %s at %s.\n", client.CleanLine(account.Ref().Shown()), login.Address)
	if login.StateError() != nil {
		return text + fmt.Sprintf("Talk:  plausch chat %s --name %s\n", login.Address, client.CleanLine(account.Name))
	}
	return text + "Talk:  plausch chat\n"
}

// joiner is one run of plausch join.
type joiner struct {
	ctx        context.Context
	login      *connect.Login
	link       connect.Link
	stdin      io.Reader
	prompts    io.Writer
	terminal   bool // that stdin is one
	serverName string
	optional   bool // no password is needed
}

func (j *joiner) run() (protocol.OwnAccount, error) {
	good, err := j.check()
	if err != nil {
		return protocol.OwnAccount{}, err
	}
	if j.optional = good.Role == string(plausch.RoleGuest); j.optional {
		if err := j.login.StateError(); err != nil && j.login.Password == "" {
			return protocol.OwnAccount{}, fmt.Errorf("a guest without a password is known by what is kept here, and nothing can be: %w", err)
		}
	}
	if j.link.Purpose == "reset" {
		j.login.Name = good.Name
	}
	for {
		if err := j.ask(); err != nil {
			return protocol.OwnAccount{}, err
		}
		account, err := j.login.Redeem(j.ctx, j.link, j.serverName, j.prompts)
		if !j.terminal || !j.complain(err) {
			return account, err
		}
	}
}

// check asks whether the link is good, before anybody types a name in vain.
func (j *joiner) check() (protocol.CodeChecked, error) {
	for {
		good, err := j.login.CheckLink(j.ctx, j.link, j.prompts)
		if !j.login.ConfirmCertificate(j.ctx, err, j.stdin, j.prompts) {
			return good, err
		}
	}
}

// ask asks for the missing values.
func (j *joiner) ask() error {
	if j.link.Purpose == "claim" && j.serverName == "" {
		var err error
		if j.serverName, err = j.line("What the server is to be called: ", "a name of the server; give it with --server-name"); err != nil {
			return err
		}
	}
	for j.login.Name == "" {
		if err := j.askName(); err != nil {
			return err
		}
	}
	if _, err := names.NewAccount(j.login.Name); err != nil && j.link.Purpose != "reset" {
		return &connect.Error{Exit: connect.ExitUsage, Err: err}
	}
	if j.login.Password == "" {
		return j.askPassword()
	}
	return nil
}

func (j *joiner) askName() error {
	proposal, prompt := j.login.UserName(), "Your name: "
	if proposal != "" {
		prompt = fmt.Sprintf("Your name [%s]: ", proposal)
	}
	answer, err := j.line(prompt, "a name; write it there as the first line, or give it with --name")
	if err != nil {
		return err
	}
	if answer = strings.TrimSpace(answer); j.terminal {
		answer = cmp.Or(answer, proposal)
	}
	if _, err := names.NewAccount(answer); err != nil {
		if !j.terminal {
			return &connect.Error{Exit: connect.ExitUsage, Err: err}
		}
		if answer != "" {
			fmt.Fprintf(j.prompts, "Not this one: %v.\n", err)
		}
		return nil
	}
	j.login.Name = answer // as it is written: so it is shown
	return nil
}

func (j *joiner) askPassword() (err error) {
	if !j.terminal {
		password, err := j.line("", "a password; write it there as the line after the name, or give it with --password-file")
		if j.optional && errors.Is(err, errNoLine) {
			return nil
		}
		j.login.Password = auth.TrimPassword(password)
		return err
	}
	ask := func(prompt string) (string, error) {
		fmt.Fprint(j.prompts, prompt)
		defer fmt.Fprintln(j.prompts)
		return terminal.ReadHidden(j.ctx, j.stdin)
	}
	if j.optional {
		fmt.Fprintln(j.prompts, "A guest needs no password: leave it empty if you only use this machine.")
	}
	j.login.Password, err = passwordTwice(j.login.Name, j.optional, ask)
	return err
}

var errNoLine = errors.New("standard input has no more lines")

// line returns the answer to a prompt, or the next line of standard input if that is no
// terminal. Missing names the value for the error.
func (j *joiner) line(prompt, missing string) (string, error) {
	if j.terminal {
		fmt.Fprint(j.prompts, prompt)
	}
	line, err := terminal.ReadLine(j.ctx, j.stdin)
	if errors.Is(err, io.EOF) && !j.terminal {
		return "", &connect.Error{Exit: connect.ExitUsage, Err: fmt.Errorf("%w, and there should be %s", errNoLine, missing)}
	}
	if errors.Is(err, io.EOF) {
		err = connect.ErrInterrupted
	}
	return strings.TrimPrefix(line, "\ufeff"), err
}

// complain prints why the server refused a name or a password, and clears the value, so
// that it is asked again. It returns false for errors that another answer would not mend.
func (j *joiner) complain(err error) bool {
	var refused *plausch.Error
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Code {
	case plausch.Taken:
		j.login.Name = ""
	case plausch.Invalid, plausch.TooLarge:
		if j.link.Purpose != "reset" {
			j.login.Name = ""
		}
		j.login.Password, j.serverName = "", ""
	default:
		return false
	}
	fmt.Fprintf(j.prompts, "Not this one: %s.\n", client.CleanLine(refused.Message))
	return true
}
