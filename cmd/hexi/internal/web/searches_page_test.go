package web

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"hexi/archive"
)

// send sends a form as the page of this site does.
func (h *house) send(path, cookie string, fields ...string) answer {
	h.t.Helper()
	form := url.Values{}
	for i := 1; i < len(fields); i += 2 {
		form.Add(fields[i-1], fields[i])
	}
	return h.ask(http.MethodPost, path, strings.NewReader(form.Encode()), cookie, "Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin", "Accept: text/html")
}

// says asserts what a page says, and what it does not ("!").
func says(t *testing.T, name string, got answer, status int, texts ...string) {
	t.Helper()
	if got.StatusCode != status {
		t.Fatalf("%s: %d, want %d: %.500s", name, got.StatusCode, status, got.body)
	}
	for _, text := range texts {
		want, not := strings.CutPrefix(text, "!")
		if strings.Contains(string(got.body), want) == not {
			t.Errorf("%s: %q is there: %v\n%.6000s", name, want, not, got.body)
		}
	}
}

func TestSearchesPages(t *testing.T) {
	h := open(t, "")
	h.user("wang", archive.RoleViewer)
	h.painting("a", "飞天", nil)
	query := "/search?q=" + url.QueryEscape("飞天") + "&kind=mural"
	says(t, "nobody", h.get(query), 200, "!保存此搜索", "!data-recent", "!/curate/searches")
	if got := h.get("/curate/searches"); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/curate/signin?next=") {
		t.Errorf("nobody: %d %v", got.StatusCode, got.Header)
	}
	wang := h.cookie("wang")
	says(t, "none", h.get("/curate/searches", wang), 200, "还没有", "最近搜索")
	page := h.get(query, wang)
	says(t, "search", page, 200, "保存此搜索", `data-recent="/api/v1/searches/recent?lang=zh"`, `value="飞天 · 壁画"`, `href="/curate/searches"`)
	says(t, "in English", h.get(query+"&lang=en", wang), 200, "Save this search")
	says(t, "with a fault", h.get(query+"&from=x", wang), 400, "!保存此搜索")
	seen := regexp.MustCompile(`name="seen" value="(\d+)"`).FindSubmatch(page.body)
	if seen == nil {
		t.Fatal("the form does not say what was seen")
	}
	h.painting("b", "飞天二", nil) // between the page and its form
	const kept = "kind=mural&q=%E9%A3%9E%E5%A4%A9"
	for name, fields := range map[string][]string{
		"no name": {"name", " ", "query", kept, "seen", string(seen[1])},
	} {
		says(t, name, h.send("/curate/searches", wang, fields...), 422, "请另取一个名字", `value="`+strings.ReplaceAll(kept, "&", "&amp;")+`"`)
	}
	says(t, "what is no number", h.send("/curate/searches", wang, "name", "x", "query", kept, "seen", "x"), 400)
	if got := h.ask(http.MethodPost, "/curate/searches", strings.NewReader("name=x&query=&seen=0"), wang, "Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: cross-site"); got.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", got.StatusCode)
	}
	made := h.send("/curate/searches", wang, "name", "壁画 <飞天>", "query", kept+"&page=3&lang=en", "seen", string(seen[1]))
	if made.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", made.StatusCode, made.body)
	}
	_, id, _ := strings.Cut(made.Header.Get("Location"), "saved=")
	says(t, "list", h.get(made.Header.Get("Location"), wang), 200, "已保存", "壁画 &lt;飞天&gt;", "2 条记录", "1 条新记录", "飞天 · 壁画", "生成订阅地址", "标为已看")
	says(t, "list in English", h.get("/curate/searches?lang=en", wang), 200, "2 records", "1 new", "Make a feed", "!条")
	says(t, "saved", h.get(query, wang), 200, "已保存：壁画 &lt;飞天&gt;", "!保存此搜索")
	says(t, "news", h.get("/curate/searches/"+id, wang), 200, "1 条新记录", `href="/records/b"`, `!href="/records/a"`, "标为已看")
	says(t, "the same name", h.send("/curate/searches", wang, "name", "壁画 <飞天>", "query", "", "seen", "0"), 422, "请另取一个名字")
	says(t, "rename to nothing", h.send("/curate/searches/"+id, wang, "do", "rename", "name", ""), 422, "请另取一个名字")
	says(t, "do what", h.send("/curate/searches/"+id, wang, "do", "x"), 400)
	says(t, "rename", h.send("/curate/searches/"+id, wang, "do", "rename", "name", "新名"), 303)
	feed := h.send("/curate/searches/"+id, wang, "do", "feed")
	says(t, "feed", feed, 200, "只显示这一次", "新名")
	address := regexp.MustCompile(`value="` + regexp.QuoteMeta(h.url) + `(/feeds/[^"]+)"`).FindSubmatch(feed.body)
	if address == nil {
		t.Fatal("the feed's address is not shown")
	}
	says(t, "the feed", h.get(string(address[1])), 200, "飞天二")
	says(t, "list with a feed", h.get("/curate/searches", wang), 200, "已开通订阅", "换新地址", "!"+string(address[1]))
	says(t, "stop", h.send("/curate/searches/"+id, wang, "do", "stop"), 303)
	says(t, "stopped", h.get(string(address[1])), 404)
	// Opened, all is seen; but not where a browser or another site looks ahead.
	open := "/curate/searches/" + id + "/open"
	for _, header := range []string{"Sec-Purpose: prefetch;prerender", "Sec-Fetch-Site: cross-site"} {
		says(t, header, h.get(open, wang, header), 303)
		says(t, "still", h.get("/curate/searches", wang), 200, "1 条新记录")
	}
	got := h.get(open, wang)
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/search?"+kept {
		t.Errorf("%d %v", got.StatusCode, got.Header)
	}
	says(t, "seen", h.get("/curate/searches", wang), 200, "!新记录<", "!标为已看")
	h.painting("c", "飞天三", nil)
	says(t, "a new one", h.get("/curate/searches", wang), 200, "1 条新记录")
	says(t, "mark", h.send("/curate/searches/"+id, wang, "do", "seen", "seen", "5"), 303)
	says(t, "of before", h.get("/curate/searches", wang), 200, "1 条新记录")
	// Somebody else's is not there.
	h.user("bo", archive.RoleAdmin)
	bo := h.cookie("bo")
	for _, path := range []string{"/curate/searches/" + id, open} {
		says(t, path, h.get(path, bo, "Accept: text/html"), 404)
	}
	says(t, "of bo", h.send("/curate/searches/"+id, bo, "do", "delete"), 404)
	says(t, "workbench", h.get("/curate", bo), 200, `href="/curate/searches"`)
	says(t, "delete", h.send("/curate/searches/"+id, wang, "do", "delete"), 303)
	says(t, "deleted", h.get("/curate/searches", wang), 200, "还没有")
	h.server.ReadOnly = true
	says(t, "read-only", h.get(query, wang), 200, "!保存此搜索")
	says(t, "read-only list", h.get("/curate/searches", wang), 200, "!清除")
	says(t, "read-only form", h.send("/curate/searches", wang, "name", "x", "query", "", "seen", "0"), 503)
}

func TestRecentSearches(t *testing.T) {
	h := open(t, "")
	h.user("wang", archive.RoleViewer)
	token := "Authorization: Bearer " + h.user("bo", archive.RoleViewer)
	h.painting("a", "飞天", nil)
	wang := h.cookie("wang")
	recent := func(want ...string) {
		t.Helper()
		var got struct {
			Keep     bool
			Searches []recentBody
		}
		h.call(http.StatusOK, http.MethodGet, "/api/v1/searches/recent?lang=en", "", &got, wang)
		var labels []string
		for _, r := range got.Searches {
			labels = append(labels, r.Label)
			says(t, r.URL, h.get(r.URL), 200) // by nobody, who leaves no trace
		}
		if fmt.Sprint(labels) != fmt.Sprint(want) {
			t.Errorf("%q, want %q", labels, want)
		}
	}
	recent()
	for _, path := range []string{"/search?q=a", "/search", "/search?q=a&kind=mural&limit=1", "/search?q=b&lang=zh", "/search?q=a&page=2", "/search?q=c&from=x", "/api/v1/search?q=d"} {
		h.get(path, wang, "Accept: text/html")
	}
	h.get("/search?q=e", wang, "Sec-Purpose: prefetch")
	h.get("/search?q=f")
	recent("a", "b", "a · Mural")
	says(t, "page", h.get("/curate/searches", wang), 200, `href="/search?q=b"`, "清除", "不再记录")
	h.call(http.StatusNoContent, http.MethodDelete, "/api/v1/searches/recent", "", nil, token)
	recent("a", "b", "a · Mural")
	says(t, "clear", h.send("/curate/searches/recent", wang, "do", "clear"), 303)
	recent()
	h.get("/search?q=g", wang)
	says(t, "off", h.send("/curate/searches/recent", wang, "do", "off"), 303)
	h.get("/search?q=h", wang)
	recent()
	says(t, "page", h.get("/curate/searches", wang), 200, "已关闭", "重新记录")
	h.call(http.StatusOK, http.MethodPatch, "/api/v1/searches/recent", `{"keep":true}`, nil, wang)
	h.get("/search?q=i", wang)
	recent("i")
	says(t, "what", h.send("/curate/searches/recent", wang, "do", "x"), 400)
	h.call(http.StatusNoContent, http.MethodDelete, "/api/v1/searches/recent", "", nil, wang)
	recent()
}
