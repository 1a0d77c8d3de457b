package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"hexi/archive"
)

// TestDoubts saves words that no vocabulary has in fields that take them: the answer
// tells of them beside the record, which is saved as it is written.
func TestDoubts(t *testing.T) {
	h := open(t, "")
	curator := "Authorization: Bearer " + h.user("li", archive.RoleCurator)
	save := func(fields string) (doubts map[string]string, etag, body string) {
		t.Helper()
		got := h.ask(http.MethodPut, "/api/v1/records/d1", strings.NewReader(`{"collection":"dunhuang","kind":"mural","titles":{"zh":"甲"},`+fields+`}`), curator, "If-Match: *", "Content-Type: application/json")
		if got.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", fields, got.StatusCode, got.body)
		}
		var answer struct{ Doubts []fault }
		if err := json.Unmarshal(got.body, &answer); err != nil {
			t.Fatal(err)
		}
		doubts = map[string]string{}
		for _, d := range answer.Doubts {
			doubts[d.Field] += d.Detail
		}
		return doubts, got.Header.Get("ETag"), string(got.body)
	}
	made := h.ask(http.MethodPost, "/api/v1/records", strings.NewReader(`{"id":"d1","collection":"dunhuang","kind":"mural","titles":{"zh":"甲"},"materials":["木板"]}`), curator)
	if made.StatusCode != http.StatusCreated || !strings.Contains(string(made.body), `"doubts":[{"field":"materials[0]"`) {
		t.Fatalf("%d %s", made.StatusCode, made.body)
	}
	for _, test := range []struct{ fields, field, says string }{
		{`"location":{"site":"莫高哭"}`, "location.site", `"莫高哭" is not in the vocabulary site, and is kept as it is written; nearest: mogao (莫高窟)`},
		{`"location":{"surface":"北闭"}`, "location.surface", "nearest: north (北壁)"},
		{`"dimensions":[{"type":"hight","value":3,"unit":"cm"}]`, "dimensions[0].type", "nearest: height (高)"},
		{`"dimensions":[{"type":"height","value":3,"unit":"cn"}]`, "dimensions[0].unit", "nearest: cm (厘米)"},
		{`"materials":["陶","青桐"]`, "materials[1]", "nearest: bronze (铜)"},
		{`"period":{"note":{"zh":"上元二年"}}`, "period.note", `"上元二年" is read as`},
		{`"period":{"note":{"zh":"不知何时"}}`, "period.note", "no period or year that is known"},
		{`"location":{"site":"莫高窟","surface":"north","cave":"三二〇"},"materials":["青铜"],"dimensions":[{"type":"高","value":3,"unit":"厘米"},{"type":"area","value":3,"unit":"m²"}],"period":{"note":{"zh":"盛唐"}}`, "", ""},
	} {
		doubts, etag, body := save(test.fields)
		if test.field == "" && len(doubts) > 0 || len(doubts) > 1 || !strings.Contains(doubts[test.field], test.says) {
			t.Errorf("%s: %v, want %s: %s", test.fields, doubts, test.field, test.says)
		}
		read := h.get("/api/v1/records/d1", curator)
		if read.Header.Get("ETag") != etag || strings.Contains(string(read.body), `"doubts"`) {
			t.Errorf("%s: the record is not as it was answered: %s", test.fields, read.body)
		}
		if again := h.ask(http.MethodPut, "/api/v1/records/d1", strings.NewReader(body), curator, "If-Match: "+etag); again.StatusCode != http.StatusOK || again.Header.Get("ETag") != etag {
			t.Errorf("the answer sent back: %d %s", again.StatusCode, again.body)
		}
	}
}
