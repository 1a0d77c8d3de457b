package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

// checkSettings say how a server or worker checks the archive by itself, as they are
// written.
type checkSettings struct {
	Every  string // a duration, or off
	Sample string // percent of the records at a time
	Rate   string // a size: bytes of the object store that are read a second

	every   time.Duration // 0: never
	percent float64
	rate    int64
}

// checkNames are those that may also come from the environment or the file.
var checkNames = []string{"check-every", "check-sample", "check-rate"}

// neverCheck is the setting of those who want no check but their own.
const neverCheck = "off"

// register registers the settings of those commands that work jobs.
func (s *checkSettings) register(flags *pflag.FlagSet) {
	flags.StringVar(&s.Every, "check-every", "", "how often a part of the archive is checked by itself, such as 12h, or off (default 24h)")
	flags.StringVar(&s.Sample, "check-sample", "", "how many percent of the records that part is (default 5)")
	flags.StringVar(&s.Rate, "check-rate", "", "how much of the object store is read a second for it (default 50M)")
}

// given are the settings that are set by flags.
func (s *checkSettings) given() map[string]string {
	return map[string]string{"check-every": s.Every, "check-sample": s.Sample, "check-rate": s.Rate}
}

// load reads the settings and validates them.
func (s *checkSettings) load(k *koanf.Koanf) (err error) {
	if every := either(k.String("check-every"), "24h"); every != neverCheck {
		if s.every, err = time.ParseDuration(every); err != nil || s.every < time.Minute {
			return usage("check-every: %q is neither a time such as 24h, a minute at least, nor off", every)
		}
	}
	if s.percent, err = parsePercent("check-sample", either(k.String("check-sample"), "5")); err != nil {
		return err
	}
	s.rate, err = parseRate("check-rate", either(k.String("check-rate"), "50M"))
	return err
}

// parsePercent reads a percentage above 0.
func parsePercent(name, value string) (float64, error) {
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(value, "%")), 64)
	if err != nil || !(n > 0 && n <= 100) {
		return 0, usage("%s: %q is not a percentage such as 5", name, value)
	}
	return n, nil
}

// parseRate reads a number of bytes a second, such as 50M or 50M/s.
func parseRate(name, value string) (int64, error) {
	return parseSize(name, strings.TrimSuffix(value, "/s"))
}
