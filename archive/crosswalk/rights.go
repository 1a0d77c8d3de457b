package crosswalk

import (
	"net/url"
	"strings"

	"hexi/archive"
)

// statement returns the address of a record's rights statement, "" where it has none
// that is an address.
func statement(r *archive.Record) string {
	if r.Rights == nil {
		return ""
	}
	s := strings.TrimSpace(r.Rights.Statement)
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	// Those of RightsStatements.org and Creative Commons are named with http:, wherever
	// their pages are.
	switch strings.TrimPrefix(strings.ToLower(u.Host), "www.") {
	case "rightsstatements.org", "creativecommons.org":
		return "http" + strings.TrimPrefix(s, u.Scheme)
	}
	return s
}
