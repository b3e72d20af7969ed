package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
	"plausch/internal/terminal"
)

// commandGroups are all commands, in the order of the help.
var commandGroups = []struct {
	title    string
	commands []func() *cobra.Command
}{
	{"Talk", []func() *cobra.Command{newJoinCommand, newChatCommand, newRoomCommand, newInboxCommand, newSearchCommand, newMessageCommand, newBlockCommand,
		newLaterCommand, newReminderCommand, newAccountCommand, newNotifyCommand,
		newLoginCommand, newDevicesCommand}},
	{"Host a server", []func() *cobra.Command{
		newServeCommand, newClaimCommand, newInviteCommand, newUserCommand, newNameCommand, newServiceCommand, newStatusCommand, newDoctorCommand,
		newBackupCommand, newRestoreCommand, newConfigCommand, newAuditCommand,
	}},
	{"For scripts", []func() *cobra.Command{newSendCommand, newTailCommand, newUploadCommand, newDownloadCommand, newWebhookCommand}},
	{"", []func() *cobra.Command{newVersionCommand}},
}

// Commands stand in the help in the order in which they were added.
func init() { cobra.EnableCommandSorting = false }

// run is the process: it runs the command line args and returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRootCommand()
	root.Annotations = map[string]string{commandLineKey: strings.Join(args, "\x00")}
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	flags, all := replaceHelpAll(args)
	root.SetArgs(flags)
	finishCommands(root, all)
	begun := false
	recordBegin(root, &begun)

	cmd, err := root.ExecuteC()
	var exit *connect.Error
	switch {
	case err == nil:
		return connect.ExitOK
	case !begun:
		printError(stderr, fmt.Sprintf("%v (see %s --help)", explainParsed(err), cmd.CommandPath()))
		return connect.ExitUsage
	}
	printError(stderr, err.Error())
	if errors.As(err, &exit) {
		return exit.Exit
	}
	return connect.ExitFailure
}

// replaceHelpAll returns args with --help for --help-all, and whether that was there. What
// is behind -- are no flags. The result is not nil: cobra would take the arguments of
// the process instead.
func replaceHelpAll(args []string) (taken []string, all bool) {
	taken = append([]string{}, args...)
	for i, arg := range taken {
		switch arg {
		case "--":
			return taken, all
		case "--" + helpAllFlag:
			taken[i], all = "--help", true
		}
	}
	return taken, all
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

// commandLineKey is the annotation of the root command that has the command line.
const commandLineKey = "command line"

// commandLine returns the words that cmd was started with.
func commandLine(cmd *cobra.Command) []string {
	return strings.Split(cmd.Root().Annotations[commandLineKey], "\x00")
}

// recordBegin makes every command set begun when it runs. An error before that
// time is cobra's and about the command line.
func recordBegin(cmd *cobra.Command, begun *bool) {
	if inner := cmd.RunE; inner != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			*begun = true
			warnUnknownEnv(cmd.ErrOrStderr())
			return inner(cmd, args)
		}
	}
	for _, child := range cmd.Commands() {
		recordBegin(child, begun)
	}
}

func newRootCommand() *cobra.Command {
	root := newGroupCommand("plausch", "A chat that you host at home")
	root.Version = plausch.Version
	info, _ := debug.ReadBuildInfo()
	root.SetVersionTemplate(versionText(info) + "\n")
	root.Example = "  plausch serve --open           # a server for a try, on this machine\n" +
		"  plausch chat                   # talk there\n" +
		"  plausch join LINK              # become a member where you are invited"
	root.SilenceErrors = true // run prints them
	root.SilenceUsage = true
	for _, g := range commandGroups {
		if g.title != "" {
			root.AddGroup(&cobra.Group{ID: g.title, Title: g.title})
		}
		for _, newCommand := range g.commands {
			cmd := newCommand()
			cmd.GroupID = g.title
			root.AddCommand(cmd)
		}
	}
	return root
}

// finishCommands gives root, whose output is set, what cobra would add later, and all
// commands their help.
func finishCommands(root *cobra.Command, allFlags bool) {
	root.SetHelpCommand(newHelpCommand())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" {
			group := newGroupCommand("completion", "Print a script by which a shell completes commands and flags")
			cmd.Short, cmd.Long, cmd.Args, cmd.RunE = group.Short, "", group.Args, group.RunE
			cmd.SuggestionsMinimumDistance = group.SuggestionsMinimumDistance
		}
	}
	explainUsage(root)
	setHelp(root, allFlags)
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
