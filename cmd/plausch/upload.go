package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

func newUploadCommand() *cobra.Command {
	var to, caption string
	var timeout time.Duration
	var flags connect.Flags
	cmd := &cobra.Command{
		Use:   "upload [flags] FILE...",
		Short: "Send files",
		Long: "Sends files as one message, with a caption if there is one. Large files go in parts: where the\n" +
			"connection breaks they go on. A file called - is standard input. Pictures lose their metadata,\n" +
			"such as where they were taken; other files are sent as they are.",
		Example: "  plausch upload photo.jpg --to @anna --caption 'Look!'\n" +
			"  plausch upload report.pdf figures.csv --to office\n" +
			"  tar c notes | plausch upload - --to backups",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := connect.ParseTarget(to)
			if err != nil {
				return err
			}
			if err := plausch.CheckAttachments(len(args)); err != nil {
				return connect.Usagef("%v", err)
			}
			lines, err := captionText(caption)
			if err != nil {
				return err
			}
			files, err := openFiles(args, cmd.InOrStdin())
			if err != nil {
				return err
			}
			defer closeFiles(files)
			var change messageChange
			err = transfer(cmd, flags, func(ctx context.Context, c *client.Client, moved func()) error {
				if _, err := target.Enter(ctx, c); err != nil { // before anything is uploaded for nothing
					return err
				}
				change.files, err = uploadFiles(ctx, c, files, cmd.ErrOrStderr(), moved)
				return err
			})
			if err != nil {
				return err
			}
			login, err := flags.Login()
			if err != nil {
				return err
			}
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			return login.Explain(send(ctx, login, target, change, lines, timeout, cmd.ErrOrStderr()))
		},
	}
	addConnection(cmd, &flags)
	cmd.Flags().StringVar(&to, "to", plausch.PublicRoomName, "Room, or @NAME for a person, to send to")
	cmd.Flags().StringVar(&caption, "caption", "", "Text of the message")
	cmd.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "How long to wait for the message to be acknowledged")
	return cmd
}

// captionText is the text of a message with files, which may be empty.
func captionText(caption string) (lineSource, error) {
	if caption != "" {
		return oneText(caption)
	}
	return func() <-chan textLine {
		one := make(chan textLine, 1)
		one <- textLine{number: 1}
		close(one)
		return one
	}, nil
}

// openFile is a file to upload.
type openFile struct {
	name string
	size int64 // 0 if it is not known
	body io.Reader
}

// openFiles opens all files before one of them is sent.
func openFiles(paths []string, stdin io.Reader) (files []openFile, err error) {
	defer func() {
		if err != nil {
			closeFiles(files)
		}
	}()
	for _, path := range paths {
		if path == "-" {
			files = append(files, openFile{name: "stdin", body: stdin})
			continue
		}
		f, err := os.Open(path)
		if err != nil {
			return files, err
		}
		files = append(files, openFile{name: filepath.Base(path), body: f})
		info, err := f.Stat()
		switch {
		case err != nil:
			return files, err
		case info.IsDir():
			return files, connect.Usagef("%s is a folder; send files, or pack it first", path)
		case info.Mode().IsRegular():
			files[len(files)-1].size = info.Size()
		default:
			files[len(files)-1].body = struct{ io.ReadCloser }{f} // a pipe, which cannot be read here and there
		}
	}
	return files, nil
}

func closeFiles(files []openFile) {
	for _, f := range files {
		if c, ok := f.body.(io.Closer); ok {
			_ = c.Close() // it was only read
		}
	}
}

// uploadFiles uploads files and returns their ids.
func uploadFiles(ctx context.Context, c *client.Client, files []openFile, report io.Writer, moved func()) (ids []string, err error) {
	for _, f := range files {
		b := newBar(report, f.name, moved)
		a, err := c.Upload(ctx, client.Upload{
			Name: f.name, Body: f.body, Size: f.size, Progress: func(sent int64) { b.set(sent, f.size) },
		})
		b.end()
		if err != nil {
			return nil, err
		}
		ids = append(ids, a.ID)
	}
	return ids, nil
}
