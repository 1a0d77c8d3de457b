package ocfl_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hexi/archive/ocfl"
)

// TestWithoutHexi runs the script of docs/packages.md, which needs nothing of hexi,
// on what hexi wrote: it brings everything out, and stops at what was altered.
func TestWithoutHexi(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/packages.md")
	if err != nil {
		t.Fatal(err)
	}
	_, script, _ := strings.Cut(string(doc), "```sh\n")
	script, _, found := strings.Cut(script, "```")
	if !found || !strings.HasPrefix(script, "#!/bin/sh") {
		t.Fatal("docs/packages.md has no script")
	}
	r, store := newRoot(t)
	put(t, store, "incoming/a1", "pixels")
	v := simple("dh-220-n", 0, "metadata.json", "{1}", "revisions/00001.jsonl", "1\n", "copy of 1", "{1}", "empty", "")
	v.Files = append(v.Files, ocfl.File{Path: "masters/a1/莫高窟 第220窟 北壁.tif", From: "incoming/a1"})
	mustWrite(t, r, v)
	v.Head, v.Files[0].Data, v.Files[1].Data = 1, []byte("{2}"), []byte("1\n2\n")
	mustWrite(t, r, v)
	mustWrite(t, r, simple("gw-1", 0, "metadata.json", "{}"))
	run := func() (string, string, error) {
		to := t.TempDir()
		out, err := exec.CommandContext(t.Context(), "sh", "-c", script, "out.sh", filepath.Join(store.path, "ocfl"), to).CombinedOutput()
		return to, string(out), err
	}
	to, out, err := run()
	if err != nil || !strings.Contains(out, "dh-220-n: v2\n") || !strings.Contains(out, "gw-1: v1\n") {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, want := range map[string]string{
		"dh-220-n/metadata.json": "{2}", "dh-220-n/revisions/00001.jsonl": "1\n2\n", "dh-220-n/copy of 1": "{1}", "dh-220-n/empty": "",
		"dh-220-n/masters/a1/莫高窟 第220窟 北壁.tif": "pixels", "gw-1/metadata.json": "{}",
	} {
		if got, err := os.ReadFile(filepath.Join(to, name)); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v", name, got, err)
		}
	}
	// A letter in the first version, which the newest does not have any more.
	dir, err := r.Path(t.Context(), "dh-220-n")
	if err != nil {
		t.Fatal(err)
	}
	put(t, store, dir+"/v1/content/revisions/00001.jsonl", "l\n")
	if _, out, err := run(); err == nil || !strings.Contains(out, "v1/content/revisions/00001.jsonl: FAILED") {
		t.Errorf("what was altered came out: %v\n%s", err, out)
	}
}
