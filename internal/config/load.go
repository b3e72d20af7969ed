package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unicode"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

const (
	envPrefix = "PLAUSCH_"
	configEnv = envPrefix + "CONFIG"
	delimiter = "."
)

// source is one place that settings come from.
type source struct {
	values *koanf.Koanf
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
	fromFlags, err := flagSource(flags)
	if err != nil {
		return nil, err
	}
	fromEnv, err := environmentSource(environ)
	if err != nil {
		return nil, err
	}
	c := Default(defaultData(getenv))
	sources := []*source{fromEnv, fromFlags}
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
		if !s.values.Exists(set.Key) {
			continue
		}
		given := s.values.Get(set.Key)
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
	for _, key := range s.values.Keys() {
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
	values := koanf.New(delimiter)
	if err := values.Load(rawbytes.Provider(content), toml.Parser()); err != nil {
		return nil, fmt.Errorf("%s: %w", place(path, err), err)
	}
	for _, key := range []string{"data", "tls_cert", "tls_key", "acme_ca_root"} {
		named, _ := values.Get(key).(string)
		if named == "" || filepath.IsAbs(named) {
			continue
		}
		if err := values.Set(key, filepath.Join(filepath.Dir(path), named)); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, key, err)
		}
	}
	if named, _ := values.Get("data").(string); named != "" {
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

// place adds to path where in the file the parser gave up, if it says so.
func place(path string, err error) string {
	var positioned interface{ Position() (row, column int) }
	if errors.As(err, &positioned) {
		row, column := positioned.Position()
		return fmt.Sprintf("%s:%d:%d", path, row, column)
	}
	return path
}

func environmentSource(environ func() []string) (*source, error) {
	keys := make(map[string]string)
	for _, s := range Settings() {
		keys[s.Env] = s.Key
	}
	values := koanf.New(delimiter)
	err := values.Load(env.Provider(delimiter, env.Opt{
		Prefix:      envPrefix,
		EnvironFunc: environ,
		TransformFunc: func(name, value string) (string, any) {
			// Others with the prefix are for the clients and not looked at.
			if value == "" {
				return "", nil
			}
			return keys[name], value
		},
	}), nil)
	if err != nil {
		return nil, fmt.Errorf("reading the environment: %w", err)
	}
	name := func(s Setting) string { return "environment " + s.Env }
	return &source{values: values, text: true, from: name, at: name}, nil
}

func flagSource(flags *pflag.FlagSet) (*source, error) {
	keys := make(map[string]string)
	for _, s := range Settings() {
		keys[s.Flag] = s.Key
	}
	values := koanf.New(delimiter)
	err := values.Load(posflag.ProviderWithFlag(flags, delimiter, values, func(f *pflag.Flag) (string, any) {
		if !f.Changed {
			return "", nil
		}
		return keys[f.Name], posflag.FlagVal(flags, f)
	}), nil)
	if err != nil {
		return nil, fmt.Errorf("reading the flags: %w", err)
	}
	name := func(s Setting) string { return "flag --" + s.Flag }
	return &source{values: values, from: name, at: name}, nil
}

// folder returns the data folder that all but the file agree on, as an absolute
// path if it can.
func folder(fallback string, sources []*source) string {
	data := fallback
	for _, s := range sources {
		if named := s.values.String("data"); named != "" {
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
