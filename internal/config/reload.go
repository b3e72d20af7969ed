package config

import (
	"reflect"
	"slices"
)

// reloadable are the settings that a running server takes over.
var reloadable = []string{
	"log_level", "hosts",
	"limits.connections_per_address", "limits.connections_per_address_before_sign_in",
	"limits.connections_private", "limits.connections_private_before_sign_in", "limits.connections_before_sign_in",
}

// Changes returns the keys of the settings in which now differs from c: those
// that a running server can take over, and those for which it has to be restarted.
func (c *Config) Changes(now *Config) (taken, later []string) {
	fresh := settings(now)
	for i, old := range settings(c) {
		if reflect.DeepEqual(old.value, fresh[i].value) {
			continue
		}
		if slices.Contains(reloadable, old.Key) {
			taken = append(taken, old.Key)
		} else {
			later = append(later, old.Key)
		}
	}
	return taken, later
}
