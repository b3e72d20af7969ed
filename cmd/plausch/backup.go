package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"plausch/internal/backup"
	"plausch/internal/connect"
	"plausch/internal/server"
)

func newBackupCommand() *cobra.Command {
	var verify, force bool
	var keep int
	cmd := &cobra.Command{
		Use:   "backup FILE | backup --keep N FOLDER",
		Short: "Write the data folder into one file",
		Long: "Writes a backup of the data folder: the database as it is at this moment, the attachments,\n" +
			"the certificates, the settings file and whatever else is in there. A running server need not\n" +
			"be stopped, and nobody waits for it. FILE is there whole or not at all; - is standard output.\n\n" +
			"With --keep N, the backup goes into FOLDER, with the time in its name, and is checked. Only if\n" +
			"it is good, older backups of this data folder are removed from FOLDER, but for the N newest.\n\n" +
			"Passwords and sign-ins are in the database as hashes only, messages as they are: keep the\n" +
			"file where nobody else reads it. It is a tar archive; tar --zstd -xf FILE opens it.\n\n" +
			"With --verify, FILE is read and checked instead, and nothing else is touched.",
		Example: "  plausch backup --keep 14 /mnt/disk/plausch\n" +
			"  plausch backup home.tar.zst && plausch backup --verify home.tar.zst\n" +
			"  plausch backup - | ssh anna@home 'cat > plausch.tar.zst'",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			switch {
			case verify:
				return verifyBackup(ctx, args[0], cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
			case cmd.Flag("keep").Changed && (keep < 1 || args[0] == "-"):
				return connect.Usagef("--keep takes how many backups to keep, from 1, and a folder, such as --keep 14 /mnt/disk/plausch")
			case args[0] == "-" && isTerminal(cmd.OutOrStdout()):
				return connect.Usagef("a backup is no text for a terminal; write it into a file or a pipe: plausch backup - > plausch.tar.zst")
			}
			return makeBackup(ctx, cmd, args[0], force, keep)
		},
	}
	addSettings(cmd, "data")
	cmd.Flags().IntVar(&keep, "keep", 0, "Keep the N newest backups in FOLDER, this one included")
	cmd.Flags().BoolVar(&verify, "verify", false, "Check the backup FILE")
	cmd.Flags().BoolVar(&force, "force", false, "Overwrite FILE if it exists")
	cmd.MarkFlagsMutuallyExclusive("verify", "force", "keep")
	return cmd
}

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

func makeBackup(ctx context.Context, cmd *cobra.Command, file string, force bool, keep int) error {
	cfg, err := findData(cmd)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if file == "-" {
		out = cmd.ErrOrStderr()
	} else if file, err = filepath.Abs(file); err != nil {
		return err
	}
	if err := checkData(cmd, cfg); err != nil {
		return err
	}
	k := backup.Kept{File: file}
	opts := backup.Options{Data: cfg.Data}
	switch {
	case keep > 0:
		k, err = backup.WriteKept(ctx, file, keep, opts)
	case file == "-":
		k.Report, err = backup.Write(ctx, cmd.OutOrStdout(), opts)
	default:
		k.Report, err = backup.WriteFile(ctx, file, force, opts)
	}
	if err != nil {
		err = fmt.Errorf("no backup was made: %w", err)
		_ = backup.SetFailed(cfg.Data, err, time.Now()) // the error that matters is the first
		return err
	}
	if err := backup.SetLast(cfg.Data, backup.Last{Time: k.Manifest.Time, File: k.File, Verified: keep > 0}); err != nil {
		k.Problems = append(k.Problems, fmt.Sprintf("plausch status will not know of this backup: %v.", err))
	}
	checked := ""
	if keep > 0 {
		checked = ", checked"
	}
	fmt.Fprintf(out, "Backed up %s to %s%s: %s in %s, %d of them attachments\n", cfg.Data, k.File, checked, size(k.Bytes), connect.Plural(k.Files, "file", "files"), k.Blobs)
	for _, old := range k.Removed {
		fmt.Fprintf(out, "Removed %s\n", old)
	}
	return reportProblems(cmd.ErrOrStderr(), k.Problems, "the backup was made, but not all is well with the data")
}

// reportProblems prints problems and returns an error that ends with text if there are any.
func reportProblems(stderr io.Writer, all []string, text string) error {
	if len(all) == 0 {
		return nil
	}
	fmt.Fprintln(stderr, strings.Join(all, "\n"))
	return errors.New(text)
}

// openBackup opens a backup, or standard input for "-".
func openBackup(file string, stdin io.Reader) (io.ReadCloser, error) {
	if file == "-" {
		return io.NopCloser(stdin), nil
	}
	return os.Open(file)
}

func verifyBackup(ctx context.Context, file string, stdin io.Reader, stdout, stderr io.Writer) error {
	f, err := openBackup(file, stdin)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := backup.Verify(ctx, f, "")
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	writeReport(stdout, file, r)
	return reportProblems(stderr, r.Problems, file+" can be restored, but not all was well with the data when it was made")
}

// writeReport says what is in a backup.
func writeReport(w io.Writer, file string, r backup.Report) {
	fmt.Fprintf(w, "%s is whole. It was made at %s by Plausch %s and has\n", file, r.Manifest.Time.Local().Format(time.DateTime), r.Manifest.Program)
	fmt.Fprintf(w, "  %s (schema version %d)\n", contentText(r.Database.Accounts, r.Database.Rooms, r.Database.Messages), r.Database.Schema)
	fmt.Fprintf(w, "  %s; %s in %s\n", connect.Plural(r.Blobs, "attachment", "attachments"), size(r.Bytes), connect.Plural(r.Files, "file", "files"))
}

func newRestoreCommand() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Make a data folder of a backup",
		Long: "Unpacks a backup beside the data and checks it; only if all of it is good, it becomes the\n" +
			"data folder. That has to be empty or missing; with --force, what is in it is moved to a\n" +
			"folder next to it, named .old- and the time, and never deleted. No server may run on it.\n\n" +
			"FILE may be - for standard input. A backup of an older Plausch is upgraded by the first\n" +
			"plausch serve.",
		Example: "  plausch restore /mnt/disk/plausch.tar.zst --data /srv/chat",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			return restoreBackup(ctx, cmd, args[0], force)
		},
	}
	addSettings(cmd, "data")
	cmd.Flags().BoolVar(&force, "force", false, "Move aside what is in the data folder")
	return cmd
}

func restoreBackup(ctx context.Context, cmd *cobra.Command, file string, force bool) (err error) {
	cfg, err := findData(cmd)
	if err != nil {
		return err
	}
	f, err := openBackup(file, cmd.InOrStdin())
	if err != nil {
		return err
	}
	defer f.Close()
	unlock, err := server.Lock(cfg.Data)
	if rights := permissionError(cmd, cfg.Data, err); rights != nil {
		return rights
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	done, err := backup.Restore(ctx, f, backup.RestoreOptions{Data: cfg.Data, MoveAside: force})
	if err != nil {
		return fmt.Errorf("%s was not restored: %w", file, err)
	}
	out := cmd.OutOrStdout()
	writeReport(out, file, done.Report)
	if done.Aside != "" {
		fmt.Fprintf(out, "The old data are in %s; delete them when you no longer need them.\n", done.Aside)
	}
	fmt.Fprintf(out, "Restored to %s\n", cfg.Data)
	for _, p := range done.Problems {
		fmt.Fprintln(cmd.ErrOrStderr(), p)
	}
	return nil
}

// size returns a number of bytes as people read it.
func size(bytes int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	n, u := float64(bytes), 0
	for ; n >= 1024 && u < len(units)-1; u++ {
		n /= 1024
	}
	if u == 0 {
		return fmt.Sprintf("%d B", bytes)
	}
	return fmt.Sprintf("%.1f %s", n, units[u])
}
