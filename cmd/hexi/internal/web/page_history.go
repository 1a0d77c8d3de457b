package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"hexi/archive"
)

// shownRevisions is how many revisions a page of a record's history lists.
const shownRevisions = 50

type historyPage struct {
	base
	ID, Heading  string
	Revision     int // the latest
	Rows         []revisionLine
	Older        string // the address of older ones, if there are
	From, To     int
	FromAt, ToAt string
	Differences  []differenceLine
	MayRestore   bool
	Problem      string
	Restored     bool
}

type revisionLine struct {
	Number          int
	By, Message, At string
	When            string
	Latest, Public  bool
}

// differenceLine is one value that differs, as people read it.
type differenceLine struct {
	Op, Label, OpWord string
	Before, After     []archive.TextPart
}

var opWords = map[archive.DiffOp]archive.Text{
	archive.DiffAdded: {"zh": "新增", "en": "added"}, archive.DiffRemoved: {"zh": "删除", "en": "removed"}, archive.DiffChanged: {"zh": "修改", "en": "changed"},
}

// pageHistory answers GET /curate/records/{id}/history?from=&to=&before=.
func (s *Server) pageHistory(c *gin.Context) error {
	user, done, err := s.signedIn(c, archive.RoleViewer)
	if done {
		return err
	}
	from, err := intParam(c, "from", -1, 0, int(^uint32(0)>>1))
	if err != nil {
		return err
	}
	to, err := intParam(c, "to", 0, 1, int(^uint32(0)>>1))
	if err != nil {
		return err
	}
	return s.showHistory(c, http.StatusOK, user, from, to, "")
}

// showHistory shows the revisions of a record and what differs between two of them:
// those that are named, or the latest and the one before it.
func (s *Server) showHistory(c *gin.Context, status int, user *archive.User, from, to int, trouble string) error {
	ctx, lang := c.Request.Context(), s.lang(c)
	e, err := s.entry(c, c.Param("id"))
	if err != nil {
		return err
	}
	revs, err := s.Archive.Revisions(ctx, e.Record.ID)
	if err != nil {
		return err
	}
	if to == 0 {
		to = e.Revision
	}
	if from < 0 {
		from = to - 1
	}
	if from > to {
		from, to = to, from
	}
	m := historyPage{
		base: s.page(c, "history", inLanguage(lang, "修订历史", "History")), ID: e.Record.ID, Heading: e.Record.Titles.In(lang), Revision: e.Revision,
		From: from, To: to, MayRestore: user.Role.AtLeast(archive.RoleCurator) && !s.ReadOnly, Problem: trouble, Restored: c.Query("restored") != "",
	}
	before, err := intParam(c, "before", 0, 0, int(^uint32(0)>>1))
	if err != nil {
		return err
	}
	for _, r := range revs {
		at := r.At.Local().Format(minutes)
		if r.Number == from {
			m.FromAt = at
		}
		if r.Number == to {
			m.ToAt = at
		}
		if before > 0 && r.Number >= before {
			continue
		}
		if len(m.Rows) == shownRevisions {
			m.Older = fmt.Sprintf("/curate/records/%s/history?before=%d&from=%d&to=%d", e.Record.ID, m.Rows[len(m.Rows)-1].Number, from, to)
			continue
		}
		m.Rows = append(m.Rows, revisionLine{
			Number: r.Number, By: r.By, Message: r.Message, When: at, At: r.At.UTC().Format(rfcTime),
			Latest: r.Number == e.Revision, Public: r.Number == e.Published && !e.Withdrawn,
		})
	}
	found, err := s.Archive.DiffRevisions(ctx, e.Record.ID, from, to)
	if err != nil {
		return err
	}
	for _, d := range found {
		m.Differences = append(m.Differences, s.differenceLine(d, lang))
	}
	return s.show(c, status, "history", m)
}

func (s *Server) differenceLine(d archive.Difference, lang string) differenceLine {
	line := differenceLine{Op: string(d.Op), Label: d.Label.In(lang), OpWord: opWords[d.Op].In(lang)}
	before, after, isText := textsOf(d)
	if isText && d.Scheme == "" {
		for _, p := range archive.DiffText(before, after) {
			if p.Op != archive.DiffAdded {
				line.Before = append(line.Before, p)
			}
			if p.Op != archive.DiffRemoved {
				line.After = append(line.After, p)
			}
		}
		return line
	}
	if d.Before != nil {
		line.Before = []archive.TextPart{{Op: archive.DiffRemoved, Text: s.plainValue(d.Before, d.Scheme, lang)}}
	}
	if d.After != nil {
		line.After = []archive.TextPart{{Op: archive.DiffAdded, Text: s.plainValue(d.After, d.Scheme, lang)}}
	}
	return line
}

// plainValue is a value as people read it: a term by its label, an object as its
// values, a list line by line.
func (s *Server) plainValue(raw json.RawMessage, scheme archive.Scheme, lang string) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if scheme != "" {
			if term, ok := s.Vocabulary.Term(scheme, text); ok {
				return term.Label.In(lang)
			}
		}
		return text
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil {
		lines := make([]string, len(list))
		for i, one := range list {
			lines[i] = strconv.Itoa(i+1) + ". " + s.plainValue(one, scheme, lang)
		}
		return strings.Join(lines, "\n")
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) == nil && object != nil {
		var values []string
		for _, key := range objectKeys(raw) {
			values = append(values, s.plainValue(object[key], "", lang))
		}
		return strings.Join(values, " · ")
	}
	return string(raw)
}

// objectKeys returns the keys of a JSON object in their order.
func objectKeys(raw json.RawMessage) []string {
	var keys []string
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	if _, err := dec.Token(); err != nil {
		return nil
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return keys
		}
		name, ok := key.(string)
		if !ok {
			return keys
		}
		keys = append(keys, name)
		var skipped json.RawMessage
		if dec.Decode(&skipped) != nil {
			return keys
		}
	}
	return keys
}

// doRestore answers POST /curate/records/{id}/restore with the revision to restore, and
// the one that was the latest when the form was made.
func (s *Server) doRestore(c *gin.Context) error {
	user, done, err := s.signedIn(c, archive.RoleCurator)
	if done {
		return err
	}
	if s.ReadOnly {
		return refuse(http.StatusServiceUnavailable, "This server is read-only.")
	}
	id := c.Param("id")
	if !archive.ValidID(id) {
		return archive.ErrNotFound
	}
	var numbers [2]int
	for i, name := range []string{"revision", "latest"} {
		if numbers[i], err = strconv.Atoi(c.PostForm(name)); err != nil || numbers[i] < 1 {
			return archive.Invalid(name, "%q is not the number of a revision", c.PostForm(name))
		}
	}
	_, err = s.Archive.Restore(c.Request.Context(), user.Name, id, numbers[0], numbers[1], c.PostForm("message"))
	if errors.Is(err, archive.ErrConflict) {
		lang := s.lang(c)
		return s.showHistory(c, http.StatusPreconditionFailed, user, numbers[1], 0, fmt.Sprintf(inLanguage(lang,
			"没有恢复：第 %d 版之后有人保存过。下面是他们的修改；看过之后可以再次恢复。",
			"Nothing was restored: someone saved after revision %d. Below is what they changed; having seen it, you can restore again."), numbers[1]))
	}
	if err != nil {
		return err
	}
	return seeOther(c, "/curate/records/"+id+"/history?restored=1")
}
