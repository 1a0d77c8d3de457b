package main

import (
	"time"

	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

// indexSnapshotSettings say how often a server puts a copy of its search index into the
// object store, as they are written.
type indexSnapshotSettings struct {
	Every string // a duration, or off

	every time.Duration // 0: never
}

// indexSnapshotNames are those that may also come from the environment or the file.
var indexSnapshotNames = []string{"index-snapshot-every"}

// neverSnapshot is the setting of those who want no copies.
const neverSnapshot = "off"

// register registers the settings of a server.
func (s *indexSnapshotSettings) register(flags *pflag.FlagSet) {
	flags.StringVar(&s.Every, "index-snapshot-every", "", "how often a copy of a large search index that has changed goes to the object store, such as 12h, or off (default 24h)")
}

// given are the settings that are set by flags.
func (s *indexSnapshotSettings) given() map[string]string {
	return map[string]string{"index-snapshot-every": s.Every}
}

// load reads the settings and validates them.
func (s *indexSnapshotSettings) load(k *koanf.Koanf) (err error) {
	every := either(k.String("index-snapshot-every"), "24h")
	if every == neverSnapshot {
		return nil
	}
	if s.every, err = time.ParseDuration(every); err != nil || s.every < time.Minute {
		return usage("index-snapshot-every: %q is neither a time such as 24h, a minute at least, nor off", every)
	}
	return nil
}
