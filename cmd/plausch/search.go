package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
	"plausch/protocol"
)

func newSearchCommand() *cobra.Command {
	var flags connect.Flags
	s := new(searcher)
	cmd := &cobra.Command{
		Use:   "search [flags] QUERY",
		Short: "Find messages by what they say",
		Long: "Prints the messages of your rooms that have all words of the query, the newest first: the room\n" +
			"and number of each, so that plausch tail ROOM --since shows what followed.\n\n" +
			"  wagen              the word, also in others: Kinderwagen\n" +
			"  kind*              words that begin so\n" +
			"  '\"rotes haus\"'     exactly these words\n" +
			"  from:anna in:garden has:picture has:file has:link\n" +
			"  before:2026-05-31 after:2026-05\n\n" +
			"Case and accents do not count; strasse finds Straße. With --json each message is an object with\n" +
			"the keys of plausch tail --json. If nothing is found, the exit code is 1.",
		Example: "  plausch search strasse\n" +
			"  plausch search 'ladder from:bob after:2026-05' -n 5\n" +
			"  plausch search has:picture --json | jq -r '.attachments[].id'",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if s.limit < 1 {
				return connect.Usagef("-n takes a number from 1, not %d", s.limit)
			}
			s.rooms = map[plausch.RoomID]string{}
			return request(cmd, flags, func(ctx context.Context, c *client.Client) error {
				return s.run(ctx, cmd, c, strings.Join(args, " "))
			})
		},
	}
	addConnection(cmd, &flags)
	cmd.Flags().IntVarP(&s.limit, "lines", "n", 20, "How many messages to print")
	cmd.Flags().BoolVar(&s.json, "json", false, "Print JSON objects, one a line")
	return cmd
}

// searcher is one run of plausch search.
type searcher struct {
	limit int
	json  bool
	rooms map[plausch.RoomID]string // what they are called
}

// run prints what a query finds.
func (s *searcher) run(ctx context.Context, cmd *cobra.Command, c *client.Client, query string) error {
	out := bufio.NewWriter(cmd.OutOrStdout())
	var page plausch.HitPage
	partial := false
	for left, next := s.limit, ""; ; next = page.Next {
		var err error
		if page, err = c.Search(ctx, client.SearchQuery{Text: query, Next: next, Limit: min(left, protocol.MaxPage)}); err != nil {
			return err
		}
		partial = partial || page.Partial
		for i := range page.Hits {
			if err := s.print(ctx, out, c, &page.Hits[i]); err != nil {
				return err
			}
		}
		if left -= len(page.Hits); left <= 0 || page.Next == "" {
			if left == s.limit {
				return s.nothing(page)
			}
			break
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if page.Since != 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "The server is still preparing older messages; %s.\n", searchedTo(page))
	}
	if partial {
		fmt.Fprintln(cmd.ErrOrStderr(), "There may be more: a part of a word stands in very many words. Longer words find all.")
	}
	return nil
}

// nothing is the error of a search that finds nothing.
func (s *searcher) nothing(page plausch.HitPage) error {
	text := "Nothing found"
	if page.Since != 0 {
		text += ": the server is still preparing older messages, " + searchedTo(page)
	}
	return &connect.Error{Exit: connect.ExitFailure, Err: errors.New(text)}
}

func searchedTo(page plausch.HitPage) string {
	return "searched back to " + time.UnixMilli(page.Since).Local().Format("2006-01-02 15:04")
}

// print prints a hit.
func (s *searcher) print(ctx context.Context, out *bufio.Writer, c *client.Client, h *plausch.Hit) error {
	room, ok := s.rooms[h.Room]
	if !ok {
		r, err := c.GetRoom(ctx, client.RoomRef{ID: h.Room})
		if err != nil {
			return err
		}
		room = connect.TargetOf(r.Room).String()
		s.rooms[h.Room] = room
	}
	if s.json {
		line, err := eventJSON(room, h.Event, false)
		if err != nil {
			return err
		}
		_, err = out.Write(append(line, '\n'))
		return err
	}
	_, err := fmt.Fprintf(out, "%s #%d  %s", room, h.Seq, messageLine(h.Event))
	return err
}
