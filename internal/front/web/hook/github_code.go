package hook

import (
	"fmt"
	"strings"
)

// maxCommits is how many commits of a push are told.
const maxCommits = 10

func (e event) push(l *lines) {
	who := firstText(loginOf(e.object.object("pusher")), e.sender())
	if name := e.object.object("pusher").text("name"); e.forge == "GitHub" && name != "" {
		who = name
	}
	if e.text("ref") == "" && e.object["commits"] == nil {
		return
	}
	what, name := refName(e.text("ref"))
	address := e.text("compare_url", "compare")
	commits := e.objects("commits")
	switch {
	case e.isTrue("deleted") || isZero(e.text("after")):
		l.add(fmt.Sprintf("%s deleted the %s %s", who, what, name))
		return
	case (e.isTrue("created") || isZero(e.text("before")) || what == "tag") && len(commits) == 0:
		l.add(fmt.Sprintf("%s created the %s %s", who, what, name))
		l.add(address)
		return
	}
	verb, count := "pushed", max(len(commits), number(e.text("total_commits")))
	if e.isTrue("forced") {
		verb = "force-pushed"
	}
	plural := "s"
	if count == 1 {
		plural = ""
	}
	l.add(fmt.Sprintf("%s %s %d commit%s to %s", who, verb, count, plural, name))
	l.add(address)
	for i, c := range commits {
		if i == maxCommits {
			break
		}
		author := loginOf(c.object("author"))
		if name := c.object("author").text("name"); name != "" {
			author = name
		}
		line := fmt.Sprintf("%.7s %s", c.text("id"), subject(c.text("message")))
		if author != "" {
			line += " (" + author + ")"
		}
		l.add(line)
	}
	if told := min(len(commits), maxCommits); count > told {
		l.add(fmt.Sprintf("and %d more", count-told))
	}
}

// refName returns the kind of a ref, and its name.
func refName(ref string) (what, name string) {
	if tag, ok := strings.CutPrefix(ref, "refs/tags/"); ok {
		return "tag", tag
	}
	return "branch", strings.TrimPrefix(ref, "refs/heads/")
}

// isZero reports whether the hash of a commit says that there is none.
func isZero(hash string) bool { return len(hash) >= 40 && strings.Trim(hash, "0") == "" }

// number returns a small number, or 0.
func number(text string) (n int) {
	if len(text) < 8 {
		_, _ = fmt.Sscanf(text, "%d", &n) // 0 is right for what is none
	}
	return n
}

func (e event) create(l *lines) { e.refEvent(l, "created") }
func (e event) delete(l *lines) { e.refEvent(l, "deleted") }

func (e event) refEvent(l *lines, verb string) {
	what, name := refName(e.text("ref"))
	what = firstText(e.text("ref_type"), what)
	l.add(joinWords(e.sender(), verb, "the", what, name))
	if verb == "created" {
		l.add(e.object.object("repository").text("html_url"))
	}
}

func (e event) fork(l *lines) {
	forkee := e.object.object("forkee")
	l.add(joinWords(e.sender(), "forked it to", forkee.text("full_name")))
	l.add(link(forkee))
}

func (e event) release(l *lines) {
	release := e.object.object("release")
	if len(release) == 0 {
		return
	}
	tag, name := release.text("tag_name"), release.text("name")
	label := firstText(name, tag)
	if name != "" && tag != "" && !strings.Contains(name, tag) {
		label += " (" + tag + ")"
	}
	what := "release"
	if release.isTrue("prerelease") {
		what = "pre-release"
	}
	l.add(joinWords(e.sender(), e.action(), what, label))
	if e.text("action") != "deleted" {
		l.add(link(release))
	}
}

// review tells of a review of a pull request, with its result.
func (e event) review(l *lines) {
	review, pull := e.object.object("review"), e.object.object("pull_request")
	if len(review) == 0 && len(pull) == 0 {
		return
	}
	verb, state := "reviewed", strings.ToLower(firstText(review.text("state"), review.text("type")))
	switch {
	case e.text("action") == "dismissed":
		verb = "dismissed a review of"
	case e.text("action") == "edited":
		verb = "edited a review of"
	case strings.Contains(state, "approved"):
		verb = "approved"
	case strings.Contains(state, "changes_requested"), strings.Contains(state, "rejected"):
		verb = "requested changes to"
	case strings.Contains(state, "comment"):
		verb = "commented on"
	}
	l.add(joinWords(e.sender(), verb, "pull request") + titleSuffix(pull))
	if e.text("action") != "edited" && e.text("action") != "dismissed" {
		l.add(review.text("body", "content"))
	}
	l.add(firstText(review.text("html_url"), link(pull)))
}

// run tells of a workflow, a job or a check, with its result.
func (e event) run(l *lines) {
	kind, run := "", object{}
	for _, key := range []string{"workflow_run", "workflow_job", "check_run", "check_suite"} {
		if e.has(key) {
			kind, run = strings.ReplaceAll(key, "_", " "), e.object.object(key)
			break
		}
	}
	if kind == "" {
		return
	}
	name := run.text("name", "workflow_name", "display_title")
	if name == "" {
		name = run.object("app").text("name")
	}
	if number := run.text("run_number"); number != "" {
		name = joinWords(name, "#"+number)
	}
	result := firstText(run.text("conclusion"), firstText(run.text("status"), e.text("action")))
	if result == "completed" && run.text("conclusion") == "" {
		result = "completed without a result"
	}
	line := joinWords(kind, name) + ": " + strings.ReplaceAll(result, "_", " ")
	if branch := firstText(run.text("head_branch"), run.object("check_suite").text("head_branch")); branch != "" {
		line += " on " + branch
	}
	if title := subject(firstText(run.text("display_title"), run.object("head_commit").text("message"))); title != "" && !strings.Contains(line, title) {
		line += ": " + title
	}
	l.add(line)
	l.add(run.object("output").text("title"))
	for _, pull := range run.objects("pull_requests") {
		if number := pull.text("number"); number != "" {
			l.add("pull request #" + number)
		}
	}
	address := run.text("html_url", "details_url")
	if repository := e.object.object("repository").text("html_url"); address == "" && repository != "" && run.text("head_sha") != "" {
		address = repository + "/commit/" + run.text("head_sha")
	}
	l.add(address)
}

func (e event) deployment(l *lines) {
	status, deployment := e.object.object("deployment_status"), e.object.object("deployment")
	l.add(joinWords("deployment to", firstText(status.text("environment"), deployment.text("environment"))) + ": " + status.text("state"))
	l.add(status.text("description"))
	l.add(status.text("environment_url", "target_url", "log_url"))
}

// status tells of the result that a program gives a commit.
func (e event) status(l *lines) {
	if e.text("state") == "" {
		return
	}
	l.add(joinWords(e.text("context"), "on", fmt.Sprintf("%.7s", e.text("sha"))) + ": " + e.text("state"))
	l.add(e.text("description"))
	l.add(e.text("target_url"))
}

// alert tells of a weakness that the forge has found.
func (e event) alert(l *lines) {
	alert := e.object.object("alert")
	if len(alert) == 0 {
		return
	}
	advisory := alert.object("security_advisory")
	what := firstText(advisory.text("summary"), firstText(alert.object("rule").text("description"), alert.text("secret_type_display_name", "affected_package_name")))
	line := joinWords("security alert", e.action())
	if number := alert.text("number"); number != "" {
		line += " #" + number
	}
	l.add(labelled(line, what))
	l.add(labelled("severity", advisory.text("severity")))
	l.add(link(alert))
}
