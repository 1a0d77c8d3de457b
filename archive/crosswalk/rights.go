package crosswalk

import (
	"net/url"
	"strings"

	"hexi/archive"
)

// statement returns the address of a record's rights statement, in the form in which it is
// published; "" where the record has none that is an address.
func statement(r *archive.Record) string {
	if r.Rights == nil {
		return ""
	}
	if uri, ok := archive.RightsURI(r.Rights.Statement); ok {
		return uri
	}
	s := strings.TrimSpace(r.Rights.Statement)
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return s
}
