package harvest

import (
	"fmt"
	"strings"
	"testing"
)

func TestHostileDocuments(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"a document type":    {`<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`, "doctype"},
		"an outer entity":    {`<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`, "doctype"},
		"an entity":          {`<a>&laugh;</a>`, "not-xml"},
		"another encoding":   {`<?xml version="1.0" encoding="GB2312"?><a/>`, "not-xml"},
		"too deep":           {strings.Repeat("<a>", maxDepth+1) + strings.Repeat("</a>", maxDepth+1), "too-deep"},
		"too many":           {"<a>" + strings.Repeat("<b/>", 100) + "</a>", "too-large"},
		"cut":                {"<a><b>", "not-xml"},
		"nothing":            {"", "not-xml"},
		"a page":             {"<!doctype html><html><br></html>", "doctype"},
		"what is meant":      {`<a>&lt;<![CDATA[&]]></a>`, ""},
		"as deep as it goes": {strings.Repeat("<a>", maxDepth) + strings.Repeat("</a>", maxDepth), ""},
	} {
		if _, err := readTree("x", []byte(test.text), 100); test.want != codeOf(err) && (test.want != "" || err != nil) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
	for name, test := range map[string]struct{ text, want string }{
		"too deep":           {strings.Repeat(`{"a":`, maxDepth+1) + "1" + strings.Repeat("}", maxDepth+1), "too-deep"},
		"too deep, in lists": {`{"a":` + strings.Repeat("[", 100_000), "too-deep"},
		"brackets in texts":  {`{"type":"Manifest","a":"` + strings.Repeat(`[{\"`, 1000) + `"}`, ""},
		"a page":             {" <!DOCTYPE html><html>", "not-json"},
		"a list":             {`[{"type":"Manifest"}]`, "not-json"},
		"cut":                {`{"type":`, "not-json"},
		"nothing":            {"", "not-json"},
	} {
		if _, err := readJSON("x", []byte(test.text)); test.want != codeOf(err) && (test.want != "" || err != nil) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
	// Whatever a manifest holds where something else is expected, it is read without harm.
	v := vocabulary(t)
	for _, odd := range []string{`1`, `"x"`, `null`, `[]`, `{}`, `[null,1,"x",[],{}]`, `{"a":{"b":1}}`, `[[["x"]]]`} {
		for _, name := range []string{"id", "label", "metadata", "items", "summary", "rights", "requiredStatement", "provider", "navPlace", "seeAlso", "homepage", "sequences", "behavior", "@context"} {
			o, err := readJSON("x", fmt.Appendf(nil, `{"type":"Manifest",%q:%s}`, name, odd))
			if err != nil {
				t.Fatal(err)
			}
			if m, err := readManifest("https://example.org/m", o); err == nil {
				m.recordOf(v)
			}
		}
	}
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"<span>&lt;七佛&gt;</span>":                  "<七佛>",
		"<p>One</p><p>Two<br/>Three</p>":           "One\nTwo\nThree",
		"a <b>bold</b> word":                       "a bold word",
		"<script>alert(1)</script>safe":            "safe",
		"<style>p{}</style><p>text</p>":            "text",
		"1 < 2 &amp; 3":                            "1 < 2 & 3",
		"<a href=\"javascript:alert(1)\">link</a>": "link",
	} {
		if got := plainText(given); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
}
