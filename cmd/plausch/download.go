package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

func newDownloadCommand() *cobra.Command {
	var force bool
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "download [flags] ID [FILE]",
		Short: "Save a file of a message",
		Long: "Saves a file under the name that it has, here, or as FILE; - is standard output. ID is what\n" +
			"plausch tail --json tells of attachments. Where the connection breaks it goes on, also if the\n" +
			"command is run again. A file that exists is not replaced, unless --force says so.",
		Example: "  plausch download 7Q2ZKJH5S3V4W6X8Y9A1B2C3D4\n" +
			"  plausch download 7Q2ZKJH5S3V4W6X8Y9A1B2C3D4 - | tar x",
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			d := &download{id: args[0], out: cmd.OutOrStdout(), force: force}
			if len(args) == 2 {
				d.path = args[1]
			}
			if d.path == "-" && isTerminal(d.out) && !force {
				return connect.Usagef("a file is not for a terminal; give a file to save it as, or --force")
			}
			return transfer(cmd, flags, func(ctx context.Context, c *client.Client, moved func()) error {
				return d.run(ctx, c, cmd.ErrOrStderr(), moved)
			})
		},
	}
	addConnection(cmd, &flags)
	cmd.Flags().BoolVar(&force, "force", false, "Replace a file that exists")
	return cmd
}

// download saves one file.
type download struct {
	id    string
	path  string // empty: by its own name, here
	out   io.Writer
	force bool
}

func (d *download) run(ctx context.Context, c *client.Client, report io.Writer, moved func()) error {
	if d.path == "-" {
		_, err := c.Download(ctx, d.id, client.Download{To: d.out, Progress: func(int64, int64) { moved() }})
		return err
	}
	if strings.ContainsAny(d.id, `/\`) || d.id == "" {
		return plausch.Errorf(plausch.Invalid, "%q is no id of a file", d.id)
	}
	if err := d.checkFree(d.path); err != nil {
		return err
	}
	// What has come of it lies beside it until it is complete: its bytes never change.
	part := filepath.Join(filepath.Dir(d.path), ".plausch-"+d.id+".part")
	f, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	from, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	b := newBar(report, d.id, moved)
	var name string
	_, err = c.Download(ctx, d.id, client.Download{
		To: f, From: from, Progress: b.set,
		Begin: func(n string) { name, b.name = n, client.CleanLine(n) },
	})
	b.end()
	if err != nil {
		if info, _ := f.Stat(); info != nil && info.Size() == 0 {
			_ = os.Remove(part) // nothing has come
		}
		return err
	}
	path := d.path
	if path == "" {
		if path = safeName(name); path == "" {
			path = d.id
		}
	}
	if err := d.checkFree(path); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close(), os.Rename(part, path)); err != nil {
		return err
	}
	fmt.Fprintln(d.out, client.CleanLine(path))
	return nil
}

// safeName returns the name of somebody else's file as one in this folder that nothing
// reads by itself.
func safeName(name string) string {
	return strings.TrimLeft(client.CleanLine(plausch.FileName(name)), ".- ")
}

// checkFree reports that a file would be replaced.
func (d *download) checkFree(path string) error {
	if d.force || path == "" {
		return nil
	}
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%s exists; name another file, or replace it with --force", client.CleanLine(path))
}
