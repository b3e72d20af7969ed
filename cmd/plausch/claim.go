package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/internal/core"
	"plausch/internal/link"
)

func newClaimCommand() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use:   "claim",
		Short: "Print the link that makes you the owner of a new server",
		Long: "Prints a link by which whoever opens it within 30 minutes becomes the owner of a server that\n" +
			"has none. Earlier links stop working. The server need not be stopped.\n\n" +
			"Without a browser:  plausch user add NAME --role owner",
		Example: "  plausch claim\n" +
			"  plausch claim --url https://chat.example.org",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return onData(cmd, func(d *desk) error {
				code, err := d.CreateClaim(d.ctx)
				if plausch.CodeOf(err) == plausch.Forbidden {
					return fmt.Errorf("%w; it can make others owners: plausch user role NAME owner", err)
				}
				if err != nil {
					return err
				}
				out := cmd.OutOrStdout()
				fmt.Fprintf(out, "Open this within %d minutes to become the owner:\n", int(core.ClaimLife.Minutes()))
				return printLink(out, linkBase(d.cfg, url), link.Claim, code.Text())
			})
		},
	}
	addSettings(cmd, "data", "listen")
	cmd.Flags().StringVar(&url, "url", "", "Where browsers reach the server (default where it listens)")
	return cmd
}
