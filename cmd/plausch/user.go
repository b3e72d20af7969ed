package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/config"
	"plausch/internal/connect"
	"plausch/internal/names"
	"plausch/internal/terminal"
)

// maxPasswordLine bounds what is read as a password: more than the longest one.
const maxPasswordLine = 4 << 10

func newUserCommand() *cobra.Command {
	cmd := newGroupCommand("user", "Manage the accounts of a server")
	cmd.AddCommand(newUserListCommand(), newUserAddCommand(), newUserPasswdCommand(), newUserRoleCommand(),
		newUserDeactivateCommand(), newUserActivateCommand(),
		newUserDeleteCommand())
	return cmd
}

var roles = []string{string(plausch.RoleMember), string(plausch.RoleAdmin), string(plausch.RoleOwner)}

func newUserAddCommand() *cobra.Command {
	var role string
	var bot bool
	var yes *bool
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Add an account",
		Long: "Adds an account with a password to the server's data folder. A running server need not be\n" +
			"stopped for it. The password is asked for on the terminal; without a terminal it is the\n" +
			"first line of standard input.\n\n" +
			"With --bot it adds an account for a program, and prints the token that it signs in with. For a\n" +
			"bot that exists it asks, and then prints a new token, which replaces the old one.",
		Example: "  plausch user add anna --role owner\n" +
			"  pwgen 20 1 | tee anna.txt | plausch user add anna\n" +
			"  plausch user add weather --bot > weather.token",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case !slices.Contains(roles, role):
				return connect.Usagef("there is no role %q; choose one of %s", role, strings.Join(roles, ", "))
			case bot && role != string(plausch.RoleMember):
				return connect.Usagef("a bot is a member; to make it an admin, use plausch user role afterwards")
			}
			// Nobody should type a password twice to learn that the name is wrong.
			if _, err := names.NewAccount(args[0]); err != nil {
				return &connect.Error{Exit: connect.ExitUsage, Err: err}
			}
			if bot {
				return addBot(cmd, args[0], *yes)
			}
			return addUser(cmd, args[0], plausch.Role(role))
		},
	}
	addSettings(cmd, "data")
	cmd.Flags().StringVar(&role, "role", string(plausch.RoleMember), "What the account may do: "+strings.Join(roles, ", "))
	cmd.Flags().BoolVar(&bot, "bot", false, "Add an account for a program, and print its token")
	yes = addYes(cmd)
	must(cmd.RegisterFlagCompletionFunc("role", cobra.FixedCompletions(roles, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

func addUser(cmd *cobra.Command, name string, role plausch.Role) error {
	cfg, err := findOrCreateData(cmd)
	if err != nil {
		return err
	}
	password, err := askPassword(cmd.Context(), name, cmd.InOrStdin(), cmd.ErrOrStderr())
	if errors.Is(err, terminal.ErrInterrupted) {
		return errors.New("interrupted; no account was added")
	}
	if err != nil {
		return err
	}
	return openData(cmd, cfg, func(d *desk) error {
		account, err := d.CreateAccount(d.ctx, name, password, role)
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "Added the %s %s to %s\n", account.Role, account.Name, cfg.Data)
		return nil
	})
}

// addBot prints the token alone on standard output, for a file.
func addBot(cmd *cobra.Command, name string, yes bool) error {
	cfg, err := findOrCreateData(cmd)
	if err != nil {
		return err
	}
	var old plausch.Account
	err = openData(cmd, cfg, func(d *desk) error {
		if old, err = d.GetAccount(d.ctx, name); plausch.CodeOf(err) == plausch.NotFound {
			err = nil
		}
		return err
	})
	if err != nil {
		return err
	}
	if old.Bot {
		question := fmt.Sprintf("Make a new token for the bot %s? Its old one stops working.", old.Name)
		if err := confirm(cmd, yes, question); err != nil {
			return err
		}
	}
	return openData(cmd, cfg, func(d *desk) error {
		account, token, err := d.CreateBot(d.ctx, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "The bot %s in %s signs in with this token, which is not shown again:\n", account.Name, cfg.Data)
		fmt.Fprintln(cmd.OutOrStdout(), token.Text())
		return nil
	})
}

// findOrCreateData is findData for a command that may create a new server's data. It
// creates only a folder that was named, never a default one.
func findOrCreateData(cmd *cobra.Command) (*config.Config, error) {
	cfg, err := findData(cmd)
	if err != nil {
		return nil, err
	}
	if !dataNamed(cmd) || hasServer(cfg.Data) {
		return cfg, checkData(cmd, cfg)
	}
	// Only the folder itself: a parent that is missing is a slip of the pen, or a disk
	// that is not mounted.
	if err := os.Mkdir(cfg.Data, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		if rights := permissionError(cmd, cfg.Data, err); rights != nil {
			return nil, rights
		}
		return nil, fmt.Errorf("the data folder cannot be made; name another with --data: %w", err)
	}
	if err := checkWritable(cfg.Data); err != nil {
		if rights := permissionError(cmd, cfg.Data, err); rights != nil {
			return nil, rights
		}
		return nil, fmt.Errorf("the data folder cannot be written; name another with --data: %w", err)
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "There was no server's data in %s. Start the new one:  plausch serve --data %s\n", cfg.Data, shellQuote(cfg.Data))
	return cfg, nil
}

// askPassword returns a new password: typed twice on the terminal, or the first
// line of stdin if that is none.
func askPassword(ctx context.Context, name string, stdin io.Reader, prompts io.Writer) (string, error) {
	if !terminal.Is(stdin) {
		return passwordLine(stdin)
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	return passwordTwice(name, false, func(prompt string) (string, error) {
		fmt.Fprint(prompts, prompt)
		defer fmt.Fprintln(prompts)
		return terminal.ReadHidden(ctx, stdin)
	})
}

// passwordTwice asks until both answers are the same good password. With optional, it
// may be none.
func passwordTwice(name string, optional bool, ask func(prompt string) (string, error)) (string, error) {
	complaint := ""
	for {
		password, err := ask(complaint + "Password for " + name + ": ")
		if err != nil {
			return "", err
		}
		if password == "" && optional {
			return "", nil
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

func passwordLine(stdin io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(stdin, maxPasswordLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	if line == "" {
		return "", errors.New("there is no password on standard input; write it there as the first line")
	}
	return auth.TrimPassword(line), nil
}
