package hook

import (
	"fmt"
	"slices"
	"strings"
)

// Keys under which senders that were not made for Slack say something.
var (
	titleKeys = []string{"title", "subject", "heading"}
	textKeys  = []string{"text", "message", "msg", "content", "body", "description", "markdown", "summary", "alert"}
	linkKeys  = []string{"click", "titleUrl", "title_link", "url", "link"}
	listKeys  = []string{"attachments", "blocks", "embeds", "sections", "alerts", "cards", "cardsV2"}
)

// LookedFor lists the keys, one of which a document has to have, for people.
var LookedFor = strings.Join(slices.Concat(textKeys, titleKeys[:2], listKeys[:5]), ", ")

// understood reports whether an object has a key that is told.
func (o object) understood() bool {
	return slices.ContainsFunc(slices.Concat(titleKeys, textKeys, listKeys), func(key string) bool { return o[key] != nil })
}

// addDocument adds the text of a document that was made for Slack, or for another
// program that takes a title and a text.
func (l *lines) addDocument(o object) {
	var told lines
	understood := told.addBlocks(o.objects("blocks"))
	if text := plain(bodyText(o)); text != "" {
		// With blocks, the text is for notifications only.
		if len(told.all) == 0 {
			told.add(text)
		} else if !understood && !strings.Contains(told.String(), strings.TrimSpace(text)) {
			told.all = slices.Insert(told.all, 0, text)
		}
	}
	told.addTitle(o)
	text := told.String()
	for i, a := range o.objects("attachments") {
		var part lines
		part.addAttachment(a)
		// Some senders begin the first attachment with the text once more.
		if i == 0 && len(part.all) > 0 && (part.all[0] == text || strings.HasPrefix(text, part.all[0]+"\n")) {
			part.all = part.all[1:]
		}
		told.all = append(told.all, part.all...)
	}
	for _, key := range []string{"embeds", "sections", "cards"} {
		for _, card := range o.objects(key) {
			told.addCard(card)
		}
	}
	told.addPotentialActions(o)
	if text == "" || !l.hasMessage(o) {
		told.addAlerts(o)
	}
	if len(told.all) == 0 {
		told.addNested(o)
	}
	l.all = append(l.all, told.all...)
}

// hasMessage reports whether the sender has told its alerts in words already.
func (l *lines) hasMessage(o object) bool { return bodyText(o) != "" }

// bodyText returns the first text of an object that is no title.
func bodyText(o object) string {
	for _, key := range textKeys {
		if key == "summary" && o.text(titleKeys...) != "" && len(o.objects("sections")) > 0 {
			continue // Teams' summary is for notifications only
		}
		if text := o.text(key); strings.TrimSpace(text) != "" {
			return text
		}
	}
	return ""
}

// addTitle puts a title, with its link, before the text that is there.
func (l *lines) addTitle(o object) {
	title := plain(o.text(titleKeys...))
	link := o.text(linkKeys...)
	if !isLink(link) {
		link = ""
	}
	text := l.String()
	switch {
	case title == "" && text == "":
	case title == "" || strings.HasPrefix(text, strings.TrimSpace(title)):
		if link != "" && !strings.Contains(text, link) {
			l.add(link)
		}
	default:
		l.all = slices.Insert(l.all, 0, titled(title, link))
	}
}

// addCard adds what Discord calls an embed and Teams a section or a card.
func (l *lines) addCard(o object) {
	l.add(plain(o.object("author").text("name")))
	l.add(titled(plain(o.text("title", "activityTitle")), o.text("url", "titleUrl")))
	l.add(plain(o.text("activitySubtitle")))
	l.add(plain(o.text("activityText")))
	l.add(plain(firstText(o.text("description"), o.text("text"))))
	l.addFields(o.objects("fields"), plain)
	l.addFields(o.objects("facts"), plain)
	for _, key := range []string{"body", "items", "columns"} { // of an adaptive card
		for _, inner := range o.objects(key) {
			l.addCard(inner)
		}
	}
	l.addActions(o.objects("actions"))
	l.addPotentialActions(o)
}

// addPotentialActions adds the buttons of Teams' old cards.
func (l *lines) addPotentialActions(o object) {
	for _, a := range o.objects("potentialAction") {
		for _, target := range a.objects("targets") {
			l.add(titled(a.text("name"), target.text("uri")))
		}
	}
}

// addAlerts adds the alerts of Alertmanager and of Grafana
// (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).
func (l *lines) addAlerts(o object) {
	alerts := o.objects("alerts")
	if len(alerts) == 0 && o.has("labels") { // one alone, as Alertmanager's older interface has them
		alerts = []object{o}
	}
	for _, a := range alerts {
		l.addAlert(a)
	}
	if cut := o.text("truncatedAlerts"); cut != "" && cut != "0" {
		l.add(fmt.Sprintf("and %s more", cut))
	}
	if len(alerts) > 0 {
		l.add(o.text("externalURL"))
	}
}

func (l *lines) addAlert(a object) {
	labels, annotations := a.object("labels"), a.object("annotations")
	name := firstText(labels.text("alertname"), a.text(titleKeys...))
	where := labels.text("instance", "host", "job")
	if where != "" {
		where = " (" + where + ")"
	}
	status := ""
	if s := a.text("status", "state"); s != "" {
		status = "[" + strings.ToUpper(s) + "] "
	}
	l.add(titled(status+name+where, a.text("generatorURL")))
	for _, key := range []string{"summary", "description", "message", "runbook_url"} {
		l.add(annotations.text(key))
	}
	if len(annotations) == 0 {
		l.add(bodyText(a))
	}
	if severity := labels.text("severity"); severity != "" {
		l.add("severity: " + severity)
	}
}

// addNested adds the text of an object that lies under one of the usual keys, such
// as {"message":{"text":"x"}}.
func (l *lines) addNested(o object) {
	for range maxDepth {
		var inner object
		for _, key := range slices.Concat(textKeys, []string{"data", "payload", "notification", "event"}) {
			if o.has(key) {
				inner = o.object(key)
				break
			}
			// A list of texts is as good as one.
			for _, text := range list(o[key]) {
				l.add(plain(scalar(text)))
			}
			if len(l.all) > 0 {
				return
			}
		}
		if inner == nil {
			return
		}
		l.add(plain(bodyText(inner)))
		l.addTitle(inner)
		if len(l.all) > 0 {
			return
		}
		o = inner
	}
}
