package hook

import (
	"strings"
)

// object is an object of a document. Nothing in it needs to be what its sender's
// documentation says: the methods return what is there in the wanted form, and
// nothing where it is something else.
type object map[string]any

// text returns the first text that one of the keys has: a string, or a number or
// boolean of a sender that forgot the quotes.
func (o object) text(keys ...string) string {
	for _, key := range keys {
		if text := scalar(o[key]); strings.TrimSpace(text) != "" {
			return text
		}
	}
	return ""
}

// scalar returns a value without parts as text.
func scalar(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case bool:
		if value {
			return "true"
		}
		return "false"
	}
	return ""
}

// isTrue reports whether the key has the value true.
func (o object) isTrue(key string) bool { return scalar(o[key]) == "true" }

// object returns the object that the key has, or an empty one.
func (o object) object(key string) object {
	inner, _ := o[key].(map[string]any)
	return inner
}

// has reports whether the key has an object that is not empty.
func (o object) has(key string) bool { return len(o.object(key)) > 0 }

// objects returns the objects of the list that the key has.
func (o object) objects(key string) []object { return objects(o[key]) }

// objects returns the objects of a list and of lists in it; an object alone counts
// as a list of one. Everything else in it is skipped.
func objects(value any) []object {
	switch value := value.(type) {
	case map[string]any:
		return []object{value}
	case []any:
		var all []object
		for _, item := range value {
			all = append(all, objects(item)...)
		}
		return all
	}
	return nil
}

// lines collects the lines of a message.
type lines struct{ all []string }

// add adds a text, unless it is empty.
func (l *lines) add(text string) {
	if text = strings.TrimSpace(text); text != "" {
		l.all = append(l.all, text)
	}
}

func (l *lines) String() string { return strings.Join(l.all, "\n") }

// titled puts a link behind a title.
func titled(title, link string) string {
	title, link = strings.TrimSpace(title), strings.TrimSpace(link)
	if link == "" || strings.Contains(title, link) {
		return title
	}
	return strings.TrimSpace(title + " " + link)
}

// labelled returns "label: value", or the one of them that there is.
func labelled(label, value string) string {
	label, value = strings.TrimSpace(label), strings.TrimSpace(value)
	if label == "" || value == "" {
		return label + value
	}
	return strings.TrimSuffix(label, ":") + ": " + value
}
