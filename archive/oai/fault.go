package oai

import (
	"fmt"
	"strings"
)

// Code is a code of the specification's section 3.6.
type Code string

// The codes of faults. Repositories that have sets never answer noSetHierarchy, and it is not among them.
const (
	BadArgument             Code = "badArgument"
	BadResumptionToken      Code = "badResumptionToken"
	BadVerb                 Code = "badVerb"
	CannotDisseminateFormat Code = "cannotDisseminateFormat"
	IDDoesNotExist          Code = "idDoesNotExist"
	NoMetadataFormats       Code = "noMetadataFormats"
	NoRecordsMatch          Code = "noRecordsMatch"
	NoSetHierarchy          Code = "noSetHierarchy"
)

// FaultError is what is wrong with a request.
type FaultError struct {
	Code Code
	Why  string // says which argument it is, and what would be right
}

// Error names the code and the reason.
func (f *FaultError) Error() string { return string(f.Code) + ": " + f.Why }

func fault(code Code, format string, args ...any) *FaultError {
	return &FaultError{code, fmt.Sprintf(format, args...)}
}

// FaultsError are all faults of one request, one at least.
type FaultsError []*FaultError

// Error names them all.
func (f FaultsError) Error() string {
	all := make([]string, len(f))
	for i, one := range f {
		all[i] = one.Error()
	}
	return strings.Join(all, "; ")
}

// quoted is what was sent, short enough to be said again.
func quoted(s string) string {
	const most = 80
	runes := []rune(strings.ToValidUTF8(s, "\uFFFD"))
	if len(runes) > most {
		return fmt.Sprintf("%q…", string(runes[:most]))
	}
	return fmt.Sprintf("%q", string(runes))
}
