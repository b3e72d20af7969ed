package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"plausch/client"
	"plausch/internal/connect"
)

// addConnection gives cmd the flags of a client.
func addConnection(cmd *cobra.Command, f *connect.Flags) {
	cmd.Flags().SortFlags = false
	shared := pflag.NewFlagSet("", pflag.ContinueOnError)
	shared.SortFlags = false
	f.Register(shared)
	shared.VisitAll(func(f *pflag.Flag) {
		must(shared.SetAnnotation(f.Name, flagGroup, []string{"Server and account"}))
	})
	cmd.Flags().AddFlagSet(shared)
	must(cmd.MarkFlagFilename("password-file"))
	must(cmd.MarkFlagFilename("token-file"))
	must(cmd.MarkFlagFilename("ca", "pem", "crt"))
}

// requestTimeout is how long commands wait that ask a server for something and end.
const requestTimeout = 30 * time.Second

// request signs in to the server of f and calls do. A password is asked for on the
// terminal if need be.
func request(cmd *cobra.Command, f connect.Flags, do func(context.Context, *client.Client) error) error {
	login, err := f.Login()
	if err != nil {
		return err
	}
	if err := login.RequireName(); err != nil {
		return err
	}
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	for {
		err := login.Request(ctx, requestTimeout, cmd.ErrOrStderr(), do)
		if !login.RetrySignIn(ctx, err, cmd.InOrStdin(), cmd.ErrOrStderr()) {
			return login.Explain(err)
		}
	}
}
