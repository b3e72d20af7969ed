package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/config"
	"plausch/internal/core"
	"plausch/internal/store/sqlite"
)

// maxPasswordLine bounds what is read as a password: more than the longest one.
const maxPasswordLine = 4 << 10

func newUserCommand() *cobra.Command {
	cmd := newGroupCommand("user", "Look after the accounts of a server")
	cmd.AddCommand(newUserAddCommand())
	return cmd
}

func newUserAddCommand() *cobra.Command {
	roles := []string{string(plausch.RoleMember), string(plausch.RoleAdmin), string(plausch.RoleOwner)}
	var role string
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Add an account",
		Long: "Adds an account with a password to the server's data folder. A running server need not be\n" +
			"stopped for it. The password is asked for on the terminal; without a terminal it is the\n" +
			"first line of standard input.",
		Example: "  plausch user add anna --role owner\n" +
			"  pwgen 20 1 | tee anna.txt | plausch user add anna",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(roles, role) {
				return usageErrorf("there is no role %q to give; choose one of %s", role, strings.Join(roles, ", "))
			}
			return addUser(cmd, args[0], plausch.Role(role))
		},
	}
	addSettings(cmd, "data")
	cmd.Flags().StringVar(&role, "role", string(plausch.RoleMember), "What the account may do: "+strings.Join(roles, ", "))
	must(cmd.RegisterFlagCompletionFunc("role", cobra.FixedCompletions(roles, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

func addUser(cmd *cobra.Command, name string, role plausch.Role) (err error) {
	cfg, err := loadSettings(cmd)
	if err != nil {
		return err
	}
	// Nobody should type a password twice to learn that the name is wrong.
	if _, err := core.NewName(name); err != nil {
		return &exitError{exitUsage, err}
	}
	ctx := cmd.Context()
	password, err := askPassword(ctx, name, cmd.InOrStdin(), cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	if err := prepareData(cfg); err != nil {
		return err
	}
	st, err := sqlite.Open(ctx, cfg.DatabasePath(), sqlite.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	admin := &core.Admin{Store: st, Passwords: auth.NewHasher()}
	account, err := admin.AddAccount(ctx, name, password, role)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Added the %s %s to %s\n", account.Role, account.Name, cfg.Data)
	return nil
}

// prepareData makes the data folder and tries whether it can be written: the
// database would say it less clearly. plausch serve does the same when it locks
// the folder.
func prepareData(cfg *config.Config) error {
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made; name another with --data: %w", err)
	}
	probe, err := os.CreateTemp(cfg.Data, ".plausch-write-test-*")
	if err != nil {
		return fmt.Errorf("the data folder cannot be written; name another with --data, or let this user write there: %w", err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// askPassword returns a new password: typed twice on the terminal, or the first
// line of stdin if that is none.
func askPassword(ctx context.Context, name string, stdin io.Reader, prompts io.Writer) (string, error) {
	file, ok := stdin.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return passwordLine(stdin)
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	return passwordTwice(name, func(prompt string) (string, error) {
		fmt.Fprint(prompts, prompt)
		defer fmt.Fprintln(prompts)
		return readHidden(ctx, int(file.Fd()))
	})
}

// passwordTwice asks until both answers are the same good password.
func passwordTwice(name string, ask func(prompt string) (string, error)) (string, error) {
	complaint := ""
	for {
		password, err := ask(complaint + "Password for " + name + ": ")
		if err != nil {
			return "", err
		}
		if err := auth.CheckPassword(name, password); err != nil {
			complaint = "Not this one: " + err.Error() + ".\n"
			continue
		}
		again, err := ask("Once more: ")
		if err != nil {
			return "", err
		}
		if again == password {
			return password, nil
		}
		complaint = "These were two different passwords.\n"
	}
}

// readHidden reads a line from the terminal fd without showing it. If ctx ends
// first, the terminal shows again what is typed.
func readHidden(ctx context.Context, fd int) (string, error) {
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("asking for the password: %w", err)
	}
	type answer struct {
		line []byte
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := term.ReadPassword(fd)
		answers <- answer{line, err}
	}()
	select {
	case a := <-answers:
		if a.err != nil {
			return "", fmt.Errorf("asking for the password: %w", a.err)
		}
		return string(a.line), nil
	case <-ctx.Done():
		// The reader cannot be woken; it ends with the process.
		return "", errors.Join(errors.New("interrupted; no account was added"), term.Restore(fd, before))
	}
}

func passwordLine(stdin io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(stdin, maxPasswordLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	if line == "" {
		return "", errors.New("there is no password on standard input; write it there as the first line")
	}
	return strings.TrimRight(line, "\r\n"), nil
}
