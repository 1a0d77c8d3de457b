package oai

import (
	"net/url"
	"regexp"
	"strings"
)

// scheme begins the identifiers of the guidelines' section "Specification and XML Schema for the
// OAI Identifier Format", and delimiter parts them.
const (
	scheme    = "oai"
	delimiter = ":"
)

var (
	domainName = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z][a-zA-Z0-9-]*)+$`)
	hostLabel  = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]*$`)
)

// Namespace returns the name that identifiers have for a server at that address: its host, where
// that is a domain name. One that is reached by a number, or by a name of its own network,
// cannot be known to the world by that, and gets one that nobody can have (RFC 2606, section 2).
func Namespace(address string) string {
	host := ""
	if u, err := url.Parse(address); err == nil {
		host = strings.ToLower(u.Hostname())
	}
	switch {
	case domainName.MatchString(host):
		return host
	case hostLabel.MatchString(host):
		return host + ".invalid"
	}
	return "hexi.invalid"
}

// identifier returns the identifier of a record.
func (r *Repository) identifier(local string) string {
	return scheme + delimiter + r.Namespace + delimiter + local
}

// local returns the record's own id of an identifier, "" for one of another repository.
func (r *Repository) local(identifier string) string {
	id, ok := strings.CutPrefix(identifier, r.identifier(""))
	if !ok {
		return ""
	}
	return id
}
