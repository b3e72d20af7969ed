package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
)

// levelFlag is the flag --level.
type levelFlag string

func (l *levelFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVar((*string)(l), "level", "", "everything, mentions, nothing or default")
}

// level returns the level that the flag gives, nil if it is not given.
func (l *levelFlag) level(cmd *cobra.Command) (*plausch.NotifyLevel, error) {
	level := plausch.NotifyLevel(*l)
	switch {
	case !cmd.Flags().Changed("level"):
		return nil, nil
	case level == "default":
		level = ""
	case !level.Known():
		return nil, connect.Usagef("a level is everything, mentions, nothing or default, not %q", level)
	}
	return &level, nil
}

// notifyFlags are what the command notify is to change.
type notifyFlags struct {
	level       levelFlag
	quiet, zone string
	keywords    []string
	hideText    bool
}

func newNotifyCommand() *cobra.Command {
	var flags connect.Flags
	var set notifyFlags
	cmd := &cobra.Command{
		Use:   "notify",
		Short: "Say what you are notified of",
		Long: "Changes of what you are notified, on all your devices, and prints it. The level default is\n" +
			"everything in direct and private rooms, and mentions in public ones. A single room has a\n" +
			"level of its own by plausch room notify.",
		Example: "  plausch notify --level mentions --keyword pizza\n" +
			"  plausch notify --quiet 22:00-07:00 --zone Europe/Berlin",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			change, err := set.change(cmd)
			if err != nil {
				return err
			}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error { return notifyAll(ctx, cmd, c, change) })
		},
	}
	f := cmd.Flags()
	set.level.add(cmd)
	f.StringSliceVar(&set.keywords, "keyword", nil, "Words that count as mentions of you, in the place of those before; \"\" for none")
	f.StringVar(&set.quiet, "quiet", "", "When to be left alone each day, such as 22:00-07:00, or off")
	f.StringVar(&set.zone, "zone", "", "The time zone of --quiet, such as Europe/Berlin (default $TZ, else UTC)")
	f.BoolVar(&set.hideText, "hide-text", false, "Have notifications say only who wrote")
	addConnection(cmd, &flags)
	return cmd
}

// change returns what is to change.
func (n *notifyFlags) change(cmd *cobra.Command) (change plausch.PreferenceChange, err error) {
	given := cmd.Flags().Changed
	if change.Level, err = n.level.level(cmd); err != nil {
		return change, err
	}
	if given("keyword") {
		words := []string{}
		for _, word := range n.keywords {
			if strings.TrimSpace(word) != "" {
				words = append(words, word)
			}
		}
		change.Keywords = &words
	}
	if given("hide-text") {
		change.HideText = &n.hideText
	}
	if given("zone") && !given("quiet") {
		return change, connect.Usagef("--zone goes with --quiet")
	}
	if given("quiet") {
		change.Quiet, err = parseQuiet(n.quiet, n.zone)
	}
	return change, err
}

// parseQuiet reads quiet hours such as 22:00-07:00.
func parseQuiet(text, zone string) (*plausch.QuietHours, error) {
	if text == "off" {
		return &plausch.QuietHours{}, nil
	}
	from, to, ok := strings.Cut(text, "-")
	begin, err := time.Parse("15:04", strings.TrimSpace(from))
	end, err2 := time.Parse("15:04", strings.TrimSpace(to))
	if !ok || err != nil || err2 != nil {
		return nil, connect.Usagef("--quiet is such as 22:00-07:00, or off, not %q", text)
	}
	if zone == "" {
		zone = strings.TrimPrefix(os.Getenv("TZ"), ":")
	}
	minutes := func(t time.Time) int { return t.Hour()*60 + t.Minute() }
	return &plausch.QuietHours{From: minutes(begin), To: minutes(end), Zone: zone}, nil
}

// notifyAll changes what is chosen for all rooms, if anything is to change, and prints it.
func notifyAll(ctx context.Context, cmd *cobra.Command, c *client.Client, change plausch.PreferenceChange) (err error) {
	var p plausch.Preferences
	if change == (plausch.PreferenceChange{}) {
		p, err = c.GetPreferences(ctx)
	} else {
		p, err = c.SetPreferences(ctx, change)
	}
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	fmt.Fprintln(out, "Level:    ", levelText(p.Level))
	fmt.Fprintln(out, "Keywords: ", client.CleanLine(strings.Join(p.Keywords, ", ")))
	fmt.Fprintln(out, "Quiet:    ", quietText(p.Quiet))
	fmt.Fprintln(out, "Text:     ", map[bool]string{true: "left out", false: "as each device has asked for it"}[p.HideText])
	return nil
}

func levelText(level plausch.NotifyLevel) string {
	if level == "" {
		return "default"
	}
	return client.CleanLine(string(level))
}

func quietText(q plausch.QuietHours) string {
	if q.From == q.To {
		return "never"
	}
	zone := q.Zone
	if zone == "" {
		zone = "UTC"
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d %s", q.From/60, q.From%60, q.To/60, q.To%60, client.CleanLine(zone))
}
