package crosswalk_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"hexi/archive"
	"hexi/archive/crosswalk"
)

// testData returns a file of the test data. Without it a test is skipped, and in CI it
// fails.
func testData(t *testing.T, path ...string) string {
	t.Helper()
	root := os.Getenv("HEXI_TEST_DATA")
	if root == "" {
		skip(t, "set HEXI_TEST_DATA to the folder of test data, or run make test where it lies beside the checkout")
	}
	return filepath.Join(append([]string{root}, path...)...)
}

func skip(t *testing.T, cure string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI must not skip this test: %s", cure)
	}
	t.Skip(cure)
}

// TestDublinCoreSchema holds Dublin Core to the schema of oai_dc, by a validator that
// others wrote.
func TestDublinCoreSchema(t *testing.T) {
	t.Parallel()
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		skip(t, "install xmllint (Debian: libxml2-utils)")
	}
	schema := testData(t, "xsd", "oai_dc.xsd")
	dir := t.TempDir()
	entries := demoEntries(t)
	entries["whole"] = crosswalk.Entry{Record: whole()}
	entries["bare"] = crosswalk.Entry{Record: &archive.Record{ID: "r1", Titles: archive.Text{"zh-Hant": "藥師\x00經變", "und": "?", "bo": "སྨན་བླ"}}}
	args := []string{"--noout", "--nonet", "--schema", schema}
	for name, e := range entries {
		var doc bytes.Buffer
		if err := publisher(t).DC(&doc, e); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name+".xml")
		if err := os.WriteFile(path, doc.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	validate := func(args ...string) ([]byte, error) {
		return exec.CommandContext(t.Context(), xmllint, args...).CombinedOutput()
	}
	if out, err := validate(args...); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	broken := filepath.Join(dir, "broken.xml")
	if err := os.WriteFile(broken, []byte(`<dc xmlns="http://www.openarchives.org/OAI/2.0/oai_dc/"><medium>Paper</medium></dc>`), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := validate("--noout", "--nonet", "--schema", schema, broken); err == nil {
		t.Errorf("the schema takes what it may not: %s", out)
	}
}
