package iiif_test

import (
	"strings"
	"testing"

	"hexi/archive/iiif"
)

func TestContentType(t *testing.T) {
	t.Parallel()
	const (
		ld   = `application/ld+json;profile="http://iiif.io/api/image/3/context.json"`
		json = "application/json"
	)
	for accept, want := range map[string]string{
		"":                    ld,
		"*/*":                 ld,
		"application/*":       ld,
		"application/ld+json": ld,
		`application/ld+json;profile="http://iiif.io/api/image/3/context.json"`: ld,
		`application/ld+json;profile="a,b";q=0.9, application/json;q=0.5`:       ld,
		"application/json":                                                json,
		"APPLICATION/JSON":                                                json,
		"application/json;charset=utf-8":                                  json,
		"application/json, text/plain, */*":                               json,
		"application/json;q=0.9, application/ld+json":                     ld,
		"application/json, application/ld+json;q=0.9":                     json,
		"application/json, application/ld+json":                           ld,
		"application/ld+json;q=0, */*":                                    json,
		"application/json;q=0, */*":                                       ld,
		"application/json;q=0":                                            ld,
		"application/json;q=0.1, */*;q=0.9":                               ld,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": ld,
		"text/html":               ld,
		"image/png":               ld,
		",,;;q=,\"":               ld,
		"application/json;q=nan":  ld,
		"application/json;q=5":    ld,
		"application/json;q=0.5;": json,
	} {
		if got := iiif.ContentType(accept, iiif.ImageContext); got != want {
			t.Errorf("Accept %q: %s, want %s", accept, got, want)
		}
	}
	if got := iiif.ContentType("", iiif.PresentationContext); !strings.Contains(got, iiif.PresentationContext) {
		t.Errorf("a manifest is sent as %s", got)
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	plan, err := resolve(t, "0,0,300,200/^150,/360/color.jpg", spec, iiif.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	got := iiif.CanonicalLink(iiif.ServiceURI("https://example.org", "a/b"), plan)
	if want := `<https://example.org/iiif/3/a%2Fb/full/150,100/0/default.jpg>;rel="canonical"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
