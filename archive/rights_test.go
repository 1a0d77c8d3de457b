package archive

import "testing"

func TestRightsURI(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string]string{
		"http://rightsstatements.org/vocab/InC-EDU/1.0/":              "http://rightsstatements.org/vocab/InC-EDU/1.0/",
		"https://rightsstatements.org/vocab/InC/1.0":                  "http://rightsstatements.org/vocab/InC/1.0/",
		"https://rightsstatements.org/page/InC/1.0/?language=en":      "http://rightsstatements.org/vocab/InC/1.0/",
		" https://www.rightsstatements.org/vocab/NKC/1.0/ ":           "http://rightsstatements.org/vocab/NKC/1.0/",
		"https://creativecommons.org/licenses/by/4.0/deed.zh-hans":    "http://creativecommons.org/licenses/by/4.0/",
		"https://creativecommons.org/licenses/by-nc/3.0/de/":          "http://creativecommons.org/licenses/by-nc/3.0/de/",
		"https://creativecommons.org/publicdomain/zero/1.0/legalcode": "http://creativecommons.org/publicdomain/zero/1.0/",
		"https://creativecommons.org/publicdomain/mark/1.0/":          "http://creativecommons.org/publicdomain/mark/1.0/",
		"https://rightsstatements.org/vocab/InC":                      "",
		"https://creativecommons.org/about/":                          "",
		"https://rightsstatements.org.example.com/vocab/InC/1.0/":     "",
		"ftp://rightsstatements.org/vocab/InC/1.0/":                   "",
		"javascript:alert(1)":                                         "",
		"":                                                            "",
		"%zz":                                                         "",
	} {
		got, ok := RightsURI(statement)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v; want %q", statement, got, ok, want)
		}
	}
}
