package check

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"hexi/archive/ocfl"
)

// Whatever bit of an inventory turns, and of whichever version it is, that is one problem
// of one file: not one of each content file of which it now says something else.
func TestOneDamageIsOneProblem(t *testing.T) {
	t.Parallel()
	files := newHeldFiles()
	root, err := ocfl.Create(t.Context(), files, packagesPrefix)
	if err != nil {
		t.Fatal(err)
	}
	for head, text := range []string{"one", "two"} {
		_, err := root.Write(t.Context(), ocfl.Version{
			Object: "c-a", Head: head, Created: time.Date(2026, 5, 18, 12, head, 0, 0, time.UTC), Message: "m", User: "ana",
			Files: []ocfl.File{{Path: "metadata.json", Data: []byte(text)}, {Path: "a.txt", Data: []byte("stays")}, {Path: "b.txt", Data: []byte("b" + text)}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	dir, err := root.Path(t.Context(), "c-a")
	if err != nil {
		t.Fatal(err)
	}
	problems := func() []ocfl.Problem {
		t.Helper()
		report, err := root.Validate(t.Context(), "c-a", ocfl.ValidateOptions{SkipContent: true, MostProblems: 20})
		if err != nil {
			t.Fatal(err)
		}
		return packageProblems(report.Problems)
	}
	for _, in := range []string{"v1/", "v2/", ""} {
		key := dir + "/" + in + inventoryFile
		whole, _ := files.get(key)
		for at := range whole {
			bad := bytes.Clone(whole)
			bad[at] ^= 1
			files.set(key, bad)
			got := problems()
			where := fmt.Sprintf("%s, byte %d (%q)", key, at, whole[max(0, at-20):min(len(whole), at+20)])
			// A message or a name that is another one breaks no rule but the digest's, and
			// which of the two files is the damaged one is not known.
			if len(got) != 1 || got[0].Path != in+inventoryFile && got[0].Path != in+inventoryFile+".sha512" {
				t.Fatalf("%s: %+v", where, got)
			}
		}
		files.set(key, whole)
	}
	if got := problems(); len(got) > 0 {
		t.Errorf("it was put back: %+v", got)
	}
	// What else is wrong is told beside it.
	key := dir + "/v1/" + inventoryFile
	whole, _ := files.get(key)
	bad := bytes.Clone(whole)
	bad[bytes.Index(bad, []byte("content/a.txt"))+8] ^= 1
	files.set(key, bad)
	if err := files.Delete(t.Context(), dir+"/v2/content/metadata.json"); err != nil {
		t.Fatal(err)
	}
	if got := problems(); len(got) != 2 || got[0].Path != "v1/"+inventoryFile || got[1].Path != "v2/content/metadata.json" {
		t.Errorf("%+v", got)
	}
}
