package main

import (
	"github.com/spf13/cobra"

	"plausch/internal/connect"
)

// addConnection gives cmd the flags of a client.
func addConnection(cmd *cobra.Command, f *connect.Flags) {
	cmd.Flags().SortFlags = false
	f.Register(cmd.Flags())
	must(cmd.MarkFlagFilename("password-file"))
	must(cmd.MarkFlagFilename("token-file"))
	must(cmd.MarkFlagFilename("ca", "pem", "crt"))
}
