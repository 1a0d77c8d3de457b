package harvest

import (
	"strings"
	"testing"
	"time"
)

func TestRobots(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, path string
		want             bool
	}{
		{"nothing said", "", "/a", true},
		{"all closed", "User-agent: *\nDisallow: /\n", "/a", false},
		{"an empty rule closes nothing", "User-agent: *\nDisallow:\n", "/a", true},
		{"another crawler's rules", "User-agent: evil\nDisallow: /\n", "/a", true},
		{"its own rules before those for all", "User-agent: *\nDisallow: /\nUser-agent: HEXI/2\nDisallow: /b\n", "/a", true},
		{"two groups of its own are one", "User-agent: hexi\nDisallow: /a\n\nUser-agent: hexi\nDisallow: /b\n", "/b", false},
		{"one group for several", "User-agent: other\nUser-agent: hexi\nDisallow: /a\n", "/a", false},
		{"the longest rule counts", "User-agent: *\nDisallow: /a\nAllow: /a/open\n", "/a/open/1", true},
		{"whichever comes first", "User-agent: *\nAllow: /a/open\nDisallow: /a\n", "/a/shut", false},
		{"as long as each other: allowed", "User-agent: *\nDisallow: /a\nAllow: /a\n", "/a", true},
		{"a star", "User-agent: *\nDisallow: /*/private\n", "/x/y/private/z", false},
		{"an end", "User-agent: *\nDisallow: /*.json$\n", "/a.json", false},
		{"behind the end", "User-agent: *\nDisallow: /*.json$\n", "/a.json?x", true},
		{"an end without a star", "User-agent: *\nDisallow: /a$\n", "/ab", true},
		{"another script", "User-agent: *\nDisallow: /内部/\n", "/%E5%86%85%E9%83%A8/a", false},
		{"robots.txt itself", "User-agent: *\nDisallow: /\n", "/robots.txt", true},
		{"comments, a byte order mark, spaces", "\ufeffUser-Agent : * # all\nDISALLOW : /a # not this\n", "/a", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := readRobots(test.text, "hexi").allows(test.path); got != test.want {
				t.Errorf("got %v for %s, want %v, of\n%s", got, test.path, test.want, test.text)
			}
		})
	}
	if got := readRobots("User-agent: *\nCrawl-delay: 2.5\n", "hexi").delay; got != 2500*time.Millisecond {
		t.Errorf("got a delay of %v", got)
	}
	if got := readRobots("User-agent: *\nCrawl-delay: 1e300\n", "hexi").delay; got != maxCrawlDelay {
		t.Errorf("got a delay of %v, want the longest that is kept", got)
	}
	// A pattern of many stars takes no more time than its length says.
	if readRobots("User-agent: *\nDisallow: /"+strings.Repeat("*a", 10_000)+"$\n", "hexi").allows("/" + strings.Repeat("a", 10_000)) {
		t.Error("a long pattern does not match")
	}
}
