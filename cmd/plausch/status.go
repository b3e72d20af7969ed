package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"plausch/internal/connect"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"plausch/internal/backup"
	"plausch/internal/config"
	"plausch/internal/server"
	"plausch/internal/store/sqlite"
)

// status is the output of plausch status.
type status struct {
	Data          string              `json:"data"`
	Running       bool                `json:"running"`
	Server        *server.Running     `json:"server,omitempty"`
	UptimeSeconds int64               `json:"uptime_seconds,omitempty"`
	Connections   *int64              `json:"connections,omitempty"` // missing if the metrics cannot be read
	AccountsHere  *int64              `json:"accounts_here,omitempty"`
	Certificate   *server.Certificate `json:"certificate,omitempty"` // missing without TLS

	Schema        int          `json:"schema"`
	Accounts      int64        `json:"accounts"`
	Rooms         int64        `json:"rooms"`
	Messages      int64        `json:"messages"`
	DatabaseBytes int64        `json:"database_bytes"`
	Attachments   int          `json:"attachments"`
	BlobBytes     int64        `json:"blob_bytes"`
	LastBackup    *backup.Last `json:"last_backup"` // null if there was none
}

func newStatusCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say how a server is doing",
		Long: "Says whether a server runs on the data folder, since when and where it listens, what it\n" +
			"keeps and when the last backup was made. It reads the data folder and, for the number of\n" +
			"connections, the server's metrics on the loopback; it changes nothing.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := findData(cmd)
			if err != nil {
				return err
			}
			s, err := readStatus(cmd.Context(), cfg)
			if rights := permissionError(cmd, cfg.Data, err); rights != nil {
				return rights
			}
			if err != nil {
				return err
			}
			if asJSON {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				return enc.Encode(s)
			}
			return s.write(cmd.OutOrStdout())
		},
	}
	addSettings(cmd, "data")
	cmd.Flags().BoolVar(&asJSON, "json", false, "Print JSON, for scripts")
	return cmd
}

func readStatus(ctx context.Context, cfg *config.Config) (*status, error) {
	s := &status{Data: cfg.Data}
	sum, err := sqlite.Summarize(ctx, cfg.DatabasePath())
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no database in %s; name the data folder with --data, or make one with plausch serve", cfg.Data)
	}
	if err != nil {
		return nil, err
	}
	s.Schema, s.Accounts, s.Rooms, s.Messages = sum.Schema, sum.Accounts, sum.Rooms, sum.Messages
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(cfg.DatabasePath() + suffix); err == nil {
			s.DatabaseBytes += info.Size()
		}
	}
	if s.Attachments, s.BlobBytes, err = backup.Blobs(cfg.Data); err != nil {
		return nil, err
	}
	if s.LastBackup, err = backup.FindLast(cfg.Data); err != nil {
		return nil, err
	}
	if s.Server, err = server.FindRunning(cfg.Data); err != nil {
		return nil, err
	}
	if s.Running = s.Server != nil; s.Running && s.Server.PID != 0 {
		s.UptimeSeconds = int64(time.Since(s.Server.Started).Seconds())
	}
	if s.Running && s.Server.Metrics != "" {
		figures := readMetrics(ctx, s.Server.Metrics)
		s.Connections, s.AccountsHere = figures["plausch_connections"], figures["plausch_accounts_here"]
		if c, err := s.Server.Certificate(ctx); err == nil && c.Kind != "" {
			s.Certificate = &c
		}
	}
	return s, nil
}

// readMetrics returns the figures without labels that a server tells, none if it
// does not answer: the rest of the status is worth having without them.
func readMetrics(ctx context.Context, address string) map[string]*int64 {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/metrics", nil)
	if err != nil {
		return nil
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	all := map[string]*int64{}
	lines := bufio.NewScanner(io.LimitReader(resp.Body, 1<<20))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if f, err := strconv.ParseFloat(value, 64); err == nil {
			n := int64(f)
			all[name] = &n
		}
	}
	return all
}

// contentText is the number of accounts, rooms and messages, for people.
func contentText(accounts, rooms, messages int64) string {
	return connect.Plural(int(accounts), "account", "accounts") + ", " + connect.Plural(int(rooms), "room", "rooms") + ", " +
		connect.Plural(int(messages), "message", "messages")
}

// certificateLine tells about a certificate in a line.
func certificateLine(c *server.Certificate) string {
	text := "none yet"
	if c.Fingerprint != "" {
		validity := "valid until"
		switch left := time.Until(c.NotAfter); {
		case left <= 0:
			validity = "EXPIRED on"
		case left < 14*24*time.Hour && c.Kind == "files":
			validity = "expires soon, on"
		}
		text = fmt.Sprintf("%s, %s %s, SHA-256 %s", c.Kind, validity, c.NotAfter.UTC().Format(time.DateOnly), c.Fingerprint)
		if validity != "valid until" && c.Kind == "files" {
			text += "; replace the files of tls_cert and tls_key"
		}
	}
	if c.Failed != "" {
		text += "; the last try has failed: " + strings.Join(strings.Fields(c.Failed), " ")
	}
	return text
}

func (s *status) write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	switch {
	case !s.Running:
		row("server", "not running")
	case s.Server.PID == 0:
		row("server", "starting or stopping")
	default:
		row("server", "Plausch %s, process %d, up %v", s.Server.Version, s.Server.PID, time.Since(s.Server.Started).Truncate(time.Second))
		row("listens on", "%s", strings.Join(s.Server.Listen, " and "))
	}
	if s.Connections != nil && s.AccountsHere != nil {
		row("connected", "%d accounts over %d connections", *s.AccountsHere, *s.Connections)
	} else if s.Running && s.Server.PID != 0 && s.Server.Metrics == "" {
		row("connected", "unknown: the metrics are off (--metrics-listen)")
	} else if s.Running {
		row("connected", "unknown: the metrics do not answer")
	}
	if c := s.Certificate; c != nil {
		row("certificate", "%s", certificateLine(c))
	}
	if s.Server != nil && s.Server.Damage != "" {
		row("DATABASE", "damaged: %s", s.Server.Damage)
		row("", "stop the server, keep a copy of the data folder, and restore a backup")
	}
	row("keeps", "%s", contentText(s.Accounts, s.Rooms, s.Messages))
	row("data", "%s (database %s, %s %s)", s.Data, size(s.DatabaseBytes), connect.Plural(s.Attachments, "attachment", "attachments"), size(s.BlobBytes))
	last := s.LastBackup
	if last == nil {
		last = new(backup.Last)
	}
	row("last backup", "%s", last.Describe(time.Now()))
	return t.Flush()
}
