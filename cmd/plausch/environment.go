package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"plausch/internal/config"
	"plausch/internal/connect"
)

const envPrefix = "PLAUSCH_"

// kubernetesEnv are the variables that Kubernetes sets in every container beside a
// service that is called plausch.
var kubernetesEnv = regexp.MustCompile(`^PLAUSCH_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\d+_(TCP|UDP)(_.*)?)?)$`)

// warnUnknownEnv names the variables of the environment that look like ours and are
// not: most probably they are misspelt. It is a warning only, for serve, too, since
// other programs on a machine may use variables with such names.
func warnUnknownEnv(w io.Writer) {
	known := append(config.EnvNames(), connect.EnvNames...)
	for _, name := range unknownEnv(os.Environ(), known) {
		hint := ""
		if near := nearest(name, known); near != "" {
			hint = "; did you mean " + near + "?"
		}
		printError(w, fmt.Sprintf("warning: nothing reads %s, which the environment has%s", name, hint))
	}
}

// unknownEnv returns the names that begin with envPrefix, have a value, and are not in
// known.
func unknownEnv(environ, known []string) (names []string) {
	for _, setting := range environ {
		name, value, _ := strings.Cut(setting, "=")
		if strings.HasPrefix(name, envPrefix) && value != "" && !slices.Contains(known, name) && !kubernetesEnv.MatchString(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
