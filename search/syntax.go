package search

import (
	"strings"
	"unicode"
)

// typed is a piece of what was typed, before anything of it is understood.
type typed struct {
	text   string // without its marks
	source string // with them, to take it out of the query again
	field  string // the index field or filter that it was typed for; "" for none
	phrase bool   // in quotes
	wild   bool   // with * or ?
	not    bool   // must not match
	or     bool   // is another way to match the piece before it
}

// plain reports whether a piece is words like any, which stand together with those
// beside it.
func (t *typed) plain() bool {
	return t.field == "" && !t.phrase && !t.wild && !t.not && !t.or
}

// fieldNames are the fields that can be named before a colon.
var fieldNames = map[string]string{
	"title": "title", "题名": "title", "标题": "title", "名称": "title",
	"id": "identifier", "identifier": "identifier", "number": "identifier", "accession": "identifier", "编号": "identifier", "登记号": "identifier", "藏品号": "identifier",
	"description": "description", "描述": "description", "说明": "description", "简介": "description",
	"place": "place", "地点": "place", "地名": "place",
	"subject": "subject", "主题": "subject", "题材": "subject",
	"people": "people", "person": "people", "人物": "people", "人名": "people",
	"text": "body", "body": "body", "全文": "body", "正文": "body", "题记": "body",
	"pages": fieldPages, "page": fieldPages, "书页": fieldPages, "页文": fieldPages,
	"collection": "collection", "专题": "collection", "kind": "kind", "type": "kind", "类型": "kind",
	"period": "period", "年代": "period", "时代": "period", "朝代": "period", "category": "category", "分类": "category", "类别": "category",
	"level": "level", "级别": "level", "material": "material", "质地": "material", "材质": "material", "site": "site", "石窟": "site",
	"region": "region", "地区": "region", "政区": "region",
	"condition": "condition", "保存状态": "condition", "has": "has", "媒体": "has", "cave": fieldCave, "洞窟": fieldCave, "窟号": fieldCave,
	"year": fieldFrom, "years": fieldFrom, "date": fieldFrom, "年份": fieldFrom,
}

// closing are the quotes that end what another begins.
var closing = map[rune]rune{'"': '"', '“': '”', '”': '”', '„': '“', '「': '」', '『': '』', '＂': '＂'}

// parse takes what was typed apart: quotes, field:value, AND, OR, NOT and -, wildcards.
// Nothing is an error: what has no meaning as a mark is a word.
func parse(text string) []typed {
	r := []rune(text)
	var out []typed
	not, or := false, false
	for i := 0; i < len(r); {
		if unicode.IsSpace(r[i]) || strings.ContainsRune("()（）", r[i]) {
			i++
			continue
		}
		start := i
		p := typed{not: not, or: or && len(out) > 0}
		if strings.ContainsRune(minus, r[i]) && i+1 < len(r) {
			switch next := r[i+1]; {
			case unicode.IsLetter(next) || closing[next] != 0 || unicode.IsDigit(next) && names(r[i+1:]):
				p.not = true
				i++
			case next == '(' || next == '（':
				not = true
				i++
				continue
			}
		}
		i = p.readField(r, i)
		if end := quoted(r, i); end > 0 {
			p.text, p.phrase = string(r[i+1:end]), true
			i = end + 1
		} else {
			from := i
			if closing[r[i]] != 0 {
				i++ // a quote that nothing closes
				from = i
			}
			for i < len(r) && !unicode.IsSpace(r[i]) && !strings.ContainsRune("()（）", r[i]) && quoted(r, i) == 0 {
				i++
			}
			p.text = string(r[from:i])
		}
		p.source = string(r[start:i])
		if bare := strings.TrimRight(p.text, "。，、？！?!,;；：:…~"); !p.phrase && bare != "" {
			p.text = bare
		}
		switch p.source {
		case "AND", "&&", "+", "&":
			continue
		case "OR", "|", "||":
			or = true
			continue
		case "NOT":
			not = true
			continue
		}
		not, or = false, false
		if !strings.ContainsFunc(p.text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			continue
		}
		p.wild = !p.phrase && wild(p.text)
		out = append(out, p)
	}
	return out
}

// minus are the signs before what must not match, as keyboards have them.
const minus = "-−－–—"

// names reports whether a word that begins with a digit is more than a number: -220窟 is
// no year before our era.
func names(r []rune) bool {
	for _, c := range r {
		if unicode.IsSpace(c) {
			return false
		}
		if unicode.IsLetter(c) {
			return true
		}
	}
	return false
}

// readField reads the name of a field and its colon, and returns where what follows
// begins.
func (t *typed) readField(r []rune, from int) int {
	for i := from; i < len(r) && i-from <= 16; i++ {
		switch {
		case r[i] == ':' || r[i] == '：':
			field, ok := fieldNames[strings.ToLower(string(r[from:i]))]
			if !ok || i+1 == len(r) || unicode.IsSpace(r[i+1]) {
				return from
			}
			t.field = field
			return i + 1
		case !unicode.IsLetter(r[i]):
			return from
		}
	}
	return from
}

// quoted returns where the quote that begins at i ends; 0 where none begins, or none
// ends.
func quoted(r []rune, i int) int {
	if i >= len(r) || closing[r[i]] == 0 {
		return 0
	}
	for j := i + 1; j < len(r); j++ {
		if r[j] == closing[r[i]] {
			if strings.TrimSpace(string(r[i+1:j])) == "" {
				return 0
			}
			return j
		}
	}
	return 0
}

// wild reports whether a word holds a wildcard: a star beside something, or a question
// mark within it. At the end that one asks.
func wild(s string) bool {
	bare := strings.Trim(s, "*?")
	return bare != "" && (strings.Contains(s, "*") || strings.Contains(bare, "?"))
}
