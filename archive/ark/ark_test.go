package ark

import (
	"errors"
	"strings"
	"testing"
)

const naan = "12345"

func TestThereAndBack(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, id := range []string{"a", "-", "--", "_", "0", "00", "000", "z", "dh-220-n", "dh-220", "dh220", "DH-220", "askyv97mgbz0a2sgv78pg", strings.Repeat("z", 128)} {
		minted := Mint(naan, id)
		if other, ok := seen[strings.ReplaceAll(minted, "-", "")]; ok {
			t.Errorf("%s and %s have the same ARK %s", id, other, minted)
		}
		seen[minted] = id
		name, ok := strings.CutPrefix(minted, "ark:12345/h1")
		if !ok || strings.Trim(name, betanumeric) != "" {
			t.Errorf("%s: %s", id, minted)
		}
		for _, written := range []string{minted, "ark:/" + strings.TrimPrefix(minted, "ark:"), strings.ToUpper(minted), minted[:len(minted)-2] + "-" + minted[len(minted)-2:], minted + "/"} {
			if got, err := Parse(naan, written); err != nil || got != id {
				t.Errorf("%s is %q, %v; want %s", written, got, err, id)
			}
		}
	}
	if got := Mint(naan, "dh-220-n"); got != Mint(naan, "dh-220-n") || len(got) > len("ark:12345/")+16 {
		t.Errorf("%s is long", got)
	}
	for _, id := range []string{"", "窟", "a b", "a/b"} {
		if got := Mint(naan, id); got != "" {
			t.Errorf("%q has the ARK %s", id, got)
		}
	}
}

// A wrong character, and two neighbours that changed places, are found.
func TestMistyped(t *testing.T) {
	t.Parallel()
	minted := Mint(naan, "dh-220-north")
	begin := strings.Index(minted, "/") + 1
	for i := begin; i < len(minted); i++ {
		for _, r := range betanumeric {
			wrong := minted[:i] + string(r) + minted[i+1:]
			if id, err := Parse(naan, wrong); wrong != minted && err == nil {
				t.Errorf("%s is read as %s", wrong, id)
			}
		}
		if i+1 < len(minted) && minted[i] != minted[i+1] {
			wrong := minted[:i] + string(minted[i+1]) + string(minted[i]) + minted[i+2:]
			if id, err := Parse(naan, wrong); err == nil {
				t.Errorf("%s is read as %s", wrong, id)
			}
		}
	}
}

// The check character is that of the NOID algorithm, by the example of its documentation:
// 13030/xf93gt2q has the check character q... calculated without it.
func TestCheck(t *testing.T) {
	t.Parallel()
	if got := check("13030/xf93gt2"); got != 'q' {
		t.Errorf("13030/xf93gt2 has %c, want q", got)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	minted := Mint(naan, "x")
	for text, says := range map[string]string{
		"": "ark:", "doi:10.1/x": "ark:", "ark:": "no name", "ark:12345": "no name", "ark:12345/": "no name", "ark:99999/h1x": "99999", "ark:12345/h1": "begin with h1",
		"ark:12345/zz9": "begin with h1", "ark:12345/h1aeiou": "characters", minted + "x": "does not fit", "ark:12345/" + strings.Repeat("9", 300): "too long",
		"ark:12345/h10" + string(check("12345/h10")): "names nothing",
	} {
		_, err := Parse(naan, text)
		var fault *FaultError
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v; want %q", text, err, says)
		}
	}
}

func TestValidNAAN(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"12345": true, "b2345": true, "1234": false, "": false, "1234a": false, "12-45": false, "1234567890": false} {
		if ValidNAAN(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("ark:12345/h1x")
	f.Add(Mint(naan, "dh-220"))
	f.Fuzz(func(t *testing.T, text string) {
		id, err := Parse(naan, text)
		if err == nil && Mint(naan, id) == "" {
			t.Errorf("%q names %q, which is no id", text, id)
		}
	})
}
