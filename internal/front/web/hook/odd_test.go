package hook_test

import (
	"net/http"
	"strings"
	"testing"

	"plausch/internal/front/web/hook"
)

// wantText wants what a body becomes.
func wantText(t *testing.T, h http.Header, body, want string) {
	t.Helper()
	if got, err := hook.Text(h, []byte(body)); err != nil || got != want {
		t.Errorf("%s\n%v, got\n%s\nwant\n%s", body[:min(len(body), 200)], err, got, want)
	}
}

func typed(media string) http.Header { return http.Header{"Content-Type": {media}} }

// TestOddParts has documents a part of which is not what it should be: the rest is
// told.
func TestOddParts(t *testing.T) {
	deep := strings.Repeat("[", 20000) + strings.Repeat("]", 20000)
	for body, want := range map[string]string{
		`{"text":"x","attachments":"x"}`:                                         "x",
		`{"text":"x","blocks":"y","attachments":[1,null,"z",{"text":7}]}`:        "x\n7",
		`{"text":"x","blocks":[{"type":"hologram","shape":[1]}]}`:                "x",
		`{"text":"x","blocks":[{"type":"header","text":"Head"},{"type":"new"}]}`: "x\nHead",
		`{"text":["x"]}`: "x",
		`{"text":1e400,"text":null,"blocks":{"type":"section","text":{"text":"y"}}}`:                   "y",
		`{"text":12345678901234567890}`:                                                                "12345678901234567890",
		`{"text":"a","text":"b"}`:                                                                      "b",
		`{"text":"x","deep":` + deep + `}`:                                                             "x",
		`{"text":"x","blocks":[{"type":"context","elements":[["y"],{"text":{"text":{"text":"z"}}}]}]}`: "z",
		`{"text":"fallback","blocks":[{"type":"markdown","text":"**Build** failed"}]}`:                 "**Build** failed",
		`{"text":"C:\dir","n":NaN,"l":[1,2,],}`:                                                        `C:\dir`,
		`[{"text":"a"},{"text":"b"}]`:                                                                  "a\nb",
		`{"text":"a"}` + "\n" + `{"text":"b"}`:                                                         "a\nb",
		"{\"text\":\"a\nb\tc\x01\"}":                                                                   "a\nb\tc",
		"\xef\xbb\xbf{\"text\":\"ä\"}":                                                                 "ä",
		"{\"text\":\"gr\xfcn\"}":                                                                       "gr\ufffdn",
		"\xff\xfe{\x00\"\x00t\x00e\x00x\x00t\x00\"\x00:\x00\"\x00\xe4\x00\"\x00}\x00":                  "ä",
		`{"text":"\ud800 x"}`:                                                                          "\ufffd x",
	} {
		wantText(t, http.Header{}, body, want)
	}
}

func TestManyDocuments(t *testing.T) {
	got, err := hook.Text(http.Header{}, []byte(strings.Repeat(`{"text":"x"}`, 5000)))
	if lines := strings.Count(got, "\n") + 1; err != nil || lines != 1000 {
		t.Errorf("5000 documents become %d lines, %v", lines, err)
	}
}

func TestCharsets(t *testing.T) {
	for media, body := range map[string]string{
		"application/json; charset=iso-8859-1":                  "{\"text\":\"grün\"}",
		"application/json; charset=utf-8":                       "",
		"application/json; charset=windows-1252":                "{\"text\":\"gr\xfcn\"}",
		"application/x-www-form-urlencoded; charset=iso-8859-1": "payload=%7B%22text%22:%22gr%FCn%22%7D",
		"text/plain; charset=latin1":                            "gr\xfcn",
	} {
		want := "grün"
		if strings.HasSuffix(media, "json; charset=iso-8859-1") {
			body = "{\"text\":\"gr\xfcn\"}"
		}
		if body == "" {
			body = `{"text":"grün"}`
		}
		wantText(t, typed(media), body, want)
	}
}

func TestForms(t *testing.T) {
	for body, want := range map[string]string{
		`payload={"text":"a; b & 95% full, 100%25"}`:      "a; b & 95% full, 100%",
		`payload=%7B%22text%22%3A%22a%3Bb+c%22%7D&x=%zz;`: "a;b c",
		`title=Disk&message=95%+full;+act`:                "Disk\n95% full; act",
	} {
		wantText(t, typed("application/x-www-form-urlencoded"), body, want)
	}
	parts := "--b\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n{\"content\":\"hi\"}\r\n--b\r\n" +
		"Content-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\nxx\r\n--b--\r\n"
	wantText(t, typed("multipart/form-data; boundary=b"), parts, "hi")
}

func TestBrackets(t *testing.T) {
	for text, want := range map[string]string{
		`List<String> x; <none>`:                                  `List<String> x; <none>`,
		`<b>bold</b> <!DOCTYPE html> <a href="http://x">`:         `<b>bold</b> <!DOCTYPE html> <a href="http://x">`,
		`From: Bob <bob@example.org>`:                             `From: Bob <bob@example.org>`,
		`File "<stdin>", line 1, in <module>`:                     `File "<stdin>", line 1, in <module>`,
		`a <b <https://x.lan|x>`:                                  `a <b x (https://x.lan)`,
		`<@U024BE7LH> <#C02|general> <!here>`:                     `@U024BE7LH #general @here`,
		`<mailto:a@b.lan|Ann> map<int, C::D>`:                     `Ann (a@b.lan) map<int, C::D>`,
		`#include <std::vector>`:                                  `#include <std::vector>`,
		`:fire: :white_check_mark::tada: main.go:100:5 :no_such:`: `🔥 ✅🎉 main.go:100:5 :no_such:`,
	} {
		b := strings.ReplaceAll(strings.ReplaceAll(text, `\`, `\\`), `"`, `\"`)
		wantText(t, http.Header{}, `{"text":"`+b+`"}`, want)
	}
}

func TestSlackParts(t *testing.T) {
	for body, want := range map[string]string{
		// Two alerts may have equal lines.
		`{"attachments":[{"title":"Disk","text":"OK","fields":[{"title":"Severity","value":"low"}]},
			{"title":"CPU","text":"OK","fields":[{"title":"Severity","value":"low"}],"fallback":"CPU"}]}`: "Disk\nOK\nSeverity: low\nCPU\nOK\nSeverity: low",
		`{"attachments":[{"text":"x","actions":[{"text":"Runbook","url":"https://r"},{"text":"Ack","name":"ack"},{"text":"Silence","url":"https://s"}]}]}`: "x\nRunbook https://r Silence https://s",
		`{"blocks":[{"type":"rich_text","elements":[
			{"type":"rich_text_section","elements":[{"type":"text","text":"See "},{"type":"link","url":"https://x","text":"x"},{"type":"emoji","name":"fire","unicode":"1f525"},{"type":"user","user_id":"U1"}]},
			{"type":"rich_text_list","style":"ordered","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]},{"type":"rich_text_section","elements":[{"type":"text","text":"two"}]}]},
			{"type":"rich_text_preformatted","elements":[{"type":"text","text":"code <b>"}]}]}]}`: "See x (https://x)🔥@U1\n1. one\n2. two\ncode <b>",
		`{"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"hot"},{"type":"emoji","name":"fire"},{"type":"emoji","name":"our_logo"}]}]}]}`:                                                        "hot🔥:our_logo:",
		`{"blocks":[{"type":"table","rows":[[{"type":"raw_text","text":"a"},{"type":"raw_text","text":"b"}],[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"c"}]}]},{"type":"raw_text","text":"d"}]]}]}`: "a | b\nc | d",
		`{"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"x"},"accessory":{"type":"button","text":{"type":"plain_text","text":"Open"},"url":"https://o"}}]}`:                                                                                 "x\nOpen https://o",
	} {
		wantText(t, http.Header{}, body, want)
	}
}

// TestOtherSenders has documents that were not made for Slack.
func TestOtherSenders(t *testing.T) {
	for body, want := range map[string]string{
		`{"topic":"t","title":"Disk","message":"full","click":"https://x","priority":4}`:                                  "Disk https://x\nfull",
		`{"title":"Backup","message":"done","priority":5}`:                                                                "Backup\ndone",
		`{"heartbeat":{"status":0},"monitor":{"name":"Web"},"msg":"[Web] down"}`:                                          "[Web] down",
		`{"content":"hi","embeds":[{"title":"T","url":"https://t","description":"d","fields":[{"name":"a","value":1}]}]}`: "hi\nT https://t\nd\na: 1",
		`{"@type":"MessageCard","summary":"s","title":"T","sections":[{"activityTitle":"A","facts":[{"name":"k","value":"v"}]}],"potentialAction":[{"name":"Open","targets":[{"os":"default","uri":"https://o"}]}]}`:                  "T\nA\nk: v\nOpen https://o",
		`{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","body":[{"type":"TextBlock","text":"Hello"}]}}]}`:                                                 "Hello",
		`{"version":"4","status":"firing","externalURL":"http://am","alerts":[{"status":"firing","labels":{"alertname":"Down","instance":"n1","severity":"page"},"annotations":{"summary":"n1 is down"},"generatorURL":"http://g"}]}`: "[FIRING] Down (n1) http://g\nn1 is down\nseverity: page\nhttp://am",
		`{"receiver":"r","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"CPU"}}],"externalURL":"http://g","title":"[FIRING:1] CPU","state":"alerting","message":"**Firing** CPU"}`:                              "[FIRING:1] CPU\n**Firing** CPU",
		`{"message":{"text":"nested"}}`: "nested",
	} {
		wantText(t, http.Header{}, body, want)
	}
}

func TestForgeEvents(t *testing.T) {
	const repo = `"repository":{"full_name":"a/b","html_url":"https://g/a/b"},"sender":{"login":"ann"}`
	for _, tt := range []struct{ forge, event, body, want string }{
		{"GitHub", "issue_comment", `"action":"deleted","issue":{"number":1,"title":"T","html_url":"https://g/1"},"comment":{"body":"secret","html_url":"https://g/1#c"}`, "ann deleted a comment on #1: T\nhttps://g/1"},
		{"GitHub", "issue_comment", `"action":"edited","issue":{"number":1,"title":"T"},"comment":{"body":"new words","html_url":"https://g/1#c"}`, "ann edited a comment on #1: T\nhttps://g/1#c"},
		{"GitHub", "check_run", `"action":"completed","check_run":{"name":"test","conclusion":"failure","html_url":"https://g/r","check_suite":{"head_branch":"main"}}`, "check run test: failure on main\nhttps://g/r"},
		{"GitHub", "workflow_run", `"action":"completed","workflow_run":{"name":"CI","run_number":7,"conclusion":"success","head_branch":"main","html_url":"https://g/7"}`, "workflow run CI #7: success on main\nhttps://g/7"},
		{"GitHub", "release", `"action":"published","release":{"name":"Spring","tag_name":"v1","html_url":"https://g/v1"}`, "ann published release Spring (v1)\nhttps://g/v1"},
		{"GitHub", "pull_request_review", `"action":"submitted","review":{"state":"approved","body":null,"html_url":"https://g/2#r"},"pull_request":{"number":2,"title":"P"}`, "ann approved pull request #2: P\nhttps://g/2#r"},
		{"GitHub", "pull_request", `"action":"review_requested","requested_reviewer":{"login":"bob"},"pull_request":{"number":2,"title":"P","html_url":"https://g/2"}`, "ann asked bob to review pull request #2: P\nhttps://g/2"},
		{"GitHub", "create", `"ref":"v1","ref_type":"tag"`, "ann created the tag v1\nhttps://g/a/b"},
		{"GitHub", "delete", `"ref":"old","ref_type":"branch"`, "ann deleted the branch old"},
		{"GitHub", "discussion", `"action":"created","discussion":{"number":3,"title":"D","html_url":"https://g/3"}`, "ann created discussion #3: D\nhttps://g/3"},
		{"GitHub", "push", `"ref":7,"commits":{"id":1,"message":["x"]},"pusher":"x"`, "ann pushed 1 commit to 7\n1"},
		{"GitHub", "issues", `"action":null,"issue":"x"`, "ann: issues"},
		{"Gitea", "push", `"ref":"refs/heads/main","compare_url":"https://g/c","pusher":{"login":"bob"},"commits":[{"id":"0123456789","message":"m\nx","author":{"name":"Bob"}}]`, "bob pushed 1 commit to main\nhttps://g/c\n0123456 m (Bob)"},
		{"Forgejo", "push", `"ref":"refs/heads/main","commits":[{"id":"0123456789","message":"m"}]`, "ann pushed 1 commit to main\n0123456 m"},
		{"Gitea", "pull_request_approved", `"action":"reviewed","review":{"type":"pull_request_review_approved","content":"ok"},"pull_request":{"number":2,"title":"P","html_url":"https://g/2"}`, "ann approved pull request #2: P\nok\nhttps://g/2"},
		{"Forgejo", "ping", ``, "Forgejo is connected."},
	} {
		h := http.Header{"X-Github-Event": {tt.event}, "X-" + tt.forge + "-Event": {tt.event}}
		if tt.forge == "GitHub" {
			h = http.Header{"X-Github-Event": {tt.event}}
		}
		body := "{" + tt.body + "," + repo + "}"
		wantText(t, h, strings.Replace(body, "{,", "{", 1), "[a/b] "+tt.want)
	}
}
