package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
	"plausch/internal/terminal"
)

// commands are all commands, in the order of the help.
var commands = []func() *cobra.Command{
	newServeCommand,
	newClaimCommand,
	newNameCommand,
	newInviteCommand,
	newUserCommand,
	newRoomCommand,
	newAuditCommand,
	newWebhookCommand,
	newConfigCommand,
	newStatusCommand,
	newBackupCommand,
	newRestoreCommand,
	newServiceCommand,
	newDoctorCommand,
	newJoinCommand,
	newChatCommand,
	newSendCommand,
	newTailCommand,
}

// run is the process: it runs the command line args and returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRootCommand()
	root.SetArgs(append([]string{}, args...)) // with nil, cobra would take those of the process
	root.Annotations = map[string]string{wordsOf: strings.Join(args, "\x00")}
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	begun := false
	noteRuns(root, &begun)

	cmd, err := root.ExecuteC()
	var exit *connect.Error
	switch {
	case err == nil:
		return connect.ExitOK
	case !begun:
		printError(stderr, fmt.Sprintf("%v (see %s --help)", err, cmd.CommandPath()))
		return connect.ExitUsage
	}
	printError(stderr, err.Error())
	if errors.As(err, &exit) {
		return exit.Exit
	}
	return connect.ExitFailure
}

// printError says why a command fails. Some of the words may be the server's.
func printError(stderr io.Writer, text string) {
	head := "plausch: "
	for line := range strings.SplitSeq(client.Clean(text), "\n") { // its lines are ours: what a server says is one
		fmt.Fprintln(stderr, terminal.Wrap(head, line, terminal.Columns(stderr), errorIndent))
		head = ""
	}
}

const errorIndent = 2

// wordsOf is the annotation of the root command that has the command line.
const wordsOf = "command line"

// commandLine returns the words that cmd was started with.
func commandLine(cmd *cobra.Command) []string {
	return strings.Split(cmd.Root().Annotations[wordsOf], "\x00")
}

// noteRuns makes every command note that it has begun. An error before that
// time is cobra's and about the command line.
func noteRuns(cmd *cobra.Command, begun *bool) {
	if inner := cmd.RunE; inner != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			*begun = true
			return inner(cmd, args)
		}
	}
	for _, child := range cmd.Commands() {
		noteRuns(child, begun)
	}
}

func newRootCommand() *cobra.Command {
	root := newGroupCommand("plausch", "A chat that you host at home")
	root.Version = plausch.Version
	root.SilenceErrors = true // run prints them
	root.SilenceUsage = true
	for _, newCommand := range commands {
		root.AddCommand(newCommand())
	}
	return root
}

// newGroupCommand returns a command that only holds others. By itself it shows
// its help; cobra would do so for a misspelt command, too, and call that a
// success.
func newGroupCommand(use, short string) *cobra.Command {
	return &cobra.Command{
		Use:   use,
		Short: short,

		SuggestionsMinimumDistance: 2, // letters that may be wrong
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			hint := ""
			if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
				hint = ", but " + strings.Join(similar, " and ")
			}
			return fmt.Errorf("there is no command %q%s", args[0], hint)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
}
