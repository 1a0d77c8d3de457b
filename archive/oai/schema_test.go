package oai_test

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// schema returns a schema that joins the protocol's, which is among the test data, and that of the
// identifiers. Without it or xmllint a test is skipped, and in CI it fails.
func schema(t *testing.T) string {
	t.Helper()
	root := os.Getenv("HEXI_TEST_DATA")
	if _, err := exec.LookPath("xmllint"); err != nil || root == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must not skip this test: it needs HEXI_TEST_DATA and xmllint")
		}
		t.Skip("set HEXI_TEST_DATA to the folder of test data and install xmllint, or run make test")
	}
	own, err := filepath.Abs(filepath.Join("testdata", "oai-identifier.xsd"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "all.xsd")
	text := fmt.Sprintf(`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
		<xs:import namespace="http://www.openarchives.org/OAI/2.0/" schemaLocation="%s"/>
		<xs:import namespace="http://www.openarchives.org/OAI/2.0/oai_dc/" schemaLocation="%s"/>
		<xs:import namespace="http://www.openarchives.org/OAI/2.0/oai-identifier" schemaLocation="%s"/></xs:schema>`,
		filepath.Join(root, "xsd", "OAI-PMH.xsd"), filepath.Join(root, "xsd", "oai_dc.xsd"), own)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestAnswersAreValid holds answers of every kind to the specification's schema.
func TestAnswersAreValid(t *testing.T) {
	t.Parallel()
	all := schema(t)
	r, _ := newRepository()
	page, _ := ask(t, r, "verb=ListRecords&metadataPrefix=oai_dc")
	dir := t.TempDir()
	args := []string{"--nonet", "--noout", "--schema", all}
	for i, query := range []string{
		"verb=Identify", "verb=ListSets", "verb=ListMetadataFormats", "verb=ListMetadataFormats&identifier=oai:archive.example.org:a",
		"verb=ListRecords&metadataPrefix=oai_dc", "verb=ListRecords&resumptionToken=" + url.QueryEscape(*page.Token),
		"verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-03-01&until=2026-03-02&set=folk",
		"verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:archive.example.org:a", "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:archive.example.org:c",
		"verb=GetRecord&metadataPrefix=oai_dc&identifier=wrong", "verb=GetRecord&metadataPrefix=%00&identifier=%E4%B8%AD", "verb=nonsense",
		"verb=ListRecords&resumptionToken=nonsense", "verb=ListRecords&metadataPrefix=marc", "verb=ListIdentifiers&metadataPrefix=oai_dc&set=none",
	} {
		_, doc := ask(t, r, query)
		file := filepath.Join(dir, fmt.Sprintf("%02d.xml", i))
		if err := os.WriteFile(file, []byte(doc), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	cmd := exec.CommandContext(t.Context(), "xmllint", args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}
