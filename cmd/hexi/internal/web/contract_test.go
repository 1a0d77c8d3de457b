package web

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// contract is the description of the API, to which every answer is held that a test gets.
type contract struct {
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
	paths    map[string]map[string]operation
}

type operation struct {
	Parameters []struct{ Name, In string }
	Responses  map[string]struct {
		Content map[string]any
	}
}

const contractURL = "https://hexi.example.org/openapi.json"

var theContract = sync.OnceValues(func() (*contract, error) {
	data, err := openAPI()
	if err != nil {
		return nil, err
	}
	var doc struct {
		Paths map[string]map[string]operation
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	c := &contract{compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}, paths: doc.Paths}
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	c.compiler.AssertFormat()
	return c, c.compiler.AddResource(contractURL, whole)
})

// at compiles the schema at a place of the description.
func (c *contract) at(place ...string) (*jsonschema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	pointer := ""
	for _, part := range place {
		pointer += "/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(part))
	}
	if s := c.schemas[pointer]; s != nil {
		return s, nil
	}
	s, err := c.compiler.Compile(contractURL + "#" + pointer)
	c.schemas[pointer] = s
	return s, err
}

// route finds the path of the description that an address is of, a fixed one first.
func (c *contract) route(path string) (string, bool) {
	if _, ok := c.paths[path]; ok {
		return path, true
	}
	parts := strings.Split(path, "/")
	for template := range c.paths {
		want := strings.Split(template, "/")
		if len(want) == len(parts) && slices.EqualFunc(want, parts, func(w, p string) bool { return w == p || strings.HasPrefix(w, "{") && p != "" }) {
			return template, true
		}
	}
	return "", false
}

// hold holds an answer of the API to its description.
func (c *contract) hold(t testing.TB, req *http.Request, resp *http.Response, body []byte) {
	t.Helper()
	method := strings.ToLower(req.Method)
	if method == "head" {
		method = "get"
	}
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	fault := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s %s answers %d %s: "+format, append([]any{req.Method, req.URL.RequestURI(), resp.StatusCode, media}, args...)...)
	}
	template, ok := c.route(req.URL.Path)
	op, described := c.paths[template][method]
	if !ok || !described {
		if resp.StatusCode < 400 && method != "options" {
			fault("docs know no such operation")
		}
		return
	}
	place := []string{"paths", template, method, "responses", strconv.Itoa(resp.StatusCode)}
	answer, ok := op.Responses[strconv.Itoa(resp.StatusCode)]
	if !ok {
		if resp.StatusCode < 400 {
			fault("its status is not described")
			return
		}
		place = []string{"components", "responses", "Problem"}
		answer.Content = map[string]any{"application/problem+json": nil}
	}
	if resp.StatusCode < 400 {
		for name := range req.URL.Query() {
			if !slices.ContainsFunc(op.Parameters, func(p struct{ Name, In string }) bool { return p.In == "query" && p.Name == name }) {
				fault("its parameter %s is not described", name)
			}
		}
	}
	if req.Method == http.MethodHead || len(body) == 0 {
		return
	}
	if _, ok := answer.Content["*/*"]; ok {
		return
	}
	if _, ok := answer.Content[media]; !ok {
		fault("its type is not described")
		return
	}
	if !strings.HasSuffix(media, "json") {
		return
	}
	schema, err := c.at(append(place, "content", media, "schema")...)
	if err != nil {
		fault("%v", err)
		return
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = schema.Validate(instance)
	}
	if err != nil {
		fault("%v\n%s", err, body[:min(len(body), 1500)])
	}
}

// TestEveryRouteIsDescribed compares the description with the routes, both ways.
func TestEveryRouteIsDescribed(t *testing.T) {
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	described := map[string]bool{}
	for path, operations := range c.paths {
		for method := range operations {
			described[strings.ToUpper(method)+" "+path] = true
		}
	}
	h := open(t, "")
	for _, route := range h.server.engine.Routes() {
		if !strings.HasPrefix(route.Path, "/api/") || route.Method == http.MethodHead || route.Method == http.MethodOptions {
			continue
		}
		var parts []string
		for part := range strings.SplitSeq(route.Path, "/") {
			if name, ok := strings.CutPrefix(part, ":"); ok {
				part = "{" + name + "}"
			}
			parts = append(parts, part)
		}
		name := route.Method + " " + strings.Join(parts, "/")
		if !described[name] {
			t.Errorf("%s is not described in openapi.yaml", name)
		}
		delete(described, name)
	}
	for name := range described {
		t.Errorf("openapi.yaml describes %s, which there is not", name)
	}
}

// TestDescription: the document is one of OpenAPI 3.1 whose references lead somewhere.
func TestDescription(t *testing.T) {
	h := open(t, "")
	got := h.get("/api/openapi.json")
	if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "application/json" || got.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Fatalf("%d %v", got.StatusCode, got.Header)
	}
	if again := h.get("/api/openapi.json", "If-None-Match: "+got.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("again: %d", again.StatusCode)
	}
	var doc any
	if err := json.Unmarshal(got.body, &doc); err != nil {
		t.Fatal(err)
	}
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				name, ok := strings.CutPrefix(ref, "#/components/schemas/")
				if _, err := c.at("components", "schemas", name); ok && err != nil {
					t.Errorf("%s: %v", ref, err)
				}
			}
			for _, each := range v {
				walk(each)
			}
		case []any:
			for _, each := range v {
				walk(each)
			}
		}
	}
	walk(doc)
}
