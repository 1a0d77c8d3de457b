package crosswalk

import "hexi/archive"

// aatBase begins the addresses of concepts of the Getty Art & Architecture Thesaurus.
const aatBase = "http://vocab.getty.edu/aat/"

// same returns the addresses under which others know a term of a vocabulary.
func (p Publisher) same(scheme archive.Scheme, code string) []string {
	if p.Terms == nil || code == "" {
		return nil
	}
	t, _ := p.Terms.Term(scheme, code)
	return t.Same
}
