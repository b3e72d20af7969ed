package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/pflag"
)

const (
	envPrefix = "PLAUSCH_"
	configEnv = envPrefix + "CONFIG"
	delimiter = "."
)

// source is one place that settings come from.
type source struct {
	values map[string]any       // by key, such as "limits.send_burst"
	text   bool                 // all its values are text
	from   func(Setting) string // what [Config.From] says of its values
	at     func(Setting) string // how an error calls the place of a value
}

// Load returns the settings of the flags in fs, which [Flags] made and which
// have been parsed, of the environment, as [os.Environ] gives it, of the
// settings file and of the defaults. Either argument may be nil. An environment
// variable that is empty counts as not set.
func Load(flags *pflag.FlagSet, environ func() []string) (*Config, error) {
	if flags == nil {
		flags = pflag.NewFlagSet("", pflag.ContinueOnError)
	}
	if environ == nil {
		environ = os.Environ
	}
	getenv := lookup(environ())
	c := Default(defaultData(getenv))
	sources := []*source{environmentSource(environ()), flagSource(flags)}
	fromFile, err := fileSource(flags, getenv, folder(c.Data, sources))
	if err != nil {
		return nil, err
	}
	if fromFile != nil {
		sources = append([]*source{fromFile}, sources...)
	}
	for _, s := range sources {
		if err := c.apply(s); err != nil {
			return nil, err
		}
	}
	if c.Data == "" {
		return nil, errors.New("there is no home folder to keep data in; name a folder with --data or $PLAUSCH_DATA")
	}
	if c.Data, err = filepath.Abs(c.Data); err != nil {
		return nil, fmt.Errorf("finding the data folder: %w", err)
	}
	return c, c.finishTLS()
}

// apply takes over what s says.
func (c *Config) apply(s *source) error {
	known := make(map[string]bool)
	for _, set := range settings(c) {
		known[set.Key] = true
		given, ok := s.values[set.Key]
		if !ok {
			continue
		}
		v, ok := convert(set.value, given, s.text)
		if !ok {
			return fmt.Errorf("%s: %s does not fit; the type is %s, the default %s", s.at(set.Setting), show(given), set.Type, set.Default)
		}
		if set.check != nil {
			if err := set.check(v); err != nil {
				return fmt.Errorf("%s: %w", s.at(set.Setting), err)
			}
		}
		store(set.value, v)
		c.from[set.Key] = s.from(set.Setting)
	}
	for _, key := range slices.Sorted(maps.Keys(s.values)) {
		if !known[key] {
			return fmt.Errorf("%s: there is no such setting; correct its name or remove it (plausch config lists all)",
				s.at(Setting{Key: key}))
		}
	}
	return nil
}

// fileSource reads the settings file: the one that --config or $PLAUSCH_CONFIG
// names, else the one in the data folder. It returns nil if there is none.
func fileSource(flags *pflag.FlagSet, getenv func(string) string, data string) (*source, error) {
	path, found := getenv(configEnv), false
	if f := flags.Lookup(ConfigFlag); f != nil && f.Changed {
		path = f.Value.String()
	} else if path == "" {
		if data == "" {
			return nil, nil
		}
		path, found = filepath.Join(data, FileName), true
	}
	content, err := os.ReadFile(path)
	// If the data folder is a file, others say that more clearly.
	if found && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the settings file: %w", err)
	}
	var tables map[string]any
	if err := toml.Unmarshal(content, &tables); err != nil {
		return nil, fmt.Errorf("%s: %w", place(path, err), err)
	}
	values := make(map[string]any)
	flatten(values, "", tables)
	for _, key := range []string{"data", "tls_cert", "tls_key", "acme_ca_root", "outgoing_ca"} {
		if named, _ := values[key].(string); named != "" && !filepath.IsAbs(named) {
			values[key] = filepath.Join(filepath.Dir(path), named)
		}
	}
	if named, _ := values["data"].(string); named != "" {
		// The same folder may stand there: plausch config prints it.
		if found && filepath.Clean(named) != filepath.Clean(data) {
			return nil, fmt.Errorf("%s: data: this file was found in the data folder, so it cannot choose another; "+
				"remove the line, or name the file with --%s or $%s", path, ConfigFlag, configEnv)
		}
	}
	return &source{
		values: values,
		from:   func(Setting) string { return show(path) },
		at:     func(s Setting) string { return path + ": " + s.Key },
	}, nil
}

// flatten adds the values of table, and of the tables in it, to values, each by
// its key behind prefix. An empty table is a value, so that an unknown one is
// noticed.
func flatten(values map[string]any, prefix string, table map[string]any) {
	for name, v := range table {
		if strings.Contains(name, delimiter) {
			name = strconv.Quote(name) // no setting has such a name
		}
		if inner, ok := v.(map[string]any); ok && len(inner) > 0 {
			flatten(values, prefix+name+delimiter, inner)
		} else {
			values[prefix+name] = v
		}
	}
}

// place adds to path where in the file the parser gave up, if it says so.
func place(path string, err error) string {
	var positioned interface{ Position() (row, column int) }
	if errors.As(err, &positioned) {
		row, column := positioned.Position()
		return fmt.Sprintf("%s:%d:%d", path, row, column)
	}
	return path
}

// environmentSource reads the variables of settings. Others with the prefix are
// for the clients and not looked at.
func environmentSource(environ []string) *source {
	getenv := lookup(environ)
	values := make(map[string]any)
	for _, s := range Settings() {
		if value := getenv(s.Env); value != "" {
			values[s.Key] = value
		}
	}
	name := func(s Setting) string { return "environment " + s.Env }
	return &source{values: values, text: true, from: name, at: name}
}

func flagSource(flags *pflag.FlagSet) *source {
	values := make(map[string]any)
	for _, s := range settings(new(Config)) {
		if f := flags.Lookup(s.Flag); f != nil && f.Changed {
			values[s.Key] = flagValue(flags, s)
		}
	}
	name := func(s Setting) string { return "flag --" + s.Flag }
	return &source{values: values, from: name, at: name}
}

// flagValue returns the value of the flag of s, which [Flags] made.
func flagValue(flags *pflag.FlagSet, s setting) any {
	var v any
	var err error
	switch s.value.(type) {
	case *[]string:
		v, err = flags.GetStringSlice(s.Flag)
	case *bool:
		v, err = flags.GetBool(s.Flag)
	case *int:
		v, err = flags.GetInt(s.Flag)
	case *float64:
		v, err = flags.GetFloat64(s.Flag)
	case *time.Duration:
		v, err = flags.GetDuration(s.Flag)
	default:
		v, err = flags.GetString(s.Flag)
	}
	if err != nil {
		panic(fmt.Sprintf("config: %v", err)) // the flag is of another type than the setting
	}
	return v
}

// folder returns the data folder that all but the file agree on, as an absolute
// path if it can.
func folder(fallback string, sources []*source) string {
	data := fallback
	for _, s := range sources {
		if named, _ := s.values["data"].(string); named != "" {
			data = named
		}
	}
	if data == "" {
		return ""
	}
	if abs, err := filepath.Abs(data); err == nil {
		return abs
	}
	return data
}

// DefaultFolder returns the data folder of somebody who names none, empty if there
// is no place for one.
func DefaultFolder() string { return defaultData(os.Getenv) }

// defaultData returns the data folder that systemd gives a service, else the
// one that the XDG base directory specification gives a person, else "".
func defaultData(getenv func(string) string) string {
	// systemd lists several folders when the unit names several.
	if state, _, _ := strings.Cut(getenv("STATE_DIRECTORY"), ":"); state != "" {
		return state
	}
	// The specification says to ignore a relative path.
	if xdg := getenv("XDG_DATA_HOME"); filepath.IsAbs(xdg) {
		return filepath.Join(xdg, "plausch")
	}
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if home := getenv(name); home != "" {
			return filepath.Join(home, ".local", "share", "plausch")
		}
	}
	return ""
}

func lookup(environ []string) func(string) string {
	values := make(map[string]string)
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		values[name] = value
	}
	return func(name string) string { return values[name] }
}

// show writes a value as given into a line of text; a path or text with
// characters that would break the line is quoted.
func show(v any) string {
	s := fmt.Sprint(v)
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) || s == "" {
		return strconv.Quote(s)
	}
	return s
}
