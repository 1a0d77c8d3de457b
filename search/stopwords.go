package search

import "strings"

// stopWords say nothing in a query of several words. They are in the singular, as the
// tokenizer has it.
var stopWords = wordSet(`a an the of in on at by to for from with and or is are was wa were be been it its this that these those what which who whom whose
	where when why how do doe does did can could there their his hi her about into than then as date dated dating i we you me my our your show find give tell list any some
	have has ha had`)

func wordSet(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}

func onlyStopWords(words string) bool {
	for _, w := range strings.Fields(words) {
		if !stopWords[w] {
			return false
		}
	}
	return true
}
