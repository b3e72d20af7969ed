package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"plausch/internal/config"
	"plausch/internal/connect"
	"plausch/internal/doctor"
	"plausch/internal/server"
)

func newDoctorCommand() *cobra.Command {
	var asJSON, unknownFiles bool
	var subject doctor.Subject
	cmd := &cobra.Command{
		Use:   "doctor [DOMAIN]",
		Short: "Say whether everything is all right with a server",
		Long: "Looks at a server from all sides and says, a line each, what is ok, what is not, and what to\n" +
			"do about it. It changes nothing, but by --unknown-files, and needs no running server. With DOMAIN, or the one of\n" +
			"the settings, it also looks whether that name leads here and has a certificate.\n\n" +
			"The exit code is 1 if something needs fixing, otherwise 0.",
		Example: "  sudo plausch doctor --data /var/lib/plausch chat.example.org\n" +
			"  plausch doctor --json | jq -r '.checks[].text'",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				subject.Domain = args[0]
			}
			completeSubject(&subject, cmd)
			if unknownFiles {
				return removeUnknownFiles(cmd, subject.Config)
			}
			askRunning(cmd.Context(), &subject)
			if subject.Domain == "" {
				subject.Domain = subject.Config.Domain
			}
			if subject.ProbeURL != "" && subject.Domain == "" {
				return connect.Usagef("--probe-url needs a DOMAIN that the helper can connect to")
			}
			return runDoctor(cmd, subject, asJSON)
		},
	}
	addSettings(cmd, "data", "listen", "outside_port", "domain")
	flags := cmd.Flags()
	flags.StringVar(&subject.ProbeURL, "probe-url", "", "Helper on the internet that is asked to connect back (see docs/admin.md)")
	flags.StringVar(&subject.TimeURL, "time-url", "", "Web server to compare the clock with")
	flags.BoolVar(&subject.Offline, "offline", false, "Ask neither the router nor a name server")
	flags.BoolVar(&unknownFiles, "unknown-files", false, "Remove files that the database knows nothing of, with the server stopped")
	flags.BoolVar(&asJSON, "json", false, "Print one JSON document instead")
	return cmd
}

// completeSubject adds the settings. Wrong ones are a finding, not the end.
func completeSubject(s *doctor.Subject, cmd *cobra.Command) {
	s.Config, s.SettingsErr = findData(cmd)
	if s.SettingsErr != nil {
		data, _ := cmd.Flags().GetString("data")
		if abs, err := filepath.Abs(data); data != "" && err == nil {
			data = abs
		}
		s.Config = config.Default(data)
		return
	}
	for _, path := range []string{cmd.Flag(config.ConfigFlag).Value.String(), os.Getenv("PLAUSCH_CONFIG"), filepath.Join(s.Config.Data, config.FileName)} {
		if _, err := os.Stat(path); path != "" && err == nil {
			s.SettingsFile = path
			return
		}
	}
}

// askRunning adds the answers of the server that runs on the data folder.
func askRunning(ctx context.Context, s *doctor.Subject) {
	s.Config = withRunning(s.Config)
	running, err := server.FindRunning(s.Config.Data)
	if err != nil || running == nil {
		return
	}
	if c, err := running.Certificate(ctx); err == nil {
		s.CertificateFailed, s.OwnCertificate = c.Failed, c.Kind == "files"
	}
}

func runDoctor(cmd *cobra.Command, s doctor.Subject, asJSON bool) error {
	withDomain := *s.Config
	withDomain.Domain = s.Domain
	s.Base = server.Base(&withDomain, withDomain.Listen)
	w := cmd.OutOrStdout()
	show := func(f doctor.Finding) { _ = doctor.Print(w, f) }
	if asJSON {
		show = func(doctor.Finding) {}
	}
	findings := doctor.Run(cmd.Context(), doctor.Checks(s), show)
	if asJSON {
		if err := doctor.WriteJSON(w, findings); err != nil {
			return err
		}
	}
	switch n := doctor.Count(findings, doctor.Problem); {
	case n == 1:
		return fmt.Errorf("one problem needs fixing")
	case n > 1:
		return fmt.Errorf("%d problems need fixing", n)
	}
	if warnings := doctor.Count(findings, doctor.Warning); !asJSON && warnings == 0 {
		_, _ = io.WriteString(w, "\nNothing needs fixing.\n")
	}
	return nil
}

// removeUnknownFiles removes what a sweep of the server keeps.
func removeUnknownFiles(cmd *cobra.Command, cfg *config.Config) error {
	n, err := server.RemoveUnknownFiles(cmd.Context(), cfg)
	fmt.Fprintf(cmd.OutOrStdout(), "%s removed\n", connect.Plural(n, "file", "files"))
	return err
}
