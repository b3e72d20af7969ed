package hook

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// forges are those that post events as GitHub does. Gitea and Forgejo send GitHub's
// header, too, so theirs are looked for first.
var forges = []struct{ name, header string }{
	{"Forgejo", "X-Forgejo-Event"},
	{"Gitea", "X-Gitea-Event"},
	{"Gogs", "X-Gogs-Event"},
	{"GitHub", "X-GitHub-Event"},
}

// forgeEvent returns which forge sends a request, and which event.
func forgeEvent(h http.Header) (forge, event string) {
	for _, f := range forges {
		if event := h.Get(f.header); event != "" {
			return f.name, event
		}
	}
	return "", ""
}

// forgeText returns the text of an event of GitHub
// (https://docs.github.com/en/webhooks/webhook-events-and-payloads), or of a forge
// that has the same ones.
func forgeText(forge, kind string, doc object) string {
	e := event{doc, forge}
	var l lines
	write, known := eventWriters[kind]
	if known {
		write(e, &l)
	}
	if len(l.all) == 0 {
		e.addUnknown(&l, kind)
	}
	where := firstText(doc.object("repository").text("full_name"), doc.object("organization").text("login", "username"))
	if where != "" {
		where = "[" + where + "] "
	}
	return where + l.String()
}

// event is the payload of a forge.
type event struct {
	object
	forge string
}

// eventWriters add the lines of an event: who did what, and where to look. Those
// that add nothing leave the event to [event.addUnknown].
var eventWriters = map[string]func(event, *lines){
	"ping":                           event.ping,
	"push":                           event.push,
	"create":                         event.create,
	"delete":                         event.delete,
	"fork":                           event.fork,
	"release":                        event.release,
	"issues":                         event.issue,
	"issue_assign":                   event.issue,
	"issue_label":                    event.issue,
	"issue_milestone":                event.issue,
	"issue_comment":                  event.comment,
	"pull_request":                   event.pull,
	"pull_request_target":            event.pull,
	"pull_request_assign":            event.pull,
	"pull_request_label":             event.pull,
	"pull_request_milestone":         event.pull,
	"pull_request_sync":              event.pull,
	"pull_request_review_request":    event.pull,
	"pull_request_comment":           event.pullComment,
	"pull_request_review":            event.review,
	"pull_request_approved":          event.review,
	"pull_request_rejected":          event.review,
	"pull_request_review_approved":   event.review,
	"pull_request_review_rejected":   event.review,
	"pull_request_review_comment":    event.comment,
	"commit_comment":                 event.comment,
	"discussion":                     event.discussion,
	"discussion_comment":             event.comment,
	"workflow_run":                   event.run,
	"workflow_job":                   event.run,
	"check_run":                      event.run,
	"check_suite":                    event.run,
	"deployment_status":              event.deployment,
	"status":                         event.status,
	"dependabot_alert":               event.alert,
	"code_scanning_alert":            event.alert,
	"secret_scanning_alert":          event.alert,
	"repository_vulnerability_alert": event.alert,
}

// loginOf returns the name of an account.
func loginOf(o object) string { return o.text("login", "username", "name") }

func (e event) sender() string {
	return firstText(loginOf(e.object.object("sender")), firstText(loginOf(e.object.object("pusher")), e.forge))
}

// action returns what happened in words, such as "review requested".
func (e event) action() string { return strings.ReplaceAll(e.text("action"), "_", " ") }

// link returns the address of a thing for people.
func link(o object) string { return o.text("html_url", "target_url", "details_url", "url") }

func (e event) ping(l *lines) {
	l.add(e.forge + " is connected. " + e.text("zen"))
}

// addUnknown adds a line about an event of an unknown kind.
func (e event) addUnknown(l *lines, kind string) {
	thing := e.object.object(kind)
	what := strings.ReplaceAll(kind, "_", " ")
	l.add(strings.TrimSpace(fmt.Sprintf("%s: %s %s", e.sender(), what, e.action())) + titleSuffix(thing))
	l.add(thing.text("html_url"))
}

// titleSuffix returns the number and the name of a thing as they stand behind a word.
func titleSuffix(o object) string {
	number, name := o.text("number", "run_number"), o.text("title", "name", "tag_name", "full_name", "display_title")
	if number != "" {
		number = " #" + number
	}
	if name != "" {
		name = ": " + subject(name)
	}
	return number + name
}

// subject returns the first line of a text.
func subject(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(line)
}

// addLine adds "who verb what #1: title" and the link of a thing.
func (e event) addLine(l *lines, verb, what string, thing object) {
	l.add(joinWords(e.sender(), verb, what) + titleSuffix(thing))
	l.add(link(thing))
}

func joinWords(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return strings.TrimSpace(w) == "" }), " ")
}

func (e event) issue(l *lines) {
	if e.has("issue") {
		e.change(l, "issue", e.object.object("issue"))
	}
}

func (e event) pull(l *lines) {
	if e.has("pull_request") {
		e.change(l, "pull request", e.object.object("pull_request"))
	}
}

// change tells of an issue or a pull request.
func (e event) change(l *lines, what string, thing object) {
	switch verb := e.action(); e.text("action") {
	case "closed":
		if thing.isTrue("merged") {
			verb = "merged"
		}
		e.addLine(l, verb, what, thing)
	case "synchronize", "synchronized":
		e.addLine(l, "pushed to", what, thing)
	case "review_requested":
		e.addLine(l, joinWords("asked", e.reviewer(), "to review"), what, thing)
	case "review_request_removed":
		e.addLine(l, joinWords("no longer asks", e.reviewer(), "to review"), what, thing)
	case "labeled", "unlabeled":
		e.addLine(l, joinWords(verb, quoted(e.object.object("label").text("name"))), what, thing)
	case "assigned", "unassigned":
		e.addLine(l, joinWords(verb, loginOf(e.object.object("assignee"))), map[string]string{"assigned": "to ", "unassigned": "from "}[e.text("action")]+what, thing)
	case "ready_for_review":
		e.addLine(l, "marked as ready for review:", what, thing)
	case "converted_to_draft":
		e.addLine(l, "turned into a draft:", what, thing)
	default:
		e.addLine(l, verb, what, thing)
	}
}

// reviewer returns the person or the team that is asked for a review.
func (e event) reviewer() string {
	return firstText(loginOf(e.object.object("requested_reviewer")), e.object.object("requested_team").text("name"))
}

func quoted(text string) string {
	if text == "" {
		return ""
	}
	return "“" + text + "”"
}

func (e event) pullComment(l *lines) {
	if e.has("review") && !e.has("comment") {
		e.review(l)
		return
	}
	e.comment(l)
}

// comment tells of a comment. What it said is told of a new one alone.
func (e event) comment(l *lines) {
	comment := e.object.object("comment")
	if len(comment) == 0 {
		return
	}
	thing, on := object{}, ""
	for _, key := range []string{"issue", "pull_request", "discussion"} {
		if e.has(key) {
			thing = e.object.object(key)
			on = " on" + firstText(titleSuffix(thing), " it")
			break
		}
	}
	if commit := comment.text("commit_id"); on == "" && commit != "" {
		on = fmt.Sprintf(" on %.7s", commit)
	}
	switch e.text("action") {
	case "created", "":
		l.add(e.sender() + " commented" + on)
		l.add(comment.text("body"))
		l.add(firstText(comment.text("html_url"), link(thing)))
	case "deleted": // its address leads nowhere
		l.add(e.sender() + " deleted a comment" + on)
		l.add(link(thing))
	default:
		l.add(e.sender() + " " + e.action() + " a comment" + on)
		l.add(firstText(comment.text("html_url"), link(thing)))
	}
}

func (e event) discussion(l *lines) {
	if discussion := e.object.object("discussion"); len(discussion) > 0 {
		e.addLine(l, e.action(), "discussion", discussion)
	}
}
