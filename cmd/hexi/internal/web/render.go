package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"hexi/static"
)

// pages are the parsed templates, the style sheet, and where the bundled scripts
// are.
type pages struct {
	templates map[string]*template.Template
	style     []byte
	stylePath string
	scripts   map[string]string // by name; empty where they were not built
}

// pageFiles are the template files of each page, below static/.
var pageFiles = map[string]string{
	"home": "site/home", "search": "site/search", "record": "site/record", "collection": "site/collection", "list": "site/list", "error": "site/error",
	"signin": "curate/signin", "curate": "curate/home", "upload": "curate/upload", "jobs": "curate/jobs", "history": "curate/history", "searches": "curate/searches", "news": "curate/news",
	"kiosk": "kiosk/kiosk",
}

func newPages() (*pages, error) {
	p := &pages{templates: map[string]*template.Template{}, scripts: map[string]string{}}
	funcs := template.FuncMap{"t": inLanguage, "dict": dict, "pair": pair}
	for name, dir := range pageFiles {
		files := []string{"shared/layout/layout.tmpl", "shared/card/card.tmpl", dir + "/" + path.Base(dir) + ".tmpl"}
		if name == "kiosk" {
			files = files[2:]
		}
		t, err := template.New(name).Funcs(funcs).ParseFS(static.Files, files...)
		if err != nil {
			return nil, fmt.Errorf("read template of page %s: %w", name, err)
		}
		p.templates[name] = t
	}
	if err := p.readStyle(); err != nil {
		return nil, err
	}
	manifest, err := static.Files.ReadFile("dist/manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err == nil {
		err = json.Unmarshal(manifest, &p.scripts)
	}
	if err != nil {
		return nil, fmt.Errorf("read scripts: %w", err)
	}
	return p, nil
}

// inLanguage chooses between the two languages of the site.
func inLanguage(lang, zh, en string) string {
	if lang == "en" {
		return en
	}
	return zh
}

// inPage is something that a template within a page shows, and the page's language.
type inPage struct {
	It   any
	Lang string
}

func pair(it any, lang string) inPage { return inPage{it, lang} }

// dict makes a map of pairs of a name and a text, for templates within templates.
func dict(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 1; i < len(pairs); i += 2 {
		m[pairs[i-1]] = pairs[i]
	}
	return m
}

// readStyle joins the style sheets of all pages: shared ones first.
func (p *pages) readStyle() error {
	var files []string
	err := fs.WalkDir(static.Files, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.HasSuffix(name, ".css") {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read styles: %w", err)
	}
	slices.SortFunc(files, func(a, b string) int {
		if x, y := strings.HasPrefix(a, "shared/"), strings.HasPrefix(b, "shared/"); x != y {
			if x {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	var b bytes.Buffer
	for _, name := range files {
		data, err := static.Files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read style %s: %w", name, err)
		}
		b.Write(data)
	}
	p.style = b.Bytes()
	sum := sha256.Sum256(p.style)
	p.stylePath = "/static/style-" + hex.EncodeToString(sum[:6]) + ".css"
	return nil
}

// base is what every page has; a page's own model embeds it.
type base struct {
	Name    string
	Lang    string
	Title   string
	Query   string
	Style   string
	Scripts []string
	Built   bool
	User    string
	self    string // the address of the page, for its other language
	query   map[string][]string
}

// In returns the address of this page in a language.
func (b base) In(lang string) string {
	values := cloneValues(b.query)
	values.Set("lang", lang)
	return b.self + "?" + values.Encode()
}

// Other returns the address of this page in the other language.
func (b base) Other() string {
	if b.Lang == "zh" {
		return b.In("en")
	}
	return b.In("zh")
}

// page begins the model of a page. scripts names those that it wants.
func (s *Server) page(c *gin.Context, name, title string, scripts ...string) base {
	b := base{
		Name: name, Lang: s.lang(c), Title: title, Style: s.pages.stylePath, Built: len(s.pages.scripts) > 0,
		self: c.Request.URL.EscapedPath(), query: c.Request.URL.Query(),
	}
	for _, script := range append(scripts, "search") {
		if file, ok := s.pages.scripts[script]; ok {
			b.Scripts = append(b.Scripts, "/static/"+file)
		}
	}
	if u := s.user(c); u != nil {
		b.User = u.Name
	}
	return b
}

// show answers with a page.
func (s *Server) show(c *gin.Context, status int, name string, model any) error {
	var b bytes.Buffer
	if err := s.pages.templates[name].ExecuteTemplate(&b, "layout", model); err != nil {
		return fmt.Errorf("render page %s: %w", name, err)
	}
	h := c.Writer.Header()
	h.Set("Vary", "Accept, Accept-Language, Cookie")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache")
	}
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

// staticFile answers GET /static/…: the style sheet, the icon and the scripts,
// under names that change with their content.
func (s *Server) staticFile(c *gin.Context) error {
	name := strings.TrimPrefix(c.Param("path"), "/")
	var data []byte
	kind := "text/javascript; charset=utf-8"
	switch {
	case "/static/"+name == s.pages.stylePath:
		data, kind = s.pages.style, "text/css; charset=utf-8"
	case name == "icon.svg":
		kind = "image/svg+xml"
		data, _ = static.Files.ReadFile("shared/layout/icon.svg")
	default:
		for _, file := range s.pages.scripts {
			if file == name {
				data, _ = static.Files.ReadFile("dist/" + file)
			}
		}
	}
	if data == nil {
		return refuse(http.StatusNotFound, "There is no such file.")
	}
	h := c.Writer.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	if name == "icon.svg" {
		h.Set("Cache-Control", "public, max-age=86400")
	}
	h.Set("ETag", etagOf(data))
	if notModified(c.Request, h) {
		c.Status(http.StatusNotModified)
		return nil
	}
	c.Data(http.StatusOK, kind, data)
	return nil
}

// errorPage is what people see when something is wrong.
type errorPage struct {
	base
	Heading, Explain string
	Status           int
}

// renderError shows an error to a person.
func (s *Server) renderError(c *gin.Context, p problem) {
	lang := s.lang(c)
	heading, explain := inLanguage(lang, "出了点问题", "Something went wrong"), p.Detail
	switch p.Status {
	case http.StatusNotFound:
		heading = inLanguage(lang, "没有找到", "Not found")
		explain = inLanguage(lang, "这里没有这个页面或这条记录，或者它没有公开。", "There is no such page or record here, or it is not public.")
	case http.StatusGone:
		heading = inLanguage(lang, "记录已不在", "This record is gone")
		if p.Tombstone != nil {
			explain = p.Tombstone.text(lang)
			if title := p.Tombstone.Title.In(lang); title != "" {
				heading = title
			}
		}
	case http.StatusForbidden:
		heading = inLanguage(lang, "没有权限", "Not allowed")
		explain = inLanguage(lang, "您的角色不能进行这项操作。", "Your role does not allow this.")
	case http.StatusServiceUnavailable:
		if i := p.Indexing; i != nil {
			heading = inLanguage(lang, "检索索引正在建立", "The search index is being made")
			explain = inLanguage(lang, fmt.Sprintf("已完成 %d / %d 条记录，完成后即可检索，请稍后再试。", i.Done, i.Of),
				fmt.Sprintf("%d of %d records are in it. Searches are answered once it is done; please try again in a while.", i.Done, i.Of))
		}
	case http.StatusInternalServerError:
		explain = inLanguage(lang, "服务器出错了，已记录下来。请稍后再试。", "The server failed; it has been logged. Please try again later.")
	}
	model := errorPage{s.page(c, "error", heading), heading, explain, p.Status}
	if err := s.show(c, p.Status, "error", model); err != nil {
		s.log.Error("error page failed", "error", err)
		c.String(p.Status, explain)
	}
}

// noRoute answers addresses that do not exist.
func (s *Server) noRoute(*gin.Context) error {
	return refuse(http.StatusNotFound, "There is nothing at this address.")
}

// noMethod answers methods that an address does not have. What only the route for
// preflights of the whole API knows does not exist.
func (s *Server) noMethod(c *gin.Context) error {
	if c.Writer.Header().Get("Allow") == http.MethodOptions {
		c.Writer.Header().Del("Allow")
		return s.noRoute(c)
	}
	return refuse(http.StatusMethodNotAllowed, "This address does not answer %s.", c.Request.Method)
}
