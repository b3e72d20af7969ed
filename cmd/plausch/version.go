package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"plausch"
)

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			info, _ := debug.ReadBuildInfo()
			_, err := fmt.Fprintln(cmd.OutOrStdout(), versionText(info))
			return err
		},
	}
}

// versionText describes this program: its version, its commit, and the compiler and
// platform of the build.
func versionText(info *debug.BuildInfo) string {
	set := make(map[string]string)
	if info != nil {
		for _, s := range info.Settings {
			set[s.Key] = s.Value
		}
	}
	text := "plausch " + plausch.Version
	if commit := set["vcs.revision"]; commit != "" {
		day, _, _ := strings.Cut(set["vcs.time"], "T")
		text += fmt.Sprintf(" (commit %.12s of %s", commit, day)
		if set["vcs.modified"] == "true" {
			text += ", changed since"
		}
		text += ")"
	}
	return fmt.Sprintf("%s, %s, %s/%s", text, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
