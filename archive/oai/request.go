package oai

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Verb is what a request asks for (section 4).
type Verb string

// The six verbs.
const (
	GetRecord           Verb = "GetRecord"
	Identify            Verb = "Identify"
	ListIdentifiers     Verb = "ListIdentifiers"
	ListMetadataFormats Verb = "ListMetadataFormats"
	ListRecords         Verb = "ListRecords"
	ListSets            Verb = "ListSets"
)

// The arguments, besides the verb.
const (
	argIdentifier = "identifier"
	argPrefix     = "metadataPrefix"
	argFrom       = "from"
	argUntil      = "until"
	argSet        = "set"
	argToken      = "resumptionToken"
	argVerb       = "verb"
)

// arguments are what a verb takes: a required one is true.
var arguments = map[Verb]map[string]bool{
	GetRecord:           {argIdentifier: true, argPrefix: true},
	Identify:            {},
	ListIdentifiers:     {argPrefix: true, argFrom: false, argUntil: false, argSet: false, argToken: false},
	ListMetadataFormats: {argIdentifier: false},
	ListRecords:         {argPrefix: true, argFrom: false, argUntil: false, argSet: false, argToken: false},
	ListSets:            {argToken: false},
}

var (
	setShape    = regexp.MustCompile(`^[A-Za-z0-9\-_.!~*'()]+(:[A-Za-z0-9\-_.!~*'()]+)*$`)
	prefixShape = regexp.MustCompile(`^[A-Za-z0-9\-_.!~*'()]+$`)
)

// Query chooses the records of a list.
type Query struct {
	Set    string    // "" for all
	From   time.Time // of datestamps; zero for no beginning
	Before time.Time // the end of what Until names, itself not within; zero for none
}

// Request is a request without faults of form.
type Request struct {
	Verb       Verb
	Identifier string // of GetRecord, and of ListMetadataFormats where it is given
	Prefix     string // metadataPrefix
	Query      Query
	After      *Place // of a list that goes on; nil at its beginning
}

// maxFaults is how many arguments that are not known are told: whoever sends a thousand
// is not given an answer many times as long.
const maxFaults = 5

// Parse reads the arguments of a request as they came with its address or its form, held to sections
// 3.1.1, 3.3.1 and 3.6. An error is a FaultsError.
func Parse(args url.Values) (Request, error) {
	verbs := args[argVerb]
	switch {
	case len(verbs) == 0 || len(verbs) == 1 && verbs[0] == "":
		return Request{}, FaultsError{fault(BadVerb, "verb is missing; it is one of %s", verbList())}
	case len(verbs) > 1:
		return Request{}, FaultsError{fault(BadVerb, "verb is given %d times; give it once", len(verbs))}
	}
	req := Request{Verb: Verb(verbs[0])}
	takes, ok := arguments[req.Verb]
	if !ok {
		return Request{}, FaultsError{fault(BadVerb, "verb is %s; it is one of %s", quoted(verbs[0]), verbList())}
	}
	var faults FaultsError
	for _, name := range slices.Sorted(maps.Keys(args)) {
		_, known := takes[name]
		switch {
		case len(faults) == maxFaults:
		case name == argVerb:
		case !known:
			faults = append(faults, fault(BadArgument, "%s is no argument of %s, which takes %s", quoted(name), req.Verb, argumentList(takes)))
		case len(args[name]) > 1:
			faults = append(faults, fault(BadArgument, "%s is given %d times; give it once", name, len(args[name])))
		}
	}
	if args.Has(argToken) && len(faults) == 0 {
		return resumed(req, args)
	}
	for _, name := range slices.Sorted(maps.Keys(takes)) {
		if takes[name] && args.Get(name) == "" && !args.Has(argToken) {
			faults = append(faults, fault(BadArgument, "%s needs the argument %s", req.Verb, name))
		}
	}
	req.Identifier, req.Prefix, req.Query.Set = args.Get(argIdentifier), args.Get(argPrefix), args.Get(argSet)
	if args.Has(argSet) && !setShape.MatchString(req.Query.Set) {
		faults = append(faults, fault(BadArgument, "set is %s, which is no setSpec; ListSets has those that there are", quoted(req.Query.Set)))
	}
	if req.Prefix != "" && !prefixShape.MatchString(req.Prefix) {
		faults = append(faults, fault(BadArgument, "metadataPrefix is %s, which is none; ListMetadataFormats has those that there are", quoted(req.Prefix)))
	}
	if args.Has(argIdentifier) && !isURI(req.Identifier) {
		faults = append(faults, fault(BadArgument, "identifier is %s, which is no URI", quoted(req.Identifier)))
	}
	var within []*FaultError
	req.Query.From, req.Query.Before, within = parseWithin(args)
	faults = append(faults, within...)
	if len(faults) > 0 {
		return Request{}, faults
	}
	return req, nil
}

// parseWithin reads from and until.
func parseWithin(args url.Values) (from, before time.Time, faults []*FaultError) {
	var units [2]Granularity
	for i, name := range [...]string{argFrom, argUntil} {
		if !args.Has(name) {
			continue
		}
		t, unit, ok := parseDate(args.Get(name))
		if !ok {
			faults = append(faults, fault(BadArgument, "%s is %s; write YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ", name, quoted(args.Get(name))))
			continue
		}
		units[i] = unit
		if name == argFrom {
			from = t
		} else {
			before = t.Add(unit.length())
		}
	}
	switch {
	case len(faults) > 0 || units[0] == 0 || units[1] == 0:
	case units[0] != units[1]:
		faults = append(faults, fault(BadArgument, "from and until differ in granularity; write both as days, or both to the second"))
	case !from.Before(before):
		faults = append(faults, fault(BadArgument, "until is before from"))
	}
	return from, before, faults
}

// resumed reads a request that goes on with a list.
func resumed(req Request, args url.Values) (Request, error) {
	for _, name := range slices.Sorted(maps.Keys(args)) {
		if name != argVerb && name != argToken {
			return Request{}, FaultsError{fault(BadArgument, "resumptionToken stands alone, and %s is given beside it; leave that out", name)}
		}
	}
	t, ok := parseToken(args.Get(argToken))
	if !ok || t.verb != req.Verb {
		return Request{}, FaultsError{fault(BadResumptionToken, "resumptionToken is none that a list of %s here ended with; begin the list again", req.Verb)}
	}
	req.Prefix, req.Query, req.After = t.prefix, t.query, &t.after
	return req, nil
}

// isURI reports whether an identifier can be one by its characters (RFC 3986, section 2), so that it
// can be said again as the schema demands. Whether it names something is another question.
func isURI(s string) bool {
	_, err := url.Parse(s)
	return err == nil && s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("<>\"{}|\\^`", r)
	})
}

func verbList() string {
	var all []string
	for verb := range arguments {
		all = append(all, string(verb))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func argumentList(takes map[string]bool) string {
	if len(takes) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(takes)), ", ")
}
