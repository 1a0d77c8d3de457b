package harvest

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// maxRobots is how much of a robots.txt is read: what RFC 9309 (section 2.5) demands at
// least.
const maxRobots = 500 << 10

// maxCrawlDelay bounds what a robots.txt may slow a harvest down to.
const maxCrawlDelay = 30 * time.Second

// robots are the rules of a site for this crawler (RFC 9309). The zero value allows
// everything. It is read here because the format is small and what Go has for it brings
// no more than this.
type robots struct {
	rules []robotsRule
	delay time.Duration // between two requests, as Crawl-delay asks; no part of the RFC, but widely meant
}

type robotsRule struct {
	pattern string
	allow   bool
}

// readRobots reads a robots.txt as the crawler with this product token is meant by it:
// the groups that name it, joined; else those for "*" (section 2.2.1).
func readRobots(text, token string) robots {
	var own, all robots
	named := false
	var current []*robots // that the rules go to
	inAgents := false
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line, _, _ = strings.Cut(line, "#")
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "user-agent":
			if !inAgents {
				current = nil
			}
			inAgents = true
			switch agent := productToken(value); {
			case value == "*":
				current = append(current, &all)
			case strings.EqualFold(agent, token):
				named = true
				current = append(current, &own)
			}
		case "allow", "disallow":
			inAgents = false
			for _, group := range current {
				if value != "" { // an empty one forbids nothing
					group.rules = append(group.rules, robotsRule{escaped(value), strings.EqualFold(strings.TrimSpace(key), "allow")})
				}
			}
		case "crawl-delay":
			inAgents = false
			if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 {
				for _, group := range current {
					group.delay = min(time.Duration(min(seconds, 3600)*float64(time.Second)), maxCrawlDelay)
				}
			}
		}
	}
	if named {
		return own
	}
	return all
}

// escaped writes a pattern as paths are asked for, with what is not ASCII in percent
// signs (section 2.2.2).
func escaped(pattern string) string {
	var out strings.Builder
	for i := range len(pattern) {
		if c := pattern[i]; c >= 0x80 {
			fmt.Fprintf(&out, "%%%02X", c)
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}

// productToken cuts the version off a crawler's name.
func productToken(agent string) string {
	end := strings.IndexFunc(agent, func(r rune) bool {
		return r != '-' && r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		return agent
	}
	return agent[:end]
}

// allows reports whether a path with its query may be asked for: the longest rule that
// fits counts, and of two as long as each other the one that allows (section 2.2.2).
func (r robots) allows(path string) bool {
	allowed, longest := true, -1
	for _, rule := range r.rules {
		n := len(rule.pattern)
		if n < longest || n == longest && !rule.allow || !fits(rule.pattern, path) {
			continue
		}
		allowed, longest = rule.allow, n
	}
	return allowed || path == "/robots.txt"
}

// fits matches a path with a rule's pattern, in which * is any characters and a $ at
// the end is the end (section 2.2.3). It takes time in proportion to both, never more.
func fits(pattern, path string) bool {
	anchored := strings.HasSuffix(pattern, "$")
	parts := strings.Split(strings.TrimSuffix(pattern, "$"), "*")
	if !strings.HasPrefix(path, parts[0]) {
		return false
	}
	path = path[len(parts[0]):]
	for i, part := range parts[1:] {
		if anchored && i == len(parts)-2 {
			return strings.HasSuffix(path, part)
		}
		at := strings.Index(path, part)
		if at < 0 {
			return false
		}
		path = path[at+len(part):]
	}
	return !anchored || path == ""
}
