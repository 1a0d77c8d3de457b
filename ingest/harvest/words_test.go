package harvest

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// Texts are read in every form that documents have them in.
func TestReadWords(t *testing.T) {
	t.Parallel()
	tests := map[string]words{
		`"Jar"`:                           {"und": {"Jar"}},
		`"彩陶罐"`:                           {"zh": {"彩陶罐"}},
		`"つぼ 壺"`:                          {"und": {"つぼ 壺"}},
		`["a","b"]`:                       {"und": {"a", "b"}},
		`1875`:                            {"und": {"1875"}},
		`{"@value":"罐","@language":"zh"}`: {"zh": {"罐"}},
		`[{"@value":"罐","@language":"zh-Hans"},{"@value":"Jar","@language":"en"},"x"]`: {"zh-Hans": {"罐"}, "en": {"Jar"}, "und": {"x"}},
		`{"zh":["罐","瓶"],"en":["Jar"]}`:                                                {"zh": {"罐", "瓶"}, "en": {"Jar"}},
		`{"none":["罐"],"@none":["Jar"]}`:                                               {"zh": {"罐"}, "und": {"Jar"}},
		`{"en_GB":"Colour","not a tag!":"x"}`:                                          {"en-GB": {"Colour"}, "und": {"x"}},
		`{"@id":"http://x/","label":"Named"}`:                                          {"und": {"Named"}},
		`{"en":["","  "],"zh":null}`:                                                   {},
		`null`:                                                                         {},
	}
	for text, want := range tests {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, readWords(v)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", text, diff)
		}
	}
	// What documents repeat because each language must have a value is said once.
	repeated := words{"zh": {"罐", "940 nm", "瓶"}, "en": {"罐", "940 nm", "Bottle"}}
	if diff := cmp.Diff([]archive.Text{{"zh": "罐"}, {"en": "940 nm"}, {"zh": "瓶", "en": "Bottle"}}, repeated.texts()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := readJSON("x", []byte("\ufeff{}")); err != nil {
		t.Errorf("a byte order mark: %v", err)
	}
	if got := printable("a\x1b[2Jb\u009b\n"); got != "a\ufffd[2Jb\ufffd\ufffd" {
		t.Errorf("what a terminal would take for orders is printed: %q", got)
	}
}
