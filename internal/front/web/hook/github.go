package hook

import (
	"fmt"
	"strings"
)

// event is what GitHub sends, as far as it is told here:
// https://docs.github.com/en/webhooks/webhook-events-and-payloads.
type event struct {
	Action     string `json:"action"`
	Repository struct {
		FullName string `json:"full_name"`
	} `json:"repository"`
	Organization struct {
		Login string `json:"login"`
	} `json:"organization"`
	Sender struct {
		Login string `json:"login"`
	} `json:"sender"`

	Zen string `json:"zen"` // of ping

	// Of push.
	Ref     string `json:"ref"`
	Compare string `json:"compare"`
	Created bool   `json:"created"`
	Deleted bool   `json:"deleted"`
	Forced  bool   `json:"forced"`
	Pusher  struct {
		Name string `json:"name"`
	} `json:"pusher"`
	Commits []commit `json:"commits"`

	Issue       *item    `json:"issue"`
	PullRequest *item    `json:"pull_request"`
	Comment     *comment `json:"comment"`
}

type commit struct {
	ID      string `json:"id"`
	Message string `json:"message"`
	Author  struct {
		Name string `json:"name"`
	} `json:"author"`
}

// item is an issue or a pull request.
type item struct {
	Number int    `json:"number"`
	Title  string `json:"title"`
	URL    string `json:"html_url"`
	Merged bool   `json:"merged"`
}

type comment struct {
	Body string `json:"body"`
	URL  string `json:"html_url"`
}

// maxCommits is how many commits of a push are told.
const maxCommits = 10

// github returns the text of an event.
func github(kind string, doc []byte) (string, error) {
	var e event
	if err := read(doc, &e); err != nil {
		return "", err
	}
	where := e.Repository.FullName
	if where == "" {
		where = e.Organization.Login
	}
	if where != "" {
		where = "[" + where + "] "
	}
	return where + e.text(kind), nil
}

func (e *event) text(kind string) string {
	switch {
	case kind == "ping":
		return "GitHub is connected. " + e.Zen
	case kind == "push":
		return e.push()
	case kind == "issues" && e.Issue != nil:
		return e.told("issue", e.Issue, e.Action)
	case kind == "pull_request" && e.PullRequest != nil:
		return e.told("pull request", e.PullRequest, pullVerb(e))
	case kind == "issue_comment" && e.Issue != nil && e.Comment != nil:
		return fmt.Sprintf("%s commented on #%d: %s\n%s\n%s", e.Sender.Login, e.Issue.Number, e.Issue.Title, e.Comment.Body, e.Comment.URL)
	default:
		return strings.TrimSpace(fmt.Sprintf("%s: %s %s", e.Sender.Login, strings.ReplaceAll(kind, "_", " "), e.Action))
	}
}

func pullVerb(e *event) string {
	switch {
	case e.Action == "closed" && e.PullRequest.Merged:
		return "merged"
	case e.Action == "synchronize":
		return "pushed to"
	default:
		return e.Action
	}
}

func (e *event) told(what string, i *item, verb string) string {
	return fmt.Sprintf("%s %s %s #%d: %s\n%s", e.Sender.Login, strings.ReplaceAll(verb, "_", " "), what, i.Number, i.Title, i.URL)
}

func (e *event) push() string {
	who := e.Pusher.Name
	if who == "" {
		who = e.Sender.Login
	}
	what, name := "branch ", strings.TrimPrefix(e.Ref, "refs/heads/")
	if tag, ok := strings.CutPrefix(e.Ref, "refs/tags/"); ok {
		what, name = "tag ", tag
	}
	switch {
	case e.Deleted:
		return fmt.Sprintf("%s deleted the %s%s", who, what, name)
	case e.Created && len(e.Commits) == 0:
		return fmt.Sprintf("%s created the %s%s\n%s", who, what, name, e.Compare)
	}
	var b strings.Builder
	verb, commits := "pushed", "commits"
	if e.Forced {
		verb = "force-pushed"
	}
	if len(e.Commits) == 1 {
		commits = "commit"
	}
	fmt.Fprintf(&b, "%s %s %d %s to %s\n%s", who, verb, len(e.Commits), commits, name, e.Compare)
	for i, c := range e.Commits {
		if i == maxCommits {
			fmt.Fprintf(&b, "\nand %d more", len(e.Commits)-i)
			break
		}
		subject, _, _ := strings.Cut(c.Message, "\n")
		fmt.Fprintf(&b, "\n%.7s %s (%s)", c.ID, subject, c.Author.Name)
	}
	return b.String()
}
