package web

import (
	"net/http"
	"strconv"
	"strings"
)

// wantsJSON reports whether a client of a page prefers JSON to HTML: it names
// a JSON type with a higher quality than HTML (RFC 9110, section 12.5.1). A
// client that names neither gets the page.
func wantsJSON(r *http.Request) bool {
	json := max(quality(r, "application/json"), quality(r, "application/ld+json"))
	return json > 0 && json > quality(r, "text/html")
}

// quality returns the highest q-value of the exact media type in Accept; 0 if
// it is not named.
func quality(r *http.Request, mediaType string) float64 {
	best := 0.0
	for _, header := range r.Header.Values("Accept") {
		for part := range strings.SplitSeq(header, ",") {
			name, params, _ := strings.Cut(part, ";")
			if !strings.EqualFold(strings.TrimSpace(name), mediaType) {
				continue
			}
			q := 1.0
			for param := range strings.SplitSeq(params, ";") {
				if value, ok := strings.CutPrefix(strings.TrimSpace(param), "q="); ok {
					if parsed, err := strconv.ParseFloat(value, 64); err == nil {
						q = parsed
					}
				}
			}
			best = max(best, q)
		}
	}
	return best
}
