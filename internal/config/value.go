package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

// minOutboxBytes is room for two of the largest frames: with less, a connection
// that reads as fast as it can would be closed for one long history page.
const minOutboxBytes = 128 << 10

// store puts v into the field that p points to. It panics if their types
// differ, which is a mistake in the table.
func store(p, v any) {
	switch p := p.(type) {
	case *string:
		*p = v.(string)
	case *[]string:
		*p = slices.Clone(v.([]string))
	case *bool:
		*p = v.(bool)
	case *int:
		*p = v.(int)
	case *float64:
		*p = v.(float64)
	case *time.Duration:
		*p = v.(time.Duration)
	default:
		panic(fmt.Sprintf("config: no setting can be a %T", p))
	}
}

// load returns the value of the field that p points to.
func load(p any) any {
	switch p := p.(type) {
	case *string:
		return *p
	case *[]string:
		return *p
	case *bool:
		return *p
	case *int:
		return *p
	case *float64:
		return *p
	case *time.Duration:
		return *p
	default:
		panic(fmt.Sprintf("config: no setting can be a %T", p))
	}
}

func typeName(p any) string {
	switch p.(type) {
	case *[]string:
		return "list of texts"
	case *bool:
		return "true or false"
	case *int:
		return "whole number"
	case *float64:
		return "number"
	case *time.Duration:
		return "duration"
	default:
		return "text"
	}
}

// convert turns v, as a source gave it, into the type of the field that p
// points to, and says whether it could. Numbers and truths of the file have to
// be such there, too; only the environment, where all is text, is parsed.
func convert(p, v any, text bool) (any, bool) {
	if s, ok := v.(string); ok && text {
		return parse(p, s)
	}
	switch p.(type) {
	case *[]string:
		return stringList(v)
	case *int:
		switch v := v.(type) {
		case int:
			return v, true
		case int64:
			return int(v), int64(int(v)) == v
		}
		return nil, false
	case *float64:
		if v, ok := v.(int64); ok {
			return float64(v), true
		}
		v, ok := v.(float64)
		return v, ok
	case *time.Duration:
		if s, ok := v.(string); ok {
			return parse(p, s)
		}
		v, ok := v.(time.Duration)
		return v, ok
	case *bool:
		v, ok := v.(bool)
		return v, ok
	default:
		v, ok := v.(string)
		return v, ok
	}
}

// parse reads text as a value of the type that p points to.
func parse(p any, text string) (any, bool) {
	var v any
	var err error
	switch p.(type) {
	case *[]string:
		var list []string
		for part := range strings.SplitSeq(text, ",") {
			list = append(list, strings.TrimSpace(part))
		}
		v = list
	case *bool:
		v, err = strconv.ParseBool(text)
	case *int:
		v, err = strconv.Atoi(text)
	case *float64:
		v, err = strconv.ParseFloat(text, 64)
	case *time.Duration:
		v, err = time.ParseDuration(text)
	default:
		v = text
	}
	return v, err == nil
}

// stringList accepts a single text, too: most servers listen at one place.
func stringList(v any) (any, bool) {
	switch v := v.(type) {
	case string:
		return []string{v}, true
	case []string:
		return v, true
	case []any:
		list := make([]string, 0, len(v))
		for _, item := range v {
			s, ok := item.(string)
			if !ok {
				return nil, false
			}
			list = append(list, s)
		}
		return list, true
	}
	return nil, false
}

// literal writes v as it stands in a TOML file.
func literal(v any) string {
	if d, ok := v.(time.Duration); ok {
		v = d.String()
	}
	line, err := toml.Marshal(map[string]any{"k": v})
	if err != nil {
		panic(fmt.Sprintf("config: writing %v: %v", v, err)) // all types of the table can be written
	}
	return strings.TrimSpace(strings.TrimPrefix(string(line), "k = "))
}

func checkData(v any) error {
	switch s := v.(string); {
	case s == "":
		return errors.New("the data folder is empty; name a folder")
	case !utf8.ValidString(s):
		return fmt.Errorf("the folder's name %q is not UTF-8; choose another folder", s)
	}
	return nil
}

func oneOf(choices []string) func(any) error {
	return func(v any) error {
		if slices.Contains(choices, v.(string)) {
			return nil
		}
		return fmt.Errorf("there is no %q; choose one of %s", v, strings.Join(choices, ", "))
	}
}

func atLeast(least int) func(any) error {
	return func(v any) error {
		if v.(int) < least {
			return fmt.Errorf("%d is too small; write at least %d", v, least)
		}
		return nil
	}
}

func between(least, most int) func(any) error {
	return func(v any) error {
		if n := v.(int); n < least || n > most {
			return fmt.Errorf("%d is out of bounds; write %d to %d", n, least, most)
		}
		return nil
	}
}

func atLeastDuration(least time.Duration) func(any) error {
	return func(v any) error {
		if v.(time.Duration) < least {
			return fmt.Errorf("%s is too short; write at least %s", v, least)
		}
		return nil
	}
}

func positive(v any) error {
	// Written so that NaN fails, too.
	if f := v.(float64); !(f > 0) || math.IsInf(f, 0) {
		return fmt.Errorf("%v is no rate; write a number greater than 0", v)
	}
	return nil
}

// rateOrNone takes a rate, or 0 for no bound.
func rateOrNone(v any) error {
	if f := v.(float64); !(f >= 0) || math.IsInf(f, 0) { // NaN fails, too
		return fmt.Errorf("%v is no rate; write a number greater than 0, or 0 for no limit", v)
	}
	return nil
}

// Schemes of places to listen, which say what can be spoken there. [TCP] is the
// one port that tells protocols apart by their first bytes.
const (
	TCP = "tcp"
	KTN = "ktn"
	HTL = "htl"
)

var listenSchemes = []string{TCP, KTN, HTL}

// SplitListen splits a place to listen, SCHEME://HOST:PORT or HOST:PORT, into
// its scheme ("tcp" if it has none) and its address for [net.Listen]. Port 0
// lets the system choose.
func SplitListen(place string) (scheme, address string, err error) {
	scheme, address, ok := strings.Cut(place, "://")
	if !ok {
		scheme, address = TCP, place
	}
	if !slices.Contains(listenSchemes, scheme) {
		return "", "", fmt.Errorf("%q begins with %s://; write HOST:PORT or %s://HOST:PORT",
			place, scheme, strings.Join(listenSchemes, "://HOST:PORT or "))
	}
	if err := checkHostPort(address); err != nil {
		return "", "", fmt.Errorf("%q is no place to listen: %w", place, err)
	}
	return scheme, address, nil
}

func checkListen(v any) error {
	places := v.([]string)
	if len(places) == 0 {
		return errors.New("there is no place to listen; write at least one HOST:PORT")
	}
	for _, place := range places {
		if _, _, err := SplitListen(place); err != nil {
			return err
		}
	}
	return nil
}

func checkHostPort(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return errors.New("write HOST:PORT, as in 127.0.0.1:7528 or [::1]:7528")
	}
	if strings.ContainsAny(host, "/ ") {
		return fmt.Errorf("%q is no host; write HOST:PORT without a path", host)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q is no port; write a number from 1 to 65535", port)
	}
	return nil
}

func checkOutsidePort(v any) error {
	if port := v.(int); port < 0 || port > 65535 {
		return fmt.Errorf("%d is no port; write a number from 1 to 65535, or 0 for the one that is listened on", port)
	}
	return nil
}

func checkMetricsListen(v any) error {
	place := v.(string)
	if place == Off {
		return nil
	}
	if err := checkHostPort(place); err != nil {
		return fmt.Errorf("%q is no place for metrics: %w, or %s", place, err, Off)
	}
	host, _, _ := net.SplitHostPort(place)
	if addr, err := netip.ParseAddr(host); host == "localhost" || err == nil && addr.IsLoopback() {
		return nil
	}
	return fmt.Errorf("%q can be reached from other machines, and metrics and profiles tell too much for that; "+
		"write 127.0.0.1:PORT, [::1]:PORT, localhost:PORT or %s", place, Off)
}
