package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"plausch/internal/config"
	"plausch/internal/connect"
	"plausch/internal/service"
)

func newServiceCommand() *cobra.Command {
	cmd := newGroupCommand("service", "Run the server as a service of systemd")
	cmd.AddCommand(newServiceInstallCommand(), newServiceUninstallCommand(), newServiceStatusCommand())
	return cmd
}

// rootFlag adds --root to cmd.
func rootFlag(cmd *cobra.Command) *string {
	root := cmd.Flags().String("root", "", "Folder that stands for /, as for building an image; systemd is not called then")
	must(cmd.MarkFlagDirname("root"))
	return root
}

func newServiceInstallCommand() *cobra.Command {
	o := service.Options{}
	var dryRun bool
	var backupTo string
	cmd := &cobra.Command{
		Use:   "install [flags] [-- FLAGS OF SERVE]",
		Short: "Write the systemd unit, and start it",
		Long: "Writes a systemd unit that runs this program as plausch serve, shut in to its data and the\n" +
			"network, and starts it now and with the machine. Run it again after an update of the\n" +
			"program or with other flags: it replaces what it wrote.\n\n" +
			"The data is in " + service.StateDir + ", and so are the settings, as " + config.FileName + ". What stands after --\n" +
			"is given to plausch serve.\n\n" +
			"A timer has a backup made every night, into --backup-to: best a folder on another disk.",
		Example: "  sudo plausch service install -- --listen :7528\n" +
			"  sudo plausch service install --user chat -- --data /srv/chat --listen :443\n" +
			"  sudo plausch service install --backup-to /mnt/disk -- --listen :7528\n" +
			"  plausch service install --dry-run --socket",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && cmd.ArgsLenAtDash() != 0 {
				return fmt.Errorf("%q is no flag; the flags of serve come after --", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, err := cmd.Flags().GetString("root")
			must(err)
			if o.Backup = backupTo; o.Backup == config.Off {
				o.Backup, o.Keep = "", 0
			}
			if err := completeOptions(&o, root, args); err != nil {
				return err
			}
			if dryRun {
				return service.Preview(cmd.OutOrStdout(), o)
			}
			host := service.ThisHost(root)
			report, err := service.Install(cmd.Context(), host, o)
			printReport(cmd.OutOrStdout(), report)
			if err != nil {
				return err
			}
			printNext(cmd.OutOrStdout(), o)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.User, "user", "", "User to run as (default one that exists only while the service runs)")
	flags.BoolVar(&o.Socket, "socket", false, "Let systemd listen, so that connections wait while the server restarts")
	flags.StringVar(&o.Binary, "binary", "", "Path of the program (default this one)")
	flags.StringVar(&backupTo, "backup-to", service.BackupDir, "Folder for a backup every night, or off")
	flags.IntVar(&o.Keep, "backup-keep", 14, "How many of these backups to keep")
	flags.BoolVar(&dryRun, "dry-run", false, "Print the units and change nothing")
	rootFlag(cmd)
	return cmd
}

// completeOptions adds to o the settings that plausch serve would have with args.
func completeOptions(o *service.Options, root string, args []string) error {
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	config.Flags(flags)
	if err := flags.Parse(args); err != nil {
		return connect.Usagef("after --: %w (see plausch serve --help)", explainFlag(flags, err))
	}
	if rest := flags.Args(); len(rest) > 0 {
		return connect.Usagef("after --: %q is no flag of plausch serve", rest[0])
	}
	if data := flags.Lookup("data").Value.String(); data != "" && !filepath.IsAbs(data) {
		return connect.Usagef("after --: --data %s has to begin with /, because a service runs in no folder of yours", data)
	}
	state := filepath.Join(root, service.StateDir)
	// The service has an environment of its own, so ours does not count.
	cfg, err := config.Load(flags, func() []string { return []string{"STATE_DIRECTORY=" + state} })
	if err != nil {
		return &connect.Error{Exit: connect.ExitUsage, Err: err}
	}
	if cfg.Data != state {
		o.Data = cfg.Data
	}
	o.Args = args
	for _, place := range cfg.Listen {
		_, address, err := config.SplitListen(place)
		if err != nil {
			return &connect.Error{Exit: connect.ExitUsage, Err: err}
		}
		o.Listen = append(o.Listen, address)
	}
	if o.Binary == "" {
		if o.Binary, err = os.Executable(); err != nil {
			return fmt.Errorf("this program cannot be found; name it with --binary: %w", err)
		}
		if real, err := filepath.EvalSymlinks(o.Binary); err == nil {
			o.Binary = real
		}
	}
	return nil
}

func newServiceUninstallCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "Stop the service and remove its unit; the data stays",
		Args:  cobra.NoArgs,
	}
	root := rootFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		report, err := service.Uninstall(cmd.Context(), service.ThisHost(*root))
		printReport(cmd.OutOrStdout(), report)
		if err == nil {
			fmt.Fprintf(cmd.OutOrStdout(), "The data is still in %s.\n", service.StateDir)
		}
		return err
	}
	return cmd
}

func newServiceStatusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say how the service stands",
		Long:  "Says how the service stands. The exit code is 0 if it is installed as this version would\ndo it and, where systemd runs, runs; otherwise 1.",
		Args:  cobra.NoArgs,
	}
	root := rootFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return serviceStatus(cmd.Context(), cmd.OutOrStdout(), service.ThisHost(*root))
	}
	return cmd
}

func serviceStatus(ctx context.Context, w io.Writer, host service.Host) error {
	s, err := service.Inspect(ctx, host)
	if err != nil {
		return err
	}
	switch {
	case !s.Installed:
		return fmt.Errorf("there is no service: %s does not exist; make it with plausch service install", s.Path)
	case !s.Ours:
		return fmt.Errorf("%s was written by somebody else", s.Path)
	}
	fmt.Fprintf(w, "unit:    %s\nprogram: %s\n", s.Path, s.Options.Binary)
	if len(s.Options.Args) > 0 {
		fmt.Fprintf(w, "flags:   %s\n", strings.Join(s.Options.Args, " "))
	}
	if s.Options.Backup != "" {
		fmt.Fprintf(w, "backups: every night, in %s, the last %d\n", s.Options.Backup, s.Options.Keep)
	}
	if s.Known {
		fmt.Fprintf(w, "enabled: %s\nactive:  %s\n", s.Enabled, s.Active)
	} else {
		fmt.Fprintln(w, "systemd does not run here, so it is not known whether the service does")
	}
	switch {
	case !s.Current:
		return errors.New("the unit is not what this version would write; run plausch service install again, with the same flags")
	case s.Known && s.Active != "active":
		return errors.New("the service does not run; journalctl -u plausch says why, and systemctl start plausch starts it")
	case s.Known && s.Options.Backup != "" && s.Timer != "active":
		return fmt.Errorf("no backups are made; systemctl enable --now %s changes that", service.BackupTimer)
	case s.Known && s.Enabled != "enabled":
		return errors.New("the service does not start with the machine; systemctl enable plausch changes that")
	}
	return nil
}

func printReport(w io.Writer, r service.Report) {
	for _, path := range r.Wrote {
		fmt.Fprintf(w, "wrote    %s\n", path)
	}
	for _, args := range r.Ran {
		fmt.Fprintf(w, "ran      systemctl %s\n", strings.Join(args, " "))
	}
	for _, path := range r.Removed {
		fmt.Fprintf(w, "removed  %s\n", path)
	}
	if len(r.ToRun) == 0 {
		return
	}
	fmt.Fprintln(w, "systemd was not told everything. Run, where it does:")
	for _, args := range r.ToRun {
		fmt.Fprintf(w, "  systemctl %s\n", strings.Join(args, " "))
	}
}

// printNext says what an owner does after an installation.
func printNext(w io.Writer, o service.Options) {
	data := service.StateDir
	if o.Data != "" {
		data = o.Data
	}
	backups := "none are made; see plausch backup --help"
	if o.Backup != "" {
		backups = fmt.Sprintf("every night in %s, the last %d. The first now: systemctl start plausch-backup", o.Backup, o.Keep)
	}
	fmt.Fprintf(w, "\nBecome its owner: sudo plausch claim\nSee how it is:    plausch service status, sudo plausch doctor\nRead its log:     journalctl -fu plausch\n"+
		"Change settings:  sudo nano %s/%s && sudo systemctl restart plausch\nBackups:          %s\n",
		shellQuote(data), config.FileName, backups)
}
