package archive

import (
	"net/url"
	"strings"
)

// RightsURI returns a rights statement as those who publish it name it: the http:
// identifier of a Creative Commons or RightsStatements.org statement, whichever page about
// it was given. IIIF documents take no other form (Presentation API 3.0, section 3.1,
// rights). ok is false for anything else.
func RightsURI(statement string) (uri string, ok bool) {
	u, err := url.Parse(strings.TrimSpace(statement))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return "", false
	}
	parts := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	switch strings.TrimPrefix(strings.ToLower(u.Host), "www.") {
	case "rightsstatements.org":
		// vocab/{code}/{version}/; people copy the address of page/ or data/.
		if len(parts) >= 3 && (parts[0] == "vocab" || parts[0] == "page" || parts[0] == "data") {
			return "http://rightsstatements.org/vocab/" + parts[1] + "/" + parts[2] + "/", true
		}
	case "creativecommons.org":
		// licenses/{code}/{version}/[{jurisdiction}/], publicdomain/{mark,zero}/{version}/,
		// and behind it deed, deed.zh-hans or legalcode.
		if len(parts) >= 3 && (parts[0] == "licenses" || parts[0] == "publicdomain") {
			uri = "http://creativecommons.org/" + parts[0] + "/" + parts[1] + "/" + parts[2] + "/"
			if len(parts) > 3 && len(parts[3]) <= 3 {
				uri += parts[3] + "/"
			}
			return uri, true
		}
	}
	return "", false
}
